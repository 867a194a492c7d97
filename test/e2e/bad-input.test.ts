// Every file format and command, given what no one would give them: one clear error with code, place and remedy, and nothing changed.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { createPrivateKey, createPublicKey, sign, verify } from "node:crypto";
import { cannedPackage } from "../helpers/canned-plugin.ts";
import { AUTHOR, installEcho, packAndSign, TestWorkspace } from "../helpers/installed-workspace.ts";
import { GLOVEBOX, makeSharedMachine, runAsking, runGlovebox, runInProcess, type Ended } from "../helpers/run-glovebox.ts";
import { makeScratch, snapshot } from "../helpers/scratch.ts";

const MIB = 1024 * 1024;
const echo = await cannedPackage({ name: "echo", tools: ["say"], capabilities: { kv: { quota: "1MiB", reason: "To remember what was said." } } });
const approved = packAndSign(echo);

const cleanup: (() => void)[] = [];
let shared: Awaited<ReturnType<typeof makeSharedMachine>>;
let installed: TestWorkspace;

before(async () => {
  shared = await makeSharedMachine();
  installed = await installEcho({ after: (act) => cleanup.push(act as () => void) }, approved, shared.machine);
  // A plugin's folder, a bare component and a key, beside what is installed.
  for (const [name, bytes] of Object.entries({
    "plugin/plugin.json": echo.manifest,
    "plugin/dist/plugin.wasm": echo.component,
    "bare/plugin.json": echo.manifest,
    "bare/echo.wasm": echo.component,
    "author.key": AUTHOR.privateKey,
    "author.pub": AUTHOR.publicKey.text,
  })) {
    mkdirSync(join(installed.path(name), ".."), { recursive: true });
    writeFileSync(installed.path(name), bytes);
  }
});
after(async () => {
  await shared.close();
  for (const act of cleanup) act();
});

function run(words: readonly string[], { configFile }: TestWorkspace): Promise<Ended> {
  return runInProcess([...words, "--config", configFile], shared.machine);
}

/** Runs the words for people and for programs, and asserts that both fail well and change nothing. Answers the exit code and the codes. */
async function fail(words: readonly string[], workspace: TestWorkspace, as = asMyself): Promise<{ code: number; codes: readonly string[] }> {
  const found = snapshot(workspace.folder);
  const human = await as(() => run(words, workspace));
  const json = await as(() => run([...words, "--json"], workspace));
  assertFailsWell(human, json, words.join(" "));
  assert.deepEqual(snapshot(workspace.folder), found);
  return { code: human.code, codes: human.codes };
}

function asMyself<Result>(act: () => Promise<Result>): Promise<Result> {
  return act();
}

interface Told {
  readonly code: string;
  readonly message: string;
  readonly remedy: string;
  readonly file?: string;
}

function assertFailsWell(human: Ended, json: Ended, what: string): void {
  const { error } = json.json as { error: readonly Told[] };
  assert.ok([1, 2, 3].includes(human.code), `${what} ended with ${human.code}: ${human.stderr}`);
  assert.deepEqual({ code: json.code, stdout: human.stdout, stderr: json.stderr }, { code: human.code, stdout: "", stderr: "" }, what);
  assert.deepEqual(human.codes, error.map(({ code }) => code));
  assert.ok(error.length > 0);
  for (const { code, message, remedy } of error) {
    assert.notEqual(code, "ERR_INTERNAL", message);
    assert.match(remedy, /\S/);
    assert.ok(human.stderr.includes(code) && human.stderr.length < 100_000);
  }
  assert.doesNotMatch(human.stderr, /^ {4}at /m, "a stack");
}

