// Log lines and reports of progress were cut to their length before the filter read them: of a key that stood across the cut,
// the client heard all but the last letters, in a form that no rule knows.
import assert from "node:assert/strict";
import { test } from "node:test";
import { compilePolicy } from "../../runtime/firewall/filter/compile-policy.ts";
import { makeFilterPolicy } from "../../runtime/firewall/filter/policy.ts";
import { makeWordFilter } from "../../runtime/firewall/filter/word-filter.ts";
import { HEARD_CHARS_MAX, hearThrough } from "../../runtime/hear-through.ts";
import { madeText } from "../helpers/made-secrets.ts";

const policy = compilePolicy(makeFilterPolicy({ actions: {}, fields: [] }));
const key = `ghp_${madeText(36)}`;

/** What a client hears of a text, as a line of the log and as a report of progress. */
function heard(text: string): { log: string; progress: string } {
  const said = { log: "", progress: "" };
  const { onLog, onProgress } = hearThrough(
    {
      onLog: (_level, line) => void (said.log = line),
      onProgress: (_progress, _total, message) => void (said.progress = message ?? ""),
    },
    () => makeWordFilter(policy),
  );
  onLog?.("info", text);
  onProgress?.(1, undefined, text);
  return said;
}

for (const kind of ["log", "progress"] as const)
  test(`a key across the cut of the ${kind} is taken out whole`, () => {
    const max = HEARD_CHARS_MAX[kind];
    for (const shown of [4, 12, 20, key.length - 1]) {
      const text = `${"word ".repeat(max).slice(0, max - shown - 1)} ${key} and more`;
      const said = heard(text)[kind];
      assert.ok(!said.includes(key.slice(0, 8)), said.slice(-60));
      assert.ok(said.length <= max, String(said.length));
    }
  });

test("what a terminal would obey is shown, also where nothing is filtered", () => {
  let shown = "";
  const listeners = { onLog: (_level: string, line: string) => void (shown = line) };
  hearThrough(listeners, () => undefined).onLog?.("info", "\u001B".repeat(5000));
  assert.equal(shown, "\\e".repeat(HEARD_CHARS_MAX.log));
});
