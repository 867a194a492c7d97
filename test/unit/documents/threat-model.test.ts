import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { test } from "node:test";
import { BUILT_IN_ITEMS } from "../../../runtime/debt/built-in-items.ts";

const threatModel = readFileSync("THREAT_MODEL.md", "utf8");
const readme = readFileSync("README.md", "utf8");

/** The rows of the table whose header begins with `first`, as cells. */
function rowsOf(first: string): string[][] {
  const [, table = ""] = threatModel.split(new RegExp(`^\\| ${first} \\|.*\\n\\|[-|]+\\|\\n`, "m"));
  const lines = table.split(/\n(?!\|)/, 1)[0]?.split("\n") ?? [];
  return lines.map((line) =>
    line
      .split("|")
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );
}

const threats = rowsOf("id \\| boundary");

test("threats are numbered without a gap, and each says what holds it", () => {
  assert.ok(threats.length >= 20);
  threats.forEach((cells, index) => {
    assert.equal(cells[0], `T${String(index + 1).padStart(2, "0")}`);
    assert.ok(cells.length === 5 && cells.every((cell) => cell.length > 0), cells.join(" | "));
  });
});

test("every threat names tests that exist and test something", () => {
  for (const [id, , , , files = ""] of threats)
    for (const file of files.split(", ")) {
      assert.match(file, /^test\/[\w/-]+\.test\.ts$/, `${id} names ${file}`);
      assert.ok(existsSync(file), `${id} names ${file}, which does not exist`);
      assert.match(
        readFileSync(file, "utf8"),
        /\b(test|it)\(/,
        `${id} names ${file}, which has no test`,
      );
    }
});

test("every debt item that the documents name exists, and every built-in one is named", () => {
  const known = BUILT_IN_ITEMS.map((item) => item.id);
  const named = new Set(`${threatModel}\n${readme}`.match(/\bGB-\d{3}\b/g));
  assert.deepEqual(
    [...named].filter((id) => !known.some((other) => other === id)),
    [],
  );
  assert.deepEqual(
    known.filter((id) => !named.has(id)),
    [],
  );
});

test("each row of the two yes-or-no tables says yes or no", () => {
  for (const first of ["part", "finding"]) {
    const rows = rowsOf(first);
    const verdicts = rows.map((cells) => cells[1] ?? "");
    assert.ok(rows.length >= 10, first);
    for (const [index, verdict] of verdicts.entries())
      assert.match(verdict, /^(yes|no)\b/, `${first}: row ${index + 1}`);
    for (const word of ["yes", "no"])
      assert.ok(
        verdicts.some((verdict) => verdict.startsWith(word)),
        `${first}: ${word}`,
      );
  }
});
