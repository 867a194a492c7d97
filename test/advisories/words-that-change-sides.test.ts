// Hebrew and Arabic letters hide nothing, but a terminal that knows them writes what stands between two of them from right to
// left as well: of a path, a call's arguments or a grant, a person who approves saw the parts in another order.
import assert from "node:assert/strict";
import { PassThrough } from "node:stream";
import { test } from "node:test";
import { makeOutput } from "../../runtime/cli/output.ts";
import { isolateRightToLeft } from "../../runtime/firewall/visible.ts";

/** The order in which a terminal shows isolated runs is that of the text: what stands outside of them has one direction. */
const OUTSIDE = /\u2068[^\u2068\u2069]*\u2069/gu;

for (const text of [
  `"\u05D0": "\u05D1"`,
  `/data/\u05D0/100/\u05D1/..`,
  `pay 100 \u0627\u0628 to 200 \u062A`,
  `\u{10840}=\u{1E900}`,
])
  test(`nothing beside letters from right to left is carried over them: ${JSON.stringify(text)}`, () => {
    const shown = isolateRightToLeft(text);
    assert.equal(shown.replace(/[\u2068\u2069]/gu, ""), text);
    assert.doesNotMatch(shown.replace(OUTSIDE, ""), /[\u0590-\u08FF\u{10800}-\u{1EFFF}]/u);
    for (const [run] of shown.matchAll(OUTSIDE)) assert.doesNotMatch(run, /[!-~]/);
  });

test("a terminal is written isolated runs, and a file the text as it is", () => {
  for (const isTTY of [true, false]) {
    const stdout = Object.assign(new PassThrough(), { isTTY });
    const terminal = { stdin: new PassThrough(), stdout, stderr: new PassThrough() };
    // Isolates that somebody else wrote are shown as what they are.
    makeOutput(terminal, false).line("\u05D0 1 \u2068");
    const written = String(stdout.read());
    assert.equal(written, isTTY ? "\u2068\u05D0\u2069 1 \\u{2068}\n" : "\u05D0 1 \\u{2068}\n");
  }
});
