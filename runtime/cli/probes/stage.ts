import path from "node:path";
import type { JsonValue } from "@glovebox/host-api/json";
import { LOCAL_CALLER, type Caller } from "../../call.ts";
import { collectReasons, type ExitCode } from "../../errors.ts";
import { digestOfBytes } from "../../plugin/canonical.ts";
import type { LockedPlugin } from "../../plugin/formats.ts";
import { LOCAL_TENANT, type Principal } from "../../policy/principal.ts";
import { PolicyError } from "../../policy/errors.ts";
import { isSealed } from "../../policy/gates/decide-start.ts";
import { setBait, type Bait } from "../../powers/bait.ts";
import { copyFolder, makeScratchFolder } from "../../powers/scratch.ts";
import type { Seal } from "../../sandbox/sandbox.ts";
import { PACKAGE_BYTES_MAX } from "../../supply/read-source.ts";
import { workspacePaths, type WorkspacePaths } from "../../workspace-paths.ts";
import { lockedPlugin, readWorkspace, verifyWorkspace } from "../../workspace.ts";
import type { Machine } from "../machine.ts";
import type { Output } from "../output.ts";
import { runCommand } from "../run-command.ts";
import type { ServedStart } from "../gates/served-start.ts";
import { checkStart } from "../serving/start-check.ts";
import { startRuntime, type Runtime } from "../serving/start-runtime.ts";
import type { ProbeTerms } from "./probe-terms.ts";
import { makeStageMachine } from "./stage-machine.ts";
import { describeStage, HOSTILE, type Hostile } from "./stage-configuration.ts";

const NOT_MADE: ReadonlySet<string> = new Set([
  "UNKNOWN_TOOL",
  "INVALID_ARGUMENTS",
  "INSUFFICIENT_SCOPE",
  "RATE_LIMITED",
  "OVERLOADED",
  "FLOW_HELD",
  "APPROVAL_REQUIRED",
  "INTERNAL",
]);
/** Attempts that are to be ended from outside: of any other, that says that it has not been made. */
const ENDLESS: ReadonlySet<string> = new Set(["loop"]);
const AUDIT_BYTES_MAX = 16 * 1024 * 1024;
const KEY_BYTES_MAX = 4096;
/** Ten times the deadline: of the two, the deadline's timer is the first to ring, however busy the machine is. */
const ATTEMPT_MS_MAX = 10_000;

/** What came back of one attempt, as a client would get it. */
export interface Attempted {
  /** The error code, where there is one. */
  readonly error: string | undefined;
  readonly text: string;
}

/** A workspace of the probes' own with a hostile plugin in it: made, signed, approved and served as any other. */
export interface ProbeStage {
  readonly bait: Bait;
  readonly machine: Machine;
  readonly paths: WorkspacePaths;
  /** The package of the hostile plugin, as it was approved. */
  readonly packed: Uint8Array;
  /** PEM of the key that signed it. */
  readonly authorsKey: string;
  /** What this machine's seal is. */
  readonly seal: Seal;
  /** One attempt of somebody who has called nothing yet. Throws where it never reached the plugin. */
  attempt(plugin: Hostile, what: string, ...words: readonly string[]): Promise<Attempted>;
  /** A call with arguments of any shape; of somebody new where nobody is named. */
  call(tool: string, args: JsonValue, caller?: Caller): Promise<Attempted>;
  auditText(): string;
  /** Codes with which a start is refused from a copy of the workspace that `change` has changed; empty when it is not. */
  refusals(
    change: (paths: WorkspacePaths, locked: LockedPlugin) => void,
    seal?: Seal,
  ): readonly string[];
  close(): Promise<void>;
}

export interface StageSetting {
  /** The hostile plugin's, and its `plugin.json`. */
  readonly component: Uint8Array;
  readonly manifest: Uint8Array;
  readonly terms: ProbeTerms;
}

/** Somebody who has not been here before: what others have read or used up does not count for them. */
export function makeCaller(name: string, known: Partial<Principal> = {}): Caller {
  const id = `probe:${name}`;
  const principal = { via: "local", tenant: LOCAL_TENANT, ...known, id } as const;
  return { ...LOCAL_CALLER, principal, conversation: id };
}