/** What a file may hold that it should not. */
const HORRORS: Readonly<Record<string, string | Uint8Array>> = {
  "is empty": "",
  "is blank": " \n\t\n",
  "is huge": Buffer.alloc(70 * MIB, "a"),
  "is binary": Buffer.from(Array.from({ length: 4096 }, (_, index) => (index * 167 + 13) % 256)),
  "is full of zeros": new Uint8Array(4096),
  "is not UTF-8": Buffer.from([0xff, 0xfe, 0xc0, 0x80, 0xed, 0xa0, 0x80]),
  "is UTF-16": Buffer.from("\ufeffversion: 1\n", "utf16le"),
  "is null": "null",
  "is a number": "7",
  "is a text": '"text"',
  "is a list": "[1, 2]",
  "is an empty object": "{}",
  "is of another version": '{"version": 2, "manifest_version": 2, "lockfile_version": 2}',
  "has values of wrong types": '{"version": "1", "manifest_version": "1", "lockfile_version": [], "plugins": 7, "mediaType": {}}',
  "has an unknown key": '{"version": 1, "manifest_version": 1, "lockfile_version": 1, "verson": 1}',
  "has a key that is no key": '{"__proto__": {"version": 1}, "constructor": 1}',
  "is nested without end": "[".repeat(100_000),
  "is nested and closed": `${"[".repeat(5000)}${"]".repeat(5000)}`,
  "is one long line": `{"a": "${"x".repeat(MIB)}"}`,
  "begins with a mark and a hash-bang": "\ufeff#!/bin/sh\nexit 0\n",
};

interface Target {
  readonly file: string;
  readonly words: readonly string[];
  /** Whether a file that is cut in its middle is known to be. */
  readonly whole?: boolean;
}

const TARGETS: Readonly<Record<string, Target>> = {
  "the configuration": { file: "glovebox.yaml", words: ["verify"] },
  "the lockfile": { file: "glovebox.lock.json", words: ["verify"] },
  "a package that is added": { file: "echo.tgz", words: ["add", "echo.tgz", "--as", "second", "--yes"], whole: true },
  "a package that is signed": { file: "echo.tgz", words: ["sign", "echo.tgz", "--key", "author.key"], whole: true },
  "a signature": { file: "echo.tgz.sigstore.json", words: ["add", "echo.tgz", "--as", "second", "--yes"], whole: true },
  "the manifest of a folder": { file: "plugin/plugin.json", words: ["pack", "plugin"], whole: true },
  "the component of a folder": { file: "plugin/dist/plugin.wasm", words: ["pack", "plugin"], whole: true },
  "a bare component": { file: "bare/echo.wasm", words: ["sign", "bare/echo.wasm", "--key", "author.key"], whole: true },
  "a private key": { file: "author.key", words: ["sign", "echo.tgz", "--key", "author.key"], whole: true },
  "a public key": { file: "author.pub", words: ["trust", "add", "author.pub", "--plugins", "x", "--name", "x"], whole: true },
  "the manifest of a build": { file: "plugin/plugin.json", words: ["build", "plugin"], whole: true },
};

/** Paths among the words stand in the workspace. */
function inside(words: readonly string[], workspace: TestWorkspace): string[] {
  return words.map((word) => (/[./]|^plugin$/.test(word) ? workspace.path(word) : word));
}

for (const [target, { file, words, whole }] of Object.entries(TARGETS)) {
  describe(target, () => {
    for (const [horror, bytes] of Object.entries(HORRORS)) {
      it(`is refused when it ${horror}`, async (t) => {
        const workspace = installed.copy(t);
        writeFileSync(workspace.path(file), bytes);
        await fail(inside(words, workspace), workspace);
      });
    }

    it("is refused when it is cut off anywhere", async (t) => {
      if (!whole) return;
      const workspace = installed.copy(t);
      const bytes = readFileSync(workspace.path(file));
      for (const part of [0.1, 0.5, 0.9, 0.99]) {
        writeFileSync(workspace.path(file), bytes.subarray(0, Math.floor((bytes.length - 1) * part)));
        await fail(inside(words, workspace), workspace);
      }
    });

    it("is refused when it is a folder, a link in a circle, or not there", async (t) => {
      const workspace = installed.copy(t);
      const path = workspace.path(file);
      rmSync(path);
      mkdirSync(path);
      await fail(inside(words, workspace), workspace);
      rmSync(path, { recursive: true });
      symlinkSync(path, path);
      await fail(inside(words, workspace), workspace);
      rmSync(path);
      await fail(inside(words, workspace), workspace);
    });
  });
}

