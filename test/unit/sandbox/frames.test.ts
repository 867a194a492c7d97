import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import { encodeHead, FrameDecoder } from "../../../runtime/sandbox/frames.ts";
import { HEADER_BYTES_MAX } from "../../../runtime/sandbox/protocol.ts";

const CAPS = { headerBytesMax: 1000, bodyBytesMax: 5000 };

function prefix(headerBytes: number, bodyBytes: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeUInt32LE(headerBytes, 0);
  bytes.writeUInt32LE(bodyBytes, 4);
  return bytes;
}

function decode(chunks: readonly Uint8Array[]): { header: string; body: string }[] {
  const decoder = new FrameDecoder(CAPS);
  return chunks.flatMap((chunk) =>
    [...decoder.push(chunk)].map(({ header, body }) => ({
      header: header.toString(),
      body: body.toString("hex"),
    })),
  );
}

test("gives back the frames that were written, however the bytes are chopped", () => {
  const frame = fc.record({
    text: fc.string({ maxLength: 100 }),
    body: fc.uint8Array({ maxLength: 300 }),
  });
  const cuts = fc.infiniteStream(fc.integer({ min: 1, max: 64 }));
  fc.assert(
    fc.property(fc.array(frame, { maxLength: 5 }), cuts, (frames, sizes) => {
      const bytes = Buffer.concat(
        frames.flatMap(({ text, body }) => [encodeHead({ text }, body.length), body]),
      );
      const chunks: Buffer[] = [];
      for (let offset = 0; offset < bytes.length;) {
        const size = sizes.next().value as number;
        chunks.push(bytes.subarray(offset, offset + size));
        offset += size;
      }
      const expected = frames.map(({ text, body }) => ({
        header: JSON.stringify({ text }),
        body: Buffer.from(body).toString("hex"),
      }));
      assert.deepEqual(decode(chunks), expected);
    }),
  );
});

test("gives back two frames at every one and every two places where the bytes can be cut", () => {
  const parts = [encodeHead({ a: 1 }, 3), Buffer.from("xyz"), encodeHead({}, 0)];
  const bytes = Buffer.concat(parts);
  const whole = decode([bytes]);
  assert.equal(whole.length, 2);
  for (let first = 0; first <= bytes.length; first += 1)
    for (let second = first; second <= bytes.length; second += 1) {
      const cut = [bytes.subarray(0, first), bytes.subarray(first, second), bytes.subarray(second)];
      assert.deepEqual(decode(cut), whole);
    }
});

test("reads a frame that comes byte by byte", () => {
  const bytes = Buffer.concat([encodeHead({ a: 1 }, 3), Buffer.from("xyz")]);
  const chunks = Array.from(bytes, (byte) => Uint8Array.of(byte));
  assert.deepEqual(decode(chunks), [
    { header: '{"a":1}', body: Buffer.from("xyz").toString("hex") },
  ]);
});

test("yields an empty frame as soon as its prefix is there", () => {
  assert.deepEqual(decode([prefix(0, 0)]), [{ header: "", body: "" }]);
});

test("yields nothing for half a frame", () => {
  assert.deepEqual(decode([prefix(4, 4), Buffer.from("{}  123")]), []);
});

for (const [title, header, body] of [
  ["a header beyond the cap", 1001, 0],
  ["a body beyond the cap", 0, 5001],
  ["a body of 2 GiB", 10, 2 ** 31],
  ["lengths of 4 GiB each", 2 ** 32 - 1, 2 ** 32 - 1],
] as const) {
  test(`refuses ${title} before any of it has come`, () => {
    assert.throws(() => decode([prefix(header, body)]), {
      name: "SandboxError",
      code: "ERR_CHANNEL_BREACH",
    });
  });
}

test("takes a chunk that is one frame, and no other, as a whole", () => {
  const frame = Buffer.concat([encodeHead({ a: 1 }, 2), Buffer.from("xy")]);
  const decoder = new FrameDecoder(CAPS);
  const taken = decoder.whole(frame);
  assert.deepEqual(taken, [...decoder.push(frame)][0]);
  frame.fill(0, 8);
  assert.equal(taken?.body.toString(), "xy");
  for (const other of [
    frame.subarray(0, 4),
    frame.subarray(0, -1),
    Buffer.concat([frame, Buffer.from("z")]),
    Buffer.concat([frame, frame]),
    Buffer.alloc(0),
  ])
    assert.equal(decoder.whole(other), undefined);
});

test("takes no chunk for a frame in the middle of another, and none over the caps", () => {
  const inner = encodeHead({}, 0);
  const decoder = new FrameDecoder(CAPS);
  assert.deepEqual([...decoder.push(prefix(inner.length, 0))], []);
  assert.equal(decoder.whole(inner), undefined);
  assert.equal([...decoder.push(inner)][0]?.header.length, inner.length);
  const closed = new FrameDecoder({ headerBytesMax: 1, bodyBytesMax: 0 });
  assert.throws(() => closed.whole(inner), { code: "ERR_CHANNEL_BREACH" });
});

test("holds each frame to the caps that hold when it begins, and knows when it is in the middle of one", () => {
  let caps = CAPS;
  const decoder = new FrameDecoder(() => caps);
  const first = Buffer.concat([encodeHead({ a: 1 }, 2), Buffer.from("xy")]);
  assert.equal(decoder.isMidFrame, false);
  assert.deepEqual([...decoder.push(first.subarray(0, 3))], []);
  assert.equal(decoder.isMidFrame, true);
  assert.deepEqual([...decoder.push(first.subarray(3, 10))], []);
  caps = { headerBytesMax: 0, bodyBytesMax: 0 };
  assert.equal([...decoder.push(first.subarray(10))].length, 1);
  assert.equal(decoder.isMidFrame, false);
  assert.throws(() => [...decoder.push(first)], { code: "ERR_CHANNEL_BREACH" });
});

test("holds no more memory than the permitted frame while one dribbles in", () => {
  const decoder = new FrameDecoder({ headerBytesMax: 0, bodyBytesMax: 1024 * 1024 });
  const before = process.memoryUsage().arrayBuffers;
  assert.deepEqual([...decoder.push(prefix(0, 1024 * 1024))], []);
  for (let count = 0; count < 10_000; count += 1)
    assert.deepEqual([...decoder.push(Uint8Array.of(1))], []);
  assert.ok(process.memoryUsage().arrayBuffers - before < 4 * 1024 * 1024);
});

test("hands out frames that do not change with the chunk they came in", () => {
  const chunk = Buffer.concat([encodeHead({}, 1), Buffer.from("a")]);
  const [frame] = [...new FrameDecoder(CAPS).push(chunk)];
  chunk.fill(0);
  assert.equal(frame?.body.toString(), "a");
});

test("refuses to write a header that no reader accepts", () => {
  assert.throws(() => encodeHead({ text: "x".repeat(HEADER_BYTES_MAX) }, 0), RangeError);
});
