import assert from "node:assert/strict";
import { test } from "node:test";
import { LineSplitter } from "../../runtime/server/stdio/line-splitter.ts";

const BYTES = 1024 * 1024;

test("holds a line that comes byte by byte in little more than its own size", () => {
  const lines = new LineSplitter(BYTES);
  const before = process.memoryUsage().rss;
  for (let count = 0; count < BYTES; count += 1) {
    // As a pipe gives it: memory of its own for every read.
    lines.push(new Uint8Array(new ArrayBuffer(1)).fill(97 + (count % 26)));
  }
  const grownBytes = process.memoryUsage().rss - before;
  const [line] = lines.push(Buffer.from("\n"));
  assert.ok(line instanceof Uint8Array);
  assert.equal(line.length, BYTES);
  assert.ok(line.every((byte, index) => byte === 97 + (index % 26)));
  // 400 MB when every byte was held by itself; what the collector has not taken back yet comes on top.
  assert.ok(grownBytes < 200 * BYTES, `grew by ${grownBytes} bytes`);
});
