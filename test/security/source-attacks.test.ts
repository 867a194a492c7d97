// Attacks on the way in by names that look like others, and by sources that are no files.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { describe, it } from "node:test";
import { installForSuite, type TestWorkspace } from "../helpers/installed-workspace.ts";
import { snapshot } from "../helpers/scratch.ts";
import { change, ECHO, packAndSign } from "../helpers/signed-package.ts";

const suite = installForSuite();
const { run } = suite;

describe("the name of a plugin", () => {
  const names = [
    "Echo",
    "ECHO",
    "ècho",
    "écho",
    "еcho",
    "echo\u200b",
    "ｅｃｈｏ",
    "echo ",
    " echo",
    "e_cho",
    "echo__say",
    "echo-",
    "-echo",
    "e--cho",
    "__proto__",
    "toString",
    "constructor",
    "prototype",
    "../echo",
    "echo/..",
    "a".repeat(41),
    ".",
  ];
  for (const name of names) {
    it(`cannot be ${JSON.stringify(name.slice(0, 20))}`, async (t) => {
      const workspace = suite.installed.copy(t);
      const found = snapshot(workspace.folder);
      const { code, codes } = await run(
        ["add", workspace.path("echo.tgz"), `--as=${name}`, "--yes"],
        workspace,
      );
      assert.deepEqual({ code, codes }, { code: 2, codes: ["ERR_USAGE"] });
      assert.deepEqual(snapshot(workspace.folder), found);
      workspace.editConfiguration((text) =>
        text.replace("  echo:", `  ${JSON.stringify(name)}:\n    source: ./echo.tgz\n  echo:`),
      );
      const verified = await run(["verify"], workspace);
      assert.equal(verified.code, 2);
      assert.ok(
        ["ERR_CONFIG_INVALID", "ERR_CONFIG_UNREADABLE", "ERR_TEXT_HIDDEN"].includes(
          verified.codes[0] ?? "",
        ),
        verified.stderr,
      );
    });
  }

  it("may not be asked for by what every object has, when no plugin is installed at all", async (t) => {
    const workspace = suite.installed.copy(t);
    assert.equal((await run(["remove", "echo"], workspace)).code, 0);
    for (const file of [undefined, workspace.lockFile]) {
      if (file) rmSync(file);
      for (const command of ["inspect", "approve", "remove"])
        for (const name of ["constructor", "__proto__", "toString", "hasOwnProperty"])
          assert.deepEqual((await run([command, name], workspace)).codes, ["ERR_NOT_INSTALLED"]);
    }
  });
});

describe("a source", () => {
  it("that is a link is pinned to the bytes behind it: pointing it elsewhere is refused", async (t) => {
    const workspace = suite.installed.copy(t);
    const link = workspace.path("link.tgz");
    symlinkSync("echo.tgz", link);
    symlinkSync("echo.tgz.sigstore.json", `${link}.sigstore.json`);
    assert.equal((await run(["add", link, "--as", "second", "--yes"], workspace)).code, 0);
    const { package: bytes, bundle } = packAndSign(
      change(ECHO, { manifest: (manifest) => (manifest["version"] = "9.0.0") }),
    );
    writeFileSync(workspace.path("new.tgz"), bytes);
    writeFileSync(workspace.path("new.tgz.sigstore.json"), bundle);
    for (const ending of ["", ".sigstore.json"]) {
      rmSync(`${link}${ending}`);
      symlinkSync(`new.tgz${ending}`, `${link}${ending}`);
    }
    assert.deepEqual((await run(["verify"], workspace)).codes, ["ERR_MANIFEST_CHANGED"]);
  });

  const kinds: readonly {
    what: string;
    make: (workspace: TestWorkspace) => string;
    codes: readonly string[];
  }[] = [
    {
      what: "a FIFO",
      make: (workspace) => fifo(workspace.path("fifo.tgz")),
      codes: ["ERR_SOURCE_UNKNOWN"],
    },
    {
      what: "a link to a FIFO",
      make: (workspace) => link(fifo(workspace.path("fifo")), workspace.path("x.tgz")),
      codes: ["ERR_SOURCE_UNKNOWN"],
    },
    {
      what: "a link to a device that never ends",
      make: (workspace) => link("/dev/zero", workspace.path("x.tgz")),
      codes: ["ERR_SOURCE_UNKNOWN"],
    },
    {
      what: "a link in a circle",
      make: (workspace) => link("x.tgz", workspace.path("x.tgz")),
      codes: ["ERR_WORKSPACE_UNREADABLE"],
    },
    {
      what: "a link to nothing",
      make: (workspace) => link("nothing", workspace.path("x.tgz")),
      codes: ["ERR_SOURCE_UNKNOWN"],
    },
    {
      what: "a folder named like a package",
      make: (workspace) => folder(workspace.path("x.tgz")),
      codes: ["ERR_SOURCE_UNKNOWN"],
    },
    {
      what: "a file of another kind",
      make: (workspace) => workspace.configFile,
      codes: ["ERR_SOURCE_UNKNOWN"],
    },
    {
      what: "a name that is too long",
      make: (workspace) => workspace.path(`${"x".repeat(300)}.tgz`),
      codes: ["ERR_WORKSPACE_UNREADABLE"],
    },
    {
      what: "a path through a file",
      make: (workspace) => workspace.path("echo.tgz/x.tgz"),
      codes: ["ERR_SOURCE_UNKNOWN"],
    },
    {
      what: "a package whose signature is a FIFO",
      make(workspace) {
        rmSync(workspace.path("echo.tgz.sigstore.json"));
        fifo(workspace.path("echo.tgz.sigstore.json"));
        return workspace.path("echo.tgz");
      },
      codes: ["ERR_WORKSPACE_UNREADABLE"],
    },
    {
      what: "a component whose manifest is a device that never ends",
      make(workspace) {
        writeFileSync(workspace.path("x.wasm"), ECHO.component);
        link("/dev/zero", workspace.path("plugin.json"));
        return workspace.path("x.wasm");
      },
      codes: ["ERR_WORKSPACE_UNREADABLE"],
    },
  ];
  for (const { what, make, codes } of kinds) {
    it(`is refused at once when it is ${what}`, async (t) => {
      const workspace = suite.installed.copy(t);
      const source = make(workspace);
      const found = snapshot(workspace.folder);
      const ended = await run(["add", source, "--as", "second", "--yes"], workspace);
      assert.deepEqual({ code: ended.code, codes: ended.codes }, { code: 2, codes }, ended.stderr);
      assert.deepEqual(snapshot(workspace.folder), found);
    });
  }

  it("with an impossible character is a wrong configuration, not a fault of the program", async (t) => {
    const workspace = suite.installed.copy(t);
    workspace.editConfiguration((text) => text.replace("./echo.tgz", '"./echo\\0.tgz"'));
    assert.equal((await run(["verify"], workspace)).code, 2);
  });
});

function fifo(file: string): string {
  execFileSync("mkfifo", [file]);
  return file;
}

function link(target: string, file: string): string {
  symlinkSync(target, file);
  return file;
}

function folder(path: string): string {
  mkdirSync(path);
  return path;
}