export async function openStage(
  whole: Machine,
  out: Output,
  { terms, ...parts }: StageSetting,
): Promise<ProbeStage> {
  const scratch = makeScratchFolder("glovebox-probes-");
  const machine = makeStageMachine(whole);
  const { files } = machine;
  const opened: { close(): Promise<void> }[] = [machine];
  const close = async (): Promise<void> => {
    for (const one of opened.toReversed()) await one.close();
    scratch.remove();
  };
  try {
    const bait = await setBait(scratch.folder);
    opened.push(bait);
    const paths = workspacePaths(path.join(scratch.folder, "workspace", "glovebox.yaml"));
    const type = (words: readonly string[]): Promise<ExitCode> =>
      runCommand([...words, "--config", paths.configFile], { out: quiet(out), machine });
    const configuration = (source: string): string => describeStage(source, bait, terms);
    const packedFile = await furnish(scratch.folder, paths, configuration, machine, type, parts);
    for (const alias of Object.values(HOSTILE))
      bait.lay(path.join(paths.homeFolder(alias), "files"));
    const runtime = await startRuntime(readWorkspace(paths.configFile, files), machine);
    opened.push(runtime);
    const { seal } = runtime.posture;
    if (!terms.withoutSeal && !isSealed(seal)) {
      const message = "The operating system's seal does not hold any more.";
      throw new PolicyError("ERR_GATE_RING5", message);
    }
    let callers = 0;
    let copies = 0;
    const call: ProbeStage["call"] = (tool, args, caller = makeCaller(String((callers += 1)))) =>
      callTool(runtime, tool, args, caller);
    return {
      bait,
      machine,
      paths,
      packed: files.readFile(packedFile, PACKAGE_BYTES_MAX) ?? new Uint8Array(),
      authorsKey: textOf(files.readFile(authorsKeyFile(scratch.folder), KEY_BYTES_MAX)),
      seal,
      async attempt(plugin, what, ...words) {
        const attempted = await call(`${plugin}__attempt`, { what, words });
        // An attempt that never reached the plugin would look as if it had been refused.
        const { error = "" } = attempted;
        const isEnded = error === "TIMEOUT" || error === "CANCELLED";
        if (NOT_MADE.has(error) || (isEnded && !ENDLESS.has(what)))
          throw new Error(`not made: ${error}`);
        return attempted;
      },
      call,
      auditText: () => textOf(files.readFile(paths.auditFile, AUDIT_BYTES_MAX)),
      refusals(change, behind = seal) {
        const root = path.join(scratch.folder, `copy-${(copies += 1)}`);
        copyFolder(paths.root, root);
        const copy = workspacePaths(path.join(root, "glovebox.yaml"));
        change(copy, lockedPlugin(HOSTILE.whole, readWorkspace(copy.configFile, files)));
        return collectReasons([
          () => {
            const workspace = readWorkspace(copy.configFile, files);
            checkStart(workspace, verifyWorkspace(workspace, files), behind, NOT_SERVED);
          },
        ]).map(({ code }) => code);
      },
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

/** Whose the folders above a scratch folder are is no claim of the release. */
const NOT_SERVED: ServedStart = { facts: { local: { secrets: [], files: [] } }, unusable: [] };

const authorsKeyFile = (folder: string): string => path.join(folder, "author.key");

/** The way of every plugin: packed, signed, trusted, looked at and approved. Answers where the package is. */
async function furnish(
  folder: string,
  { configFile }: WorkspacePaths,
  describe: (source: string) => string,
  { files }: Machine,
  type: (words: readonly string[]) => Promise<ExitCode>,
  { component, manifest }: Omit<StageSetting, "terms">,
): Promise<string> {
  const plugin = path.join(folder, "probe");
  files.makeFolder(path.join(plugin, "dist"));
  files.writeFile(path.join(plugin, "plugin.json"), manifest);
  files.writeFile(path.join(plugin, "dist", "plugin.wasm"), component);
  files.makeFolder(path.dirname(configFile));
  const packed = path.join(plugin, "dist", "probe-1.0.0.tgz");
  files.writeFile(configFile, describe(path.relative(path.dirname(configFile), packed)));
  await type(["keygen", path.join(folder, "author")]);
  await type(["pack", plugin]);
  await type(["sign", packed, "--key", authorsKeyFile(folder)]);
  await type(["trust", "add", path.join(folder, "author.pub"), "--plugins", "probe"]);
  const digest = digestOfBytes(files.readFile(packed, PACKAGE_BYTES_MAX) ?? new Uint8Array());
  for (const alias of Object.values(HOSTILE))
    await type(["approve", alias, "--yes", "--digest", digest]);
  return packed;
}

async function callTool(
  runtime: Runtime,
  name: string,
  args: JsonValue,
  caller: Caller,
): Promise<Attempted> {
  const { content, error } = await runtime.callTool({
    name,
    arguments: args,
    caller,
    signal: AbortSignal.timeout(ATTEMPT_MS_MAX),
  });
  const said = content.map((block) => (block.type === "text" ? block.text : "")).join("");
  return { error: error?.error_code, text: said };
}

function textOf(bytes: Uint8Array | undefined): string {
  return Buffer.from(bytes ?? []).toString("utf8");
}

/** Commands say nothing here, and nobody is asked. */
function quiet(out: Output): Output {
  const silent = (): undefined => undefined;
  return {
    ...out,
    json: false,
    line: silent,
    table: silent,
    result: silent,
    data: silent,
    progress: silent,
    progressDone: silent,
    ask: () => Promise.resolve(false),
  };
}
