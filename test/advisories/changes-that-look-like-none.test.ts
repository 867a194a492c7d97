// A letter of another alphabet, or the same letter in another form, was shown as a change from a word to the same word.
import assert from "node:assert/strict";
import { test } from "node:test";
import { diffSurfaces, type DiffedTool } from "../../runtime/firewall/surface-diff.ts";

const tool = (description: string, name = "t"): DiffedTool => ({ name, description });
const shown = (before: DiffedTool, after: DiffedTool) =>
  diffSurfaces([before], [after]).flatMap(({ parts }) =>
    parts.flatMap((part) =>
      part.kind === "removed" || part.kind === "added" ? [`${part.kind} ${part.text}`] : [],
    ),
  );

test("what looks the same and is not is told by its number", () => {
  assert.deepEqual(shown(tool("Calls read_file."), tool("Calls re\u0430d_file.")), [
    "removed read_file",
    String.raw`added re\u{430}d_file`,
  ]);
  assert.deepEqual(shown(tool("caf\u00e9"), tool("cafe\u0301")), [
    String.raw`removed caf\u{e9}`,
    String.raw`added cafe\u{301}`,
  ]);
  assert.deepEqual(shown(tool("to be"), tool("to\u00a0be")), [
    "removed  ",
    String.raw`added \u{a0}`,
  ]);
  assert.deepEqual(shown(tool("d", "send"), tool("d", "s\u0435nd")), [
    "removed send",
    String.raw`added s\u{435}nd`,
  ]);
});

test("values that look the same are too", () => {
  const of = (value: string): DiffedTool => ({ name: "t", inputSchema: { enum: [value] } });
  assert.deepEqual(shown(of("send"), of("s\u0435nd")), [
    'removed "send"',
    String.raw`added "s\u{435}nd"`,
  ]);
});

test("other words of any alphabet are shown as they are", () => {
  assert.deepEqual(shown(tool("Ein Maß."), tool("Eine Größe.")), [
    "removed Ein Maß",
    "added Eine Größe",
  ]);
});
