import assert from "node:assert/strict";
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import type { JsonValue } from "@glovebox/host-api/json";
import {
  handleOf,
  makeScratch,
  MECHANISMS,
  openPlugin,
  refusedAs,
  SECRET,
} from "../helpers/sandbox-folder.ts";

/** What a guest may try as a path to get at `outside/secret.txt`, or to upset the parser. */
const PATHS: readonly JsonValue[] = [
  "../files2/secret.txt",
  "d/../../files2/secret.txt",
  "./../files2/secret.txt",
  "d/./../../files2/secret.txt",
  "..//files2/secret.txt",
  "../files2",
  "..",
  "d/..",
  "/etc/passwd",
  "//etc/passwd",
  "/proc/self/environ",
  "/proc/self/fd/0",
  "..\\files2\\secret.txt",
  "d\\..\\..\\files2\\secret.txt",
  "\\\\?\\C:\\secret.txt",
  "f\0.txt",
  "../files2/secret.txt\0",
  "f\n",
  "\ud800",
  "a".repeat(256),
  "a/".repeat(3000),
  Array(65).fill("d").join("/"),
  null,
  7,
  true,
  ["f"],
  { path: "f" },
];

const OPERATIONS: Readonly<Record<string, (path: JsonValue) => readonly JsonValue[]>> = {
  readFile: (path) => [path],
  writeFile: (path) => [path, "replace"],
  stat: (path) => [path],
  list: (path) => [path],
  makeDirectory: (path) => [path],
  removeFile: (path) => [path],
  removeDirectory: (path) => [path],
  open: (path) => [path, ["read", "write", "create"]],
};

for (const mechanism of MECHANISMS) {
  test(`${mechanism.name}: every operation refuses every path that is not plain`, (t) => {
    const scratch = makeScratch(t);
    mkdirSync(join(scratch.box, "d"));
    writeFileSync(join(scratch.box, "f"), "inside");
    const { run } = openPlugin(t, scratch, mechanism);
    const refused = refusedAs(scratch, "not-permitted", "invalid-argument");
    for (const path of PATHS) {
      for (const [operation, argsOf] of Object.entries(OPERATIONS))
        assert.throws(
          () => run(operation, argsOf(path), "x"),
          refused,
          `${operation} ${JSON.stringify(path)}`,
        );
      assert.throws(() => run("rename", ["f", path]), refused);
      assert.throws(() => run("rename", [path, "g"]), refused);
    }
    assert.deepEqual(readdirSync(scratch.box), ["d", "f"]);
    assert.deepEqual(readdirSync(scratch.outside), ["secret.txt"]);
    assert.equal(readFileSync(join(scratch.outside, "secret.txt"), "utf8"), SECRET);
  });

  test(`${mechanism.name}: names that mean something elsewhere are ordinary names here`, (t) => {
    const scratch = makeScratch(t);
    const { run } = openPlugin(t, scratch, mechanism);
    for (const name of [
      "...",
      "~",
      "CON",
      "LPT1.txt",
      "SECRET~1.TXT",
      "a.",
      "a ",
      "f:stream",
      "%2e%2e",
      "\uff0e\uff0e",
      "$HOME",
      "-rf",
      "__proto__",
    ]) {
      run("writeFile", [name, "create"], name);
      assert.equal(Buffer.from(run("readFile", [name]).body ?? []).toString(), name);
      assert.ok(readdirSync(scratch.box).includes(name));
    }
  });

  test(`${mechanism.name}: names that differ in case or composition are different files`, (t) => {
    const scratch = makeScratch(t);
    const { run } = openPlugin(t, scratch, mechanism);
    const names = ["a", "A", "\u00e9", "e\u0301", "\u1e9e", "ss", "K", "\u212a"];
    for (const name of names) run("writeFile", [name, "create"], name);
    for (const name of names)
      assert.equal(Buffer.from(run("readFile", [name]).body ?? []).toString(), name);
    assert.equal(readdirSync(scratch.box).length, names.length);
  });

  test(`${mechanism.name}: the folder itself is neither replaced nor removed`, (t) => {
    const scratch = makeScratch(t);
    const { run } = openPlugin(t, scratch, mechanism);
    for (const path of ["", ".", "./."]) {
      for (const operation of ["readFile", "makeDirectory", "removeFile", "removeDirectory"])
        assert.throws(() => run(operation, [path]), refusedAs(scratch, "invalid-argument"));
      assert.throws(() => run("rename", [path, "x"]), refusedAs(scratch, "invalid-argument"));
      assert.throws(() => run("rename", ["x", path]), refusedAs(scratch, "invalid-argument"));
    }
    assert.deepEqual(readdirSync(scratch.base).toSorted(), ["files", "files2"]);
  });
}

test("refuses arguments of every wrong shape", (t) => {
  const scratch = makeScratch(t);
  const { run } = openPlugin(t, scratch);
  run("writeFile", ["f", "create"], "x");
  const handle = handleOf(run("open", ["f", ["read", "write"]]));
  const wrongNumbers: readonly JsonValue[] = [
    -1,
    1.5,
    Number.NaN,
    Number.POSITIVE_INFINITY,
    2 ** 53,
    "0",
    null,
    [0],
    {},
    true,
  ];
  const refused = refusedAs(scratch, "invalid-argument");
  for (const wrong of wrongNumbers) {
    assert.throws(() => run("read", [wrong, 0, 1]), refused);
    assert.throws(() => run("read", [handle, wrong, 1]), refused);
    assert.throws(() => run("read", [handle, 0, wrong]), refused);
    assert.throws(() => run("write", [handle, wrong], "x"), refused);
    assert.throws(() => run("setSize", [handle, wrong]), refused);
    assert.throws(() => run("close", [wrong]), refused);
  }
  for (const wrong of [-1, Number.NaN, Number.POSITIVE_INFINITY, 1e18, "then", true, [], {}])
    assert.throws(() => run("setTimes", [handle, wrong, null]), refused);
  for (const wrong of [
    "write",
    null,
    {},
    ["reed"],
    ["read", 1],
    [["read"]],
    Array(7).fill("read"),
    ["__proto__"],
  ])
    assert.throws(() => run("open", ["f", wrong]), refused);
  for (const wrong of ["truncate", "", null, 0, ["create"], "constructor"])
    assert.throws(() => run("writeFile", ["g", wrong], "x"), refused);
  for (const operation of Object.keys(OPERATIONS)) {
    assert.throws(() => run(operation, []), refused);
    assert.throws(() => run(operation, ["f", ["read"], "more"]), refused);
  }
});