describe("every command that needs a workspace", () => {
  const commands = [["add", "echo.tgz"], ["list"], ["inspect", "echo"], ["approve", "echo"], ["remove", "echo"], ["verify"], ["call", "echo__say"], ["serve"], ["trust", "add", "author.pub", "--plugins", "x"], ["debt"]];
  for (const words of commands) {
    it(`${words[0]}: refuses a configuration and a lockfile that cannot be read, both at once`, async (t) => {
      const workspace = installed.copy(t);
      workspace.editConfiguration((text) => text.replace("mode: development", "mode: develpment\nlimts: {}"));
      workspace.editLock((text) => text.slice(0, -3));
      const { code, codes } = await fail(inside(words, workspace), workspace);
      assert.equal(code, 3);
      assert.deepEqual([...new Set(codes)], ["ERR_CONFIG_INVALID", "ERR_LOCKFILE_INVALID"]);
    });

    it(`${words[0]}: refuses a folder that holds none`, async (t) => {
      if (words[0] === "debt") return;
      const workspace = new TestWorkspace(makeScratch(t));
      const { code, codes } = await fail(inside(words, installed).map((word) => word), workspace);
      assert.deepEqual({ code, codes }, { code: 2, codes: ["ERR_WORKSPACE_MISSING"] });
    });
  }
});

