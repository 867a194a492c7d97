import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { layOutTable } from "../../../../runtime/cli/show/lay-out-table.ts";
import { columnsOf } from "../../../../runtime/cli/show/wrap-text.ts";

const HEADER = ["NAME", "GRANTS", "TOOLS"];
const ROW = [
  "files",
  "filesystem: read-write, at most 64 MiB",
  "files__read files__write files__list",
];

describe("layOutTable", () => {
  it("gives programs one line for each row", () => {
    assert.deepEqual(
      layOutTable(HEADER, [ROW]).map((lines) => lines.length),
      [1, 1],
    );
  });

  it("breaks the cells of the widest columns until a row fits a terminal", () => {
    const lines = layOutTable(HEADER, [ROW], 50).flat();
    assert.ok(
      lines.every((line) => columnsOf(line) <= 50),
      lines.join("\n"),
    );
    for (const word of ROW.flatMap((cell) => cell.split(" ")))
      assert.ok(
        lines.some((line) => line.includes(word)),
        word,
      );
    assert.match(lines[1] ?? "", /^files {2}/);
  });

  it("counts letters that are drawn twice as wide", () => {
    const [[head = ""] = [], [row = ""] = []] = layOutTable(["A", "B"], [["日本", "x"]]);
    assert.equal(head.indexOf("B"), 6);
    assert.equal(row, "日本  x");
  });
});
