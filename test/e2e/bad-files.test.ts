// Every file format, holding what no one would put there: one clear error with code, place and remedy, and nothing changed.
import { mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { describe, it } from "node:test";
import { addAuthorFiles, failWell, inside } from "../helpers/fails-well.ts";
import { installForSuite } from "../helpers/installed-workspace.ts";

const MIB = 1024 * 1024;
const suite = installForSuite(addAuthorFiles);

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
  "has values of wrong types":
    '{"version": "1", "manifest_version": "1", "lockfile_version": [], "plugins": 7, "mediaType": {}}',
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
  "a package that is added": {
    file: "echo.tgz",
    words: ["add", "echo.tgz", "--as", "second", "--yes"],
    whole: true,
  },
  "a package that is signed": {
    file: "echo.tgz",
    words: ["sign", "echo.tgz", "--key", "author.key"],
    whole: true,
  },
  "a signature": {
    file: "echo.tgz.sigstore.json",
    words: ["add", "echo.tgz", "--as", "second", "--yes"],
    whole: true,
  },
  "the manifest of a folder": {
    file: "plugin/plugin.json",
    words: ["pack", "plugin"],
    whole: true,
  },
  "the component of a folder": {
    file: "plugin/dist/plugin.wasm",
    words: ["pack", "plugin"],
    whole: true,
  },
  "a bare component": {
    file: "bare/echo.wasm",
    words: ["sign", "bare/echo.wasm", "--key", "author.key"],
    whole: true,
  },
  "a private key": {
    file: "author.key",
    words: ["sign", "echo.tgz", "--key", "author.key"],
    whole: true,
  },
  "a public key": {
    file: "author.pub",
    words: ["trust", "add", "author.pub", "--plugins", "x", "--name", "x"],
    whole: true,
  },
  "the manifest of a build": {
    file: "plugin/plugin.json",
    words: ["build", "plugin"],
    whole: true,
  },
};

for (const [target, { file, words, whole }] of Object.entries(TARGETS)) {
  describe(target, () => {
    for (const [horror, bytes] of Object.entries(HORRORS)) {
      it(`is refused when it ${horror}`, async (t) => {
        const workspace = suite.installed.copy(t);
        writeFileSync(workspace.path(file), bytes);
        await failWell(inside(words, workspace), workspace, suite);
      });
    }

    it("is refused when it is cut off anywhere", async (t) => {
      if (!whole) return;
      const workspace = suite.installed.copy(t);
      const bytes = readFileSync(workspace.path(file));
      for (const part of [0.1, 0.5, 0.9, 0.99]) {
        writeFileSync(
          workspace.path(file),
          bytes.subarray(0, Math.floor((bytes.length - 1) * part)),
        );
        await failWell(inside(words, workspace), workspace, suite);
      }
    });

    it("is refused when it is a folder, a link in a circle, or not there", async (t) => {
      const workspace = suite.installed.copy(t);
      const path = workspace.path(file);
      rmSync(path);
      mkdirSync(path);
      await failWell(inside(words, workspace), workspace, suite);
      rmSync(path, { recursive: true });
      symlinkSync(path, path);
      await failWell(inside(words, workspace), workspace, suite);
      rmSync(path);
      await failWell(inside(words, workspace), workspace, suite);
    });
  });
}
