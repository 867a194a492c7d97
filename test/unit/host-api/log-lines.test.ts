import assert from "node:assert/strict";
import { test } from "node:test";
import { cutMessage, makeLineSink, MESSAGE_CHARS_MAX } from "@glovebox/host-api/log/lines";
import fc from "fast-check";

function collect(writes: readonly Uint8Array[]): string[] {
  const lines: string[] = [];
  const sink = makeLineSink((line) => lines.push(line));
  for (const bytes of writes) sink.write(bytes);
  sink.end();
  return lines;
}

const bytesOf = (text: string) => new TextEncoder().encode(text);

test("joins a line that comes in pieces, and drops empty lines", () => {
  assert.deepEqual(collect(["a", "b\n\n", "c", "\nd"].map(bytesOf)), ["ab", "c", "d"]);
});

test("joins a character that comes in pieces", () => {
  const bytes = bytesOf("€\n");
  assert.deepEqual(collect([bytes.subarray(0, 1), bytes.subarray(1)]), ["€"]);
});

test("breaks lines beyond the limit", () => {
  const lines = collect([bytesOf(`${"x".repeat(2 * MESSAGE_CHARS_MAX + 1)}\n`)]);
  assert.deepEqual(
    lines.map((line) => line.length),
    [MESSAGE_CHARS_MAX, MESSAGE_CHARS_MAX, 1],
  );
});

test("holds back less than one line of what has no end", () => {
  const lines: string[] = [];
  const sink = makeLineSink((line) => lines.push(line));
  for (let round = 0; round < 100; round += 1) sink.write(bytesOf("y".repeat(1000)));
  assert.ok(lines.join("").length > 100_000 - MESSAGE_CHARS_MAX);
});

test("whatever bytes come in whatever pieces, lines are well-formed, bounded and without line ends", () => {
  fc.assert(
    fc.property(fc.array(fc.uint8Array({ maxLength: 50 }), { maxLength: 20 }), (writes) => {
      for (const line of collect(writes)) {
        assert.ok(line.isWellFormed() && line.length <= MESSAGE_CHARS_MAX && !line.includes("\n"));
      }
    }),
    { numRuns: 200 },
  );
});

test("cuts long messages without breaking a character", () => {
  const cut = cutMessage("😀".repeat(MESSAGE_CHARS_MAX));
  assert.ok(cut.isWellFormed() && cut.length <= MESSAGE_CHARS_MAX + 1 && cut.endsWith("…"));
  assert.equal(cutMessage("short"), "short");
});
