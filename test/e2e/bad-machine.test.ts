// A machine that does not do what is asked of it: folders that may not be written, disks that are full, others at the same time.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { createPrivateKey, createPublicKey, sign, verify } from "node:crypto";
import { chmodSync, chownSync, existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";
import { addAuthorFiles, failWell, inside } from "../helpers/fails-well.ts";
import { installForSuite, TestWorkspace } from "../helpers/installed-workspace.ts";
import { GLOVEBOX, runAsking, runGlovebox } from "../helpers/run-glovebox.ts";
import { makeScratch, snapshot } from "../helpers/scratch.ts";

const suite = installForSuite(addAuthorFiles);
const { run } = suite;

const NOBODY = 65_534;

/** Runs `act` as a user who owns nothing here; where the test is nobody special, it is that user already. */
async function asNobody<Result>(act: () => Promise<Result>): Promise<Result> {
  const isRoot = process.geteuid?.() === 0;
  if (isRoot) process.seteuid?.(NOBODY);
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
      const workspace = suite.installed.copy(t);
      const placed = words.map((word, index) =>
        ["new", "fresh"].includes(word) && index > 0 ? workspace.path(word) : word,
      );
      for (const folder of FOLDERS) chmodSync(workspace.path(folder), 0o555);
      // A key is its user's own, or it signs nothing.
      if (process.geteuid?.() === 0) chownSync(workspace.path("author.key"), NOBODY, NOBODY);
      try {
        const { code, codes } = await failWell(
          inside(placed, workspace),
          workspace,
          suite,
          asNobody,
        );
        assert.deepEqual({ code, codes }, { code: 2, codes: ["ERR_WORKSPACE_NOT_WRITABLE"] });
      } finally {
        for (const folder of FOLDERS) chmodSync(workspace.path(folder), 0o755);
      }
    });
  }

  it("stops init, and no folder is left behind", async (t) => {
    const workspace = new TestWorkspace(makeScratch(t));
    chmodSync(workspace.folder, 0o555);
    const { code, codes } = await failWell(["init"], workspace, suite, asNobody);
    chmodSync(workspace.folder, 0o755);
    assert.deepEqual({ code, codes }, { code: 2, codes: ["ERR_WORKSPACE_NOT_WRITABLE"] });
    assert.equal(existsSync(workspace.path(".glovebox")), false);
  });

  it("stops an approval when it is given", async (t) => {
    const workspace = suite.installed.copy(t);
    const found = snapshot(workspace.folder);
    const isRoot = process.geteuid?.() === 0;
    const lockOut = (): string => {
      for (const folder of FOLDERS) chmodSync(workspace.path(folder), 0o555);
      if (isRoot) process.seteuid?.(65_534);
      return "y";
    };
    try {
      const { code, codes } = await runAsking(
        ["add", workspace.path("echo.tgz"), "--as", "second", "--config", workspace.configFile],
        lockOut,
        suite.machine,
      );
      assert.deepEqual({ code, codes }, { code: 2, codes: ["ERR_WORKSPACE_NOT_WRITABLE"] });
    } finally {
      if (isRoot) process.seteuid?.(0);
      for (const folder of FOLDERS) chmodSync(workspace.path(folder), 0o755);
    }
    assert.deepEqual(snapshot(workspace.folder), found);
  });

  it("and a file that may not be read stops whoever needs it", async (t) => {
    const workspace = suite.installed.copy(t);
    for (const folder of FOLDERS) chmodSync(workspace.path(folder), 0o755);
    for (const file of ["glovebox.yaml", "glovebox.lock.json", "echo.tgz"]) {
      chmodSync(workspace.path(file), 0o000);
      const { code, codes } = await failWell(["verify"], workspace, suite, asNobody);
      chmodSync(workspace.path(file), 0o644);
      assert.equal(code, 2);
      assert.ok(codes.includes("ERR_WORKSPACE_UNREADABLE"));
    }
  });
});

