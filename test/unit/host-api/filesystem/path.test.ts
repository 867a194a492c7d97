import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import { HostError } from "@glovebox/host-api/errors";
import {
  DEPTH_MAX,
  isPlainName,
  NAME_BYTES_MAX,
  parseLeafPath,
  parsePath,
  PATH_BYTES_MAX,
} from "@glovebox/host-api/filesystem/path";
import { anyText } from "../../../helpers/any-text.ts";

const refused = (tag: string) => (error: unknown) =>
  error instanceof HostError && error.tag === tag;

test("reads a relative path into its names", () => {
  assert.deepEqual(parsePath("notes/2026/a file.txt"), ["notes", "2026", "a file.txt"]);
  assert.deepEqual(parsePath("...a/.hidden/ü/日本"), ["...a", ".hidden", "ü", "日本"]);
});

test("collapses dots and repeated slashes", () => {
  assert.deepEqual(parsePath("./a//b/./c/"), ["a", "b", "c"]);
  assert.deepEqual(parsePath(""), []);
  assert.deepEqual(parsePath("./."), []);
});

test("refuses the folder itself where an entry is needed", () => {
  for (const path of ["", ".", "./", ".//."])
    assert.throws(() => parseLeafPath(path), refused("invalid-argument"));
});

test("keeps composed and decomposed names apart, as the file system does", () => {
  assert.notDeepEqual(parsePath("\u00e9"), parsePath("e\u0301"));
});

const ESCAPES = [
  "..",
  "../a",
  "a/..",
  "a/../b",
  "a/./../..",
  "/",
  "/etc/passwd",
  "//a",
  "a\\b",
  "..\\a",
  "C:\\a",
  "\\\\?\\C:\\a",
];
for (const path of ESCAPES) {
  test(`does not permit ${JSON.stringify(path)}`, () => {
    assert.throws(() => parsePath(path), refused("not-permitted"));
  });
}

const MALFORMED: readonly (readonly [string, unknown])[] = [
  ["a NUL", "a\0b"],
  ["a trailing NUL", "a\0"],
  ["a newline", "a\nb"],
  ["an escape sequence", "a\u001b[2J"],
  ["DEL", "a\u007f"],
  ["a C1 control", "a\u009bb"],
  ["a lone high surrogate", "a\ud800"],
  ["a lone low surrogate", "\udc00a"],
  ["a name that is too long", "a".repeat(NAME_BYTES_MAX + 1)],
  ["a name that is too long in bytes only", "é".repeat(128)],
  ["a path that is too long", "a/".repeat(PATH_BYTES_MAX / 2) + "a"],
  ["a path that is too long in bytes only", `${"é".repeat(100)}/`.repeat(25)],
  [
    "a path that is too deep",
    Array(DEPTH_MAX + 1)
      .fill("a")
      .join("/"),
  ],
  ["a number", 7],
  ["null", null],
  ["nothing", undefined],
  ["a list", ["a"]],
  ["an object with toString", { toString: () => "a" }],
];
for (const [what, value] of MALFORMED) {
  test(`refuses ${what} as a path`, () => {
    assert.throws(() => parsePath(value), refused("invalid-argument"));
  });
}

test("accepts exactly the limits", () => {
  assert.equal(parsePath("a".repeat(NAME_BYTES_MAX)).length, 1);
  assert.equal(parsePath(Array(DEPTH_MAX).fill("a").join("/")).length, DEPTH_MAX);
});

test("yields only plain names, whatever the guest writes", () => {
  const piece = fc.oneof(
    fc.constantFrom(
      "..",
      ".",
      "",
      "/",
      "\\",
      "\0",
      "a",
      "C:",
      "\ud800",
      "\u202e",
      "~",
      "%2e%2e",
      "\uff0e\uff0e",
    ),
    anyText(),
  );
  fc.assert(
    fc.property(
      fc.array(piece, { maxLength: 80 }),
      fc.constantFrom("/", "", "//", "\\"),
      (pieces, glue) => {
        let names: readonly string[];
        try {
          names = parsePath(pieces.join(glue));
        } catch (error) {
          return (
            error instanceof HostError && ["invalid-argument", "not-permitted"].includes(error.tag)
          );
        }
        return names.length <= DEPTH_MAX && names.every(isPlainName);
      },
    ),
    { numRuns: 2000 },
  );
});
