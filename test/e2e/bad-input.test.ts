// Every command, given what no one would give it: one clear error with code, place and remedy, and nothing changed.
import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { describe, it } from "node:test";
import { addAuthorFiles, failWell, inside } from "../helpers/fails-well.ts";
import { installForSuite, TestWorkspace } from "../helpers/installed-workspace.ts";
import { makeScratch } from "../helpers/scratch.ts";

const suite = installForSuite(addAuthorFiles);
const { run } = suite;

describe("every command that needs a workspace", () => {
  const commands = [
    ["add", "echo.tgz"],
    ["list"],
    ["inspect", "echo"],
    ["approve", "echo"],
    ["remove", "echo"],
    ["verify"],
    ["call", "echo__say"],
    ["serve"],
    ["trust", "add", "author.pub", "--plugins", "x"],
    ["debt"],
  ];
  for (const words of commands) {
    it(`${words[0]}: refuses a configuration and a lockfile that cannot be read, both at once`, async (t) => {
      const workspace = suite.installed.copy(t);
      workspace.editConfiguration((text) =>
        text.replace("mode: development", "mode: develpment\nlimts: {}"),
      );
      workspace.editLock((text) => text.slice(0, -3));
      const { code, codes } = await failWell(inside(words, workspace), workspace, suite);
      assert.equal(code, 3);
      assert.deepEqual([...new Set(codes)], ["ERR_CONFIG_INVALID", "ERR_LOCKFILE_INVALID"]);
    });

    it(`${words[0]}: refuses a folder that holds none`, async (t) => {
      if (words[0] === "debt") return;
      const workspace = new TestWorkspace(makeScratch(t));
      const { code, codes } = await failWell(inside(words, suite.installed), workspace, suite);
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
    { words: ["call", "echo__say", "{"], codes: ["ERR_ARGUMENTS_NOT_JSON"] },
    { words: ["call", "echo__say", "[]"], codes: ["ERR_ARGUMENTS_NOT_JSON"] },
    { words: ["call", "echo__say", "null"], codes: ["ERR_ARGUMENTS_NOT_JSON"] },
    { words: ["call", "echo__say", ""] },
    { words: ["sign", "echo.tgz"] },
    { words: ["sign", "nothing.tgz", "--key", "author.key"], codes: ["ERR_FILE_MISSING"] },
    { words: ["sign", "echo.tgz", "--key", "nothing.key"], codes: ["ERR_FILE_MISSING"] },
    { words: ["sign", "plugin", "--key", "author.key"] },
    { words: ["sign", "glovebox.yaml", "--key", "author.key"], codes: ["ERR_SOURCE_UNKNOWN"] },
    { words: ["pack", "nothing"], codes: ["ERR_FILE_MISSING"] },
    { words: ["pack", "echo.tgz"], codes: ["ERR_FILE_MISSING"] },
    { words: ["build", "nothing"], code: 1, codes: ["ERR_BUILD_MANIFEST"] },
    { words: ["build", "plugin"], code: 1, codes: ["ERR_BUILD_SOURCE"] },
    { words: ["build", "plugin", "--engine", "v8"] },
    { words: ["new", "Hello"], codes: ["ERR_NEW_NAME"] },
    { words: ["new", "plugin"], codes: ["ERR_NEW_EXISTS"] },
    { words: ["new", "author.pub"], codes: ["ERR_NEW_NAME"] },
    { words: ["new", ""] },
    { words: ["keygen", "author"], codes: ["ERR_WORKSPACE_EXISTS"] },
    { words: ["keygen", ""] },
    { words: ["keygen", "nothing/x"], codes: ["ERR_WORKSPACE_NOT_WRITABLE"] },
    { words: ["init"], codes: ["ERR_WORKSPACE_EXISTS"] },
    { words: ["init", "here"] },
    { words: ["trust", "remove", "x"] },
    { words: ["trust", "add", "author.pub"] },
    { words: ["trust", "add", "author.key", "--plugins", "x"], codes: ["ERR_KEY_INVALID"] },
    { words: ["--frob"] },
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
      const workspace = suite.installed.copy(t);
      const known = ["plugin", "nothing", "author"];
      const placed = words.map((word, index) =>
        index > 0 &&
        (/^[a-z]+[./]/.test(word) || known.includes(word)) &&
        words[index - 1] !== "--plugins"
          ? workspace.path(word)
          : word,
      );
      assert.deepEqual(await failWell(placed, workspace, suite), { code, codes });
    });
  }

  it("refuses to build what `pack` would refuse, and names the author's file", async (t) => {
    const workspace = suite.installed.copy(t);
    const file = workspace.path("plugin/plugin.json");
    writeFileSync(file, readFileSync(file, "utf8").replace('"license"', '"licence"'));
    const { error } = (await run(["build", workspace.path("plugin"), "--json"], workspace))
      .json as { error: { code: string; file: string }[] };
    assert.deepEqual(
      new Set(error.map(({ code, file: named }) => `${code} ${named}`)),
      new Set([`ERR_MANIFEST_INVALID ${file}`]),
    );
  });

  it("tells where a grant, a key and a value in the configuration are wrong, by line and column", async (t) => {
    const workspace = suite.installed.copy(t);
    workspace.editConfiguration((text) => `${text}limits:\n  deadline: soon\n`);
    const { error } = (await run(["verify", "--json"], workspace)).json as {
      error: { file: string; line: number; column: number; path: string }[];
    };
    const line =
      readFileSync(workspace.configFile, "utf8").split("\n").indexOf("  deadline: soon") + 1;
    assert.deepEqual(
      error.map(({ file, line, path }) => ({ file, line, path })),
      [{ file: workspace.configFile, line, path: "limits.deadline" }],
    );
    assert.match(
      (await run(["verify"], workspace)).stderr,
      new RegExp(`at ${workspace.configFile}:${line}:\\d+`),
    );
  });
});