describe("the command line", () => {
  const lines: readonly { words: readonly string[]; code?: number; codes?: readonly string[] }[] = [
    { words: ["frobnicate"] },
    { words: ["add"] },
    { words: ["add", "a", "b"] },
    { words: ["add", "x", "--as"] },
    { words: ["add", "x", "--as", "--yes"] },
    { words: ["add", "x", "--yes=no"] },
    { words: ["add", "x", "--yes", "--yes"] },
    { words: ["add", "x", "--graant", "clock"] },
    { words: ["add", "x", "-y"] },
    { words: ["add", "x", "--grant", "root"], codes: ["ERR_CONFIG_GRANT"] },
    { words: ["add", "x", "--grant", "http"], codes: ["ERR_CONFIG_GRANT"] },
    { words: ["add", "x", "--grant", "kv=lots"], codes: ["ERR_CONFIG_GRANT"] },
    { words: ["add", "x", "--grant", "clock", "--grant", "clock"], codes: ["ERR_CONFIG_GRANT"] },
    { words: ["add", "x", "--grant", "filesystem=everything"], codes: ["ERR_CONFIG_GRANT"] },
    { words: ["add", "nothing.tgz"], codes: ["ERR_SOURCE_UNKNOWN"] },
    { words: ["add", "echo.tgz", "--as", "A b"] },
    { words: ["inspect", "nobody"], codes: ["ERR_NOT_INSTALLED"] },
    { words: ["approve", "nobody"], codes: ["ERR_NOT_INSTALLED"] },
    { words: ["remove", "nobody"], codes: ["ERR_NOT_INSTALLED"] },
    { words: ["call", "echo__sing"] },
    { words: ["call", "report_pattern_debt"] },
    { words: ["call", "echo__say", "{"], codes: ["ERR_ARGUMENTS_NOT_JSON"] },
    { words: ["call", "echo__say", "[]"], codes: ["ERR_ARGUMENTS_NOT_JSON"] },
    { words: ["call", "echo__say", "null"], codes: ["ERR_ARGUMENTS_NOT_JSON"] },
    { words: ["call", "echo__say", ""] },
    { words: ["sign", "echo.tgz"] },
    { words: ["sign", "nothing.tgz", "--key", "author.key"], codes: ["ERR_FILE_MISSING"] },
    { words: ["sign", "echo.tgz", "--key", "nothing.key"], codes: ["ERR_FILE_MISSING"] },
    { words: ["sign", "plugin", "--key", "author.key"], codes: ["ERR_FILE_MISSING"] },
    { words: ["sign", "glovebox.yaml", "--key", "author.key"], codes: ["ERR_SOURCE_UNKNOWN"] },
    { words: ["pack", "nothing"], codes: ["ERR_FILE_MISSING"] },
    { words: ["pack", "echo.tgz"], codes: ["ERR_FILE_MISSING"] },
    { words: ["build", "nothing"], code: 1, codes: ["ERR_BUILD_MANIFEST"] },
    { words: ["build", "plugin"], code: 1, codes: ["ERR_BUILD_SOURCE"] },
    { words: ["build", "plugin", "--engine", "v8"] },
    { words: ["new", "Hello"] },
    { words: ["new", "plugin"], codes: ["ERR_WORKSPACE_EXISTS"] },
    { words: ["new", "author.pub"] },
    { words: ["new", ""] },
    { words: ["keygen", "author"], codes: ["ERR_WORKSPACE_EXISTS"] },
    { words: ["keygen", ""] },
    { words: ["keygen", "nothing/x"], codes: ["ERR_WORKSPACE_NOT_WRITABLE"] },
    { words: ["init"], codes: ["ERR_WORKSPACE_EXISTS"] },
    { words: ["init", "here"] },
    { words: ["trust", "remove", "x"] },
    { words: ["trust", "add", "author.pub"] },
    { words: ["trust", "add", "nothing.pub", "--plugins", "x"], codes: ["ERR_FILE_MISSING"] },
    { words: ["trust", "add", "AAAA", "--plugins", "x"], codes: ["ERR_KEY_INVALID"] },
    { words: ["trust", "add", "author.pub", "--plugins", "../x"], codes: ["ERR_CONFIG_INVALID"] },
    { words: ["trust", "add", "author.pub", "--plugins", "x,,y"], codes: ["ERR_CONFIG_INVALID"] },
    { words: ["debt", "--status", "gone"] },
    { words: ["debt", "--severity", "mild"] },
    { words: ["completion", "tcsh"] },
    { words: ["verify", "--config"] },
    { words: ["list", "echo"] },
  ];
  for (const { words, code = 2, codes = ["ERR_USAGE"] } of lines) {
    it(`glovebox ${words.map((word) => word || "''").join(" ")}: ${codes.join(", ")}`, async (t) => {
      const workspace = installed.copy(t);
      const known = ["plugin", "nothing", "author"];
      const placed = words.map((word, index) => (index > 0 && (/^[a-z]+[./]/.test(word) || known.includes(word)) && words[index - 1] !== "--plugins" ? workspace.path(word) : word));
      assert.deepEqual(await fail(placed, workspace), { code, codes });
    });
  }

  it("tells where a grant, a key and a value in the configuration are wrong, by line and column", async (t) => {
    const workspace = installed.copy(t);
    workspace.editConfiguration((text) => `${text}limits:\n  deadline: soon\n`);
    const { error } = (await run(["verify", "--json"], workspace)).json as { error: { file: string; line: number; column: number; path: string }[] };
    const line = readFileSync(workspace.configFile, "utf8").split("\n").indexOf("  deadline: soon") + 1;
    assert.deepEqual(error.map(({ file, line, path }) => ({ file, line, path })), [{ file: workspace.configFile, line, path: "limits.deadline" }]);
    assert.match((await run(["verify"], workspace)).stderr, new RegExp(`at ${workspace.configFile}:${line}:\\d+`));
  });
});