/** Runs the program where no file may grow beyond `blocks` of 1 KiB: what a full disk is to whoever writes. */
function runOnFullDisk(
  words: readonly string[],
  workspace: TestWorkspace,
  blocks: number,
): { code: number; codes: string[]; stdout: string } {
  const survive = 'data:text/javascript,process.on("SIGXFSZ",()=>{})';
  const { status, stdout, stderr } = spawnSync(
    "bash",
    [
      "-c",
      `ulimit -f ${blocks}; exec "$0" "$@"`,
      process.execPath,
      "--import",
      survive,
      GLOVEBOX,
      ...words,
      "--config",
      workspace.configFile,
    ],
    { cwd: workspace.folder, encoding: "utf8", env: { PATH: process.env["PATH"] ?? "" } },
  );
  return {
    code: status ?? -1,
    stdout,
    codes: [...stderr.matchAll(/^(ERR_\w+):/gm)].map(([, code = ""]) => code),
  };
}

describe("a disk that is full", () => {
  const commands: readonly (readonly string[])[] = [
    ["trust", "add", "author.pub", "--plugins", "more"],
    ["add", "echo.tgz", "--as", "second", "--yes"],
    ["approve", "echo", "--yes"],
    ["remove", "echo"],
  ];
  for (const words of commands) {
    it(`stops ${words[0]}, and no file is half written or written without the others`, (t) => {
      const workspace = suite.installed.copy(t);
      // The configuration alone does not fit: whatever is written before it would be there already.
      workspace.editConfiguration((text) => `${text}# ${"x".repeat(16 * 1024)}\n`);
      const found = snapshot(workspace.folder);
      const { code, codes } = runOnFullDisk(words, workspace, 8);
      assert.deepEqual({ code, codes }, { code: 2, codes: ["ERR_WORKSPACE_NOT_WRITABLE"] });
      assert.deepEqual(snapshot(workspace.folder), found);
    });
  }

  it("stops keygen, pack and sign, and leaves nothing behind", (t) => {
    const workspace = suite.installed.copy(t);
    writeFileSync(
      workspace.path("plugin/README.md"),
      Buffer.from(
        Array.from({ length: 9000 }, (_, index) => (index * index * 31 + (index >> 3)) % 251),
      ),
    );
    const found = snapshot(workspace.folder);
    for (const words of [
      ["keygen", "new"],
      ["pack", "plugin"],
      ["sign", "echo.tgz", "--key", "author.key"],
    ]) {
      const { code, codes } = runOnFullDisk(words, workspace, 0);
      assert.deepEqual(
        { words, code, codes },
        { words, code: 2, codes: ["ERR_WORKSPACE_NOT_WRITABLE"] },
      );
    }
    assert.deepEqual(snapshot(workspace.folder), found);
  });
});

describe("several processes at once", () => {
  it("all add their plugin, and the workspace is whole", async (t) => {
    const workspace = suite.installed.copy(t);
    const names = ["a1", "a2", "a3"];
    const ended = await Promise.all(
      names.map((name) =>
        runGlovebox(["add", "echo.tgz", "--as", name, "--yes"], { cwd: workspace.folder }),
      ),
    );
    assert.deepEqual(
      ended.map(({ code, stderr }) => ({ code, stderr })),
      names.map(() => ({ code: 0, stderr: "" })),
    );
    const { verified } = (await run(["verify", "--json"], workspace)).json as {
      verified: string[];
    };
    assert.deepEqual(verified.toSorted(), ["a1", "a2", "a3", "echo"]);
  });

  it("that make one key make one key, whose halves fit", async (t) => {
    const cwd = makeScratch(t);
    const ended = await Promise.all(
      [1, 2, 3, 4].map(() => runGlovebox(["keygen", "one"], { cwd })),
    );
    assert.deepEqual(
      ended.map(({ code }) => code).toSorted((a, b) => a - b),
      [0, 2, 2, 2],
    );
    const privateKey = createPrivateKey(readFileSync(join(cwd, "one.key")));
    const spki = Buffer.from(readFileSync(join(cwd, "one.pub"), "utf8"), "base64");
    assert.ok(
      verify(
        null,
        Buffer.from("x"),
        createPublicKey({ key: spki, format: "der", type: "spki" }),
        sign(null, Buffer.from("x"), privateKey),
      ),
    );
  });

  it("that begin one workspace begin it once", async (t) => {
    const cwd = makeScratch(t);
    const ended = await Promise.all([1, 2, 3].map(() => runGlovebox(["init"], { cwd })));
    assert.deepEqual(ended.map(({ code, codes }) => [code, ...codes].join(" ")).toSorted(), [
      "0",
      "2 ERR_WORKSPACE_EXISTS",
      "2 ERR_WORKSPACE_EXISTS",
    ]);
  });
});
