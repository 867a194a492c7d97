import assert from "node:assert/strict";
import { globSync, readFileSync } from "node:fs";
import { test } from "node:test";
import { LIMIT_ROWS } from "../../../runtime/policy/read-limits.ts";
import { readErrorTables } from "../../helpers/write-readme-tables.ts";

const rows = await readErrorTables();
const codes = rows.map((row) => row.code);
const sources = globSync("{runtime,host-api,sdk-guest,plugins}/**/*.{ts,mjs}", {
  exclude: ["**/node_modules/**", "**/dist/**"],
});
const wordsOf = (file: string): string[] =>
  readFileSync(file, "utf8").match(/\bERR_[A-Z0-9_]+\b/g) ?? [];
/** Codes of Node's own, which the sources look for. */
const FOREIGN = new Set(["ERR_BUFFER_TOO_LARGE"]);

test("every code stands in exactly one table", () => {
  assert.deepEqual(
    codes.filter((code, index) => codes.indexOf(code) !== index),
    [],
  );
});

test("every code that the sources name stands in a table", () => {
  const named = new Set(sources.flatMap(wordsOf));
  // An example in the base class's comment, and the beginnings that code matches on.
  const unknown = [...named].filter(
    (code) => !codes.includes(code) && !FOREIGN.has(code) && !code.endsWith("_"),
  );
  assert.deepEqual(unknown, []);
});

test("every code in a table is used", () => {
  const tables = new Set(rows.map((row) => row.file));
  assert.ok(tables.size > 5);
  const used = new Set(sources.flatMap((file) => (tables.has(file) ? [] : wordsOf(file))));
  const inTables = new Map(
    rows.map((row) => [row.code, wordsOf(row.file).filter((word) => word === row.code).length]),
  );
  assert.deepEqual(
    codes.filter((code) => !used.has(code) && (inTables.get(code) ?? 0) < 2),
    [],
  );
});

test("every row has words of its own, and ends with an exit code of the command line", () => {
  for (const { code, summary, remedy, exit } of rows) {
    assert.ok(summary.length >= 20 && remedy.length >= 10, code);
    assert.ok([1, 2, 3, 5].includes(exit), code);
  }
  assert.equal(new Set(rows.map((row) => row.summary)).size, rows.length);
});

test("a remedy that names a limit names one that the configuration has", () => {
  for (const { code, remedy } of rows)
    for (const [, key = ""] of remedy.matchAll(/`limits\.(\w+)`/g))
      assert.ok(Object.hasOwn(LIMIT_ROWS, key), `${code}: ${key}`);
});
