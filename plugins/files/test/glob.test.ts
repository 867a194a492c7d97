import assert from "node:assert/strict";
import { matchesGlob as nodeMatchesGlob } from "node:path/posix";
import { test } from "node:test";
import * as fc from "fast-check";
import { matchesGlob } from "../src/glob.ts";

test("matches names, folders and any depth", () => {
  for (const [path, glob, expected] of [
    ["a.md", "*.md", true],
    ["docs/a.md", "*.md", true],
    ["docs/a.md", "docs/*.md", true],
    ["docs/x/a.md", "docs/*.md", false],
    ["docs/x/a.md", "docs/**/*.md", true],
    ["docs/a.md", "docs/**/*.md", true],
    ["docs", "docs/**", true],
    ["a.md", "?.md", true],
    ["ab.md", "?.md", false],
    ["a", "", false],
    ["a.b", "a?b", true],
    ["x/[a]", "x/[a]", true],
  ] as const) {
    assert.equal(matchesGlob(path, glob), expected, `${path} ${glob}`);
  }
});

test("matches as Node does, where the two mean the same", () => {
  const name = fc
    .string({ unit: fc.constantFrom("a", "b", "."), minLength: 1, maxLength: 4 })
    .filter((text) => !/^\.+$/.test(text) && !text.startsWith("."));
  const path = fc.array(name, { minLength: 1, maxLength: 4 }).map((names) => names.join("/"));
  const part = fc.oneof(
    fc.constant("**"),
    fc
      .string({ unit: fc.constantFrom("a", "b", "*", "?"), minLength: 1, maxLength: 4 })
      .filter((text) => !text.includes("**")),
  );
  const glob = fc.array(part, { minLength: 2, maxLength: 4 }).map((parts) => parts.join("/"));
  fc.assert(
    fc.property(path, glob, (one, pattern) => {
      // A last `**` does not match the folder itself in Node's.
      fc.pre(!pattern.endsWith("**"));
      assert.equal(matchesGlob(one, pattern), nodeMatchesGlob(one, pattern), `${one} ${pattern}`);
    }),
    { numRuns: 2000 },
  );
});

test("takes no exponential time", () => {
  assert.equal(matchesGlob("a".repeat(1000), `${"*a".repeat(90)}b`), false);
  assert.equal(matchesGlob("a/".repeat(400) + "c", "**/".repeat(60) + "b"), false);
});