/** Runs `act` as a user who owns nothing here; where the test is nobody special, it is that user already. */
async function asNobody<Result>(act: () => Promise<Result>): Promise<Result> {
  const isRoot = process.geteuid?.() === 0;
  if (isRoot) process.seteuid?.(65_534);
  try {
    return await act();
  } finally {
    if (isRoot) process.seteuid?.(0);
  }
}

const FOLDERS = ["", ".glovebox", ".glovebox/store"];

describe("a folder that may not be written", () => {
  const commands: readonly (readonly string[])[] = [
    ["trust", "add", "author.pub", "--plugins", "more"],
    ["remove", "echo"],
    ["keygen", "new"],
    ["new", "fresh"],
    ["sign", "echo.tgz", "--key", "author.key"],
  ];
  for (const words of commands) {
    it(`stops ${words[0]}, which says where`, async (t) => {
      const workspace = installed.copy(t);
      const placed = words.map((word, index) => (["new", "fresh"].includes(word) && index > 0 ? workspace.path(word) : word));
      for (const folder of FOLDERS) chmodSync(workspace.path(folder), 0o555);
      try {
        const { code, codes } = await fail(inside(placed, workspace), workspace, asNobody);
        assert.deepEqual({ code, codes }, { code: 2, codes: ["ERR_WORKSPACE_NOT_WRITABLE"] });
      } finally {
        for (const folder of FOLDERS) chmodSync(workspace.path(folder), 0o755);
      }
    });
  }

  it("stops init, and no folder is left behind", async (t) => {
    const workspace = new TestWorkspace(makeScratch(t));
    chmodSync(workspace.folder, 0o555);
    const { code, codes } = await fail(["init"], workspace, asNobody);
    chmodSync(workspace.folder, 0o755);
    assert.deepEqual({ code, codes }, { code: 2, codes: ["ERR_WORKSPACE_NOT_WRITABLE"] });
    assert.equal(existsSync(workspace.path(".glovebox")), false);
  });

  it("stops an approval when it is given", async (t) => {
    const workspace = installed.copy(t);
    const found = snapshot(workspace.folder);
    const isRoot = process.geteuid?.() === 0;
    const lockOut = (): string => {
      for (const folder of FOLDERS) chmodSync(workspace.path(folder), 0o555);
      if (isRoot) process.seteuid?.(65_534);
      return "y";
    };
    try {
      const { code, codes } = await runAsking(["add", workspace.path("echo.tgz"), "--as", "second", "--config", workspace.configFile], lockOut, shared.machine);
      assert.deepEqual({ code, codes }, { code: 2, codes: ["ERR_WORKSPACE_NOT_WRITABLE"] });
    } finally {
      if (isRoot) process.seteuid?.(0);
      for (const folder of FOLDERS) chmodSync(workspace.path(folder), 0o755);
    }
    assert.deepEqual(snapshot(workspace.folder), found);
  });

  it("and a file that may not be read stops whoever needs it", async (t) => {
    const workspace = installed.copy(t);
    for (const folder of FOLDERS) chmodSync(workspace.path(folder), 0o755);
    for (const file of ["glovebox.yaml", "glovebox.lock.json", "echo.tgz"]) {
      chmodSync(workspace.path(file), 0o000);
      const { code, codes } = await fail(["verify"], workspace, asNobody);
      chmodSync(workspace.path(file), 0o644);
      assert.equal(code, 2);
      assert.ok(codes.includes("ERR_WORKSPACE_UNREADABLE"));
    }
  });
});

/** Runs the program where no file may grow beyond `blocks` of 1 KiB: what a full disk is to whoever writes. */
function runOnFullDisk(words: readonly string[], workspace: TestWorkspace, blocks: number): { code: number; codes: string[]; stdout: string } {
  const survive = 'data:text/javascript,process.on("SIGXFSZ",()=>{})';
  const { status, stdout, stderr } = spawnSync(
    "bash",
    ["-c", `ulimit -f ${blocks}; exec "$0" "$@"`, process.execPath, "--import", survive, GLOVEBOX, ...words, "--config", workspace.configFile],
    { cwd: workspace.folder, encoding: "utf8", env: { PATH: process.env["PATH"] ?? "" } },
  );
  return { code: status ?? -1, stdout, codes: [...stderr.matchAll(/^(ERR_\w+):/gm)].map(([, code = ""]) => code) };
}

