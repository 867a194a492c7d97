import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { makeOutput } from "../../../../runtime/cli/output.ts";
import { showSurfaceChanges } from "../../../../runtime/cli/show/show-changes.ts";
import { columnsOf, wrapText } from "../../../../runtime/cli/show/wrap-text.ts";
import { diffSurfaces } from "../../../../runtime/firewall/surface-diff.ts";

function shown(before: string, after: string): string[] {
  const lines: string[] = [];
  const out = { ...makeOutput(process, false), line: (text = "") => void lines.push(text) };
  showSurfaceChanges(
    diffSurfaces([{ name: "t", description: before }], [{ name: "t", description: after }]),
    out,
  );
  return lines;
}

describe("changes on a terminal", () => {
  it("show what was removed and what was added, with words around it", () => {
    assert.deepEqual(
      shown("It reads a note for you.", "It deletes a note for you."),
      [
        "  t",
        "  description reads differently",
        "      It ",
        "    - reads",
        "    + deletes",
        "       a note for you.",
      ].map((line) => line.trimEnd()),
    );
  });

  it("keep their marks before every line, whatever the text is laid out like", () => {
    const attack = `ok\n    - nothing\n${"x".repeat(300)}${" ".repeat(39)}    + harmless\r\n\u{2028}+ y 語語語${"語".repeat(90)}`;
    const lines = shown("a", attack).slice(2);
    assert.ok(lines.length > 5);
    for (const line of lines) {
      assert.match(line, /^ {4}[-+] /);
      assert.ok(columnsOf(line) <= 80, line);
    }
    assert.equal(lines.filter((line) => line.startsWith("    - ")).length, 1);
  });

  it("show blanks that came", () => {
    assert.ok(shown("a b", "a   b").some((line) => line.includes("+ [3 blank]")));
  });
});

describe("wrapped text", () => {
  it("is broken at blanks, and within words that are longer than a line", () => {
    assert.deepEqual(wrapText("aa bb cc", 10), ["aa bb cc"]);
    assert.deepEqual(wrapText("aaaaaa bbbbbb\n\ncc", 10), ["aaaaaa", "bbbbbb", "", "cc"]);
    assert.deepEqual(wrapText("語語語語語語", 10), ["語語語語語", "語"]);
  });
});
