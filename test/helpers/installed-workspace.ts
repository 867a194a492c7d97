import { cpSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, type TestContext } from "node:test";
import type { Machine } from "../../runtime/cli/machine.ts";
import { makeSharedMachine, runInProcess, type Ended } from "./run-glovebox.ts";
import { makeScratch } from "./scratch.ts";
import { APPROVED, AUTHOR, type Signed } from "./signed-package.ts";

/** A copy of a workspace with one plugin installed, for one test to tamper with. */
export class TestWorkspace {
  readonly folder: string;
  readonly configFile: string;
  readonly lockFile: string;

  constructor(folder: string) {
    this.folder = folder;
    this.configFile = join(folder, "glovebox.yaml");
    this.lockFile = join(folder, "glovebox.lock.json");
  }

  copy(t: Pick<TestContext, "after">): TestWorkspace {
    const folder = makeScratch(t);
    cpSync(this.folder, folder, { recursive: true });
    return new TestWorkspace(folder);
  }

  path(name: string): string {
    return join(this.folder, name);
  }

  /** The approved package in the store, or its signature. */
  stored(ending: ".tgz" | ".sigstore.json"): string {
    const store = this.path(".glovebox/store");
    const name = readdirSync(store).find((file) => file.endsWith(ending));
    if (name === undefined) throw new Error(`nothing in the store ends in ${ending}`);
    return join(store, name);
  }

  /** Puts another package and signature at the source. */
  replaceSource({ package: bytes, bundle }: Signed): void {
    writeFileSync(this.path("echo.tgz"), bytes);
    writeFileSync(this.path("echo.tgz.sigstore.json"), bundle);
  }

  /** Puts another package and signature in the place of the approved ones. */
  replaceStored({ package: bytes, bundle }: Signed): void {
    writeFileSync(this.stored(".tgz"), bytes);
    writeFileSync(this.stored(".sigstore.json"), bundle);
  }

  editConfiguration(change: (text: string) => string): void {
    edit(this.configFile, change);
  }

  editLock(change: (text: string) => string): void {
    edit(this.lockFile, change);
  }
}

/** Changes a file's text. A change that changes nothing would make a test that tests nothing. */
function edit(file: string, change: (text: string) => string): void {
  const before = readFileSync(file, "utf8");
  const after = change(before);
  if (after === before) throw new Error(`${file} was not changed`);
  writeFileSync(file, after);
}

/** Flips one bit in the middle of a file. */
export function flipByte(file: string, index?: number): void {
  const bytes = readFileSync(file);
  const at = index ?? bytes.length >> 1;
  bytes.writeUInt8(bytes.readUInt8(at) ^ 1, at);
  writeFileSync(file, bytes);
}

/** For all tests of one file: one machine, whose seal is probed once, and one workspace with `echo` installed, to be copied. */
export interface Suite {
  readonly machine: Machine;
  readonly installed: TestWorkspace;
  /** Runs a command line in this process, in a workspace. */
  readonly run: (words: readonly string[], workspace: TestWorkspace) => Promise<Ended>;
}

/** `prepare` puts further files or plugins into the workspace. */
export function installForSuite(
  prepare: (workspace: TestWorkspace, run: Suite["run"]) => unknown = () => {},
): Suite {
  const cleanup: (() => void)[] = [];
  let shared: Awaited<ReturnType<typeof makeSharedMachine>> | undefined;
  let installed: TestWorkspace | undefined;
  const run: Suite["run"] = (words, { configFile }) =>
    runInProcess([...words, "--config", configFile], shared!.machine);
  before(async () => {
    shared = await makeSharedMachine();
    installed = await installEcho(
      { after: (act: unknown) => void cleanup.push(act as () => void) },
      shared.machine,
    );
    await prepare(installed, run);
  });
  after(async () => {
    await shared?.close();
    for (const act of cleanup) act();
  });
  return {
    get machine() {
      return shared!.machine;
    },
    get installed() {
      return installed!;
    },
    run,
  };
}

/** A workspace that trusts the author for `echo` and `other`, with `echo` installed by the command line. */
async function installEcho(
  t: Pick<TestContext, "after">,
  machine: Machine,
): Promise<TestWorkspace> {
  const workspace = new TestWorkspace(makeScratch(t));
  workspace.replaceSource(APPROVED);
  const trusted = ["--plugins", "echo", "--plugins", "other", "--name", "author"];
  const words = [
    ["init"],
    ["trust", "add", AUTHOR.publicKey.text, ...trusted],
    ["add", workspace.path("echo.tgz"), "--grant", "kv=1MiB", "--yes"],
  ];
  for (const line of words) {
    const all = [...line, "--config", workspace.configFile];
    const { code, stderr } = await runInProcess(all, machine);
    if (code !== 0) throw new Error(`glovebox ${line.join(" ")} ended with ${code}: ${stderr}`);
  }
  return workspace;
}