describe("a disk that is full", () => {
  const commands: readonly (readonly string[])[] = [["trust", "add", "author.pub", "--plugins", "more"], ["add", "echo.tgz", "--as", "second", "--yes"], ["approve", "echo", "--yes"], ["remove", "echo"]];
  for (const words of commands) {
    it(`stops ${words[0]}, and no file is half written or written without the others`, (t) => {
      const workspace = installed.copy(t);
      // The configuration alone does not fit: whatever is written before it would be there already.
      workspace.editConfiguration((text) => `${text}# ${"x".repeat(16 * 1024)}\n`);
      const found = snapshot(workspace.folder);
      const { code, codes } = runOnFullDisk(words, workspace, 8);
      assert.deepEqual({ code, codes }, { code: 2, codes: ["ERR_WORKSPACE_NOT_WRITABLE"] });
      assert.deepEqual(snapshot(workspace.folder), found);
    });
  }

  it("stops keygen, pack and sign, and leaves nothing behind", (t) => {
    const workspace = installed.copy(t);
    writeFileSync(workspace.path("plugin/README.md"), Buffer.from(Array.from({ length: 9000 }, (_, index) => (index * index * 31 + (index >> 3)) % 251)));
    const found = snapshot(workspace.folder);
    for (const words of [["keygen", "new"], ["pack", "plugin"], ["sign", "echo.tgz", "--key", "author.key"]]) {
      const { code, codes } = runOnFullDisk(words, workspace, 0);
      assert.deepEqual({ words, code, codes }, { words, code: 2, codes: ["ERR_WORKSPACE_NOT_WRITABLE"] });
    }
    assert.deepEqual(snapshot(workspace.folder), found);
  });
});

describe("several processes at once", () => {
  it("all add their plugin, and the workspace is whole", async (t) => {
    const workspace = installed.copy(t);
    const names = ["a1", "a2", "a3"];
    const ended = await Promise.all(names.map((name) => runGlovebox(["add", "echo.tgz", "--as", name, "--yes"], { cwd: workspace.folder })));
    assert.deepEqual(ended.map(({ code, stderr }) => ({ code, stderr })), names.map(() => ({ code: 0, stderr: "" })));
    const { verified } = (await run(["verify", "--json"], workspace)).json as { verified: string[] };
    assert.deepEqual(verified.toSorted(), ["a1", "a2", "a3", "echo"]);
  });

  it("that make one key make one key, whose halves fit", async (t) => {
    const cwd = makeScratch(t);
    const ended = await Promise.all([1, 2, 3, 4].map(() => runGlovebox(["keygen", "one"], { cwd })));
    assert.deepEqual(ended.map(({ code }) => code).toSorted((a, b) => a - b), [0, 2, 2, 2]);
    const privateKey = createPrivateKey(readFileSync(join(cwd, "one.key")));
    const spki = Buffer.from(readFileSync(join(cwd, "one.pub"), "utf8"), "base64");
    assert.ok(verify(null, Buffer.from("x"), createPublicKey({ key: spki, format: "der", type: "spki" }), sign(null, Buffer.from("x"), privateKey)));
  });

  it("that begin one workspace begin it once", async (t) => {
    const cwd = makeScratch(t);
    const ended = await Promise.all([1, 2, 3].map(() => runGlovebox(["init"], { cwd })));
    assert.deepEqual(ended.map(({ code, codes }) => [code, ...codes].join(" ")).toSorted(), ["0", "2 ERR_WORKSPACE_EXISTS", "2 ERR_WORKSPACE_EXISTS"]);
  });
});
