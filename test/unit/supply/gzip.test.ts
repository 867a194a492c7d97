import assert from "node:assert/strict";
import { test } from "node:test";
import { deflateRawSync, gunzipSync, gzipSync } from "node:zlib";
import * as fc from "fast-check";
import { readGzip, writeGzip } from "../../../runtime/supply/gzip.ts";

const BYTES_MAX = 1024 * 1024;

/** What is read, or undefined when it is refused. */
function read(packed: Uint8Array): Buffer | undefined {
  try {
    return readGzip(packed, BYTES_MAX);
  } catch {
    return undefined;
  }
}

test("reads what it wrote, of every size around the edges of blocks, as the library does", () => {
  for (const size of [0, 1, 65_534, 65_535, 65_536, 131_069, 131_070, 131_071, 300_000]) {
    const bytes = Buffer.alloc(size, "glovebox ");
    const packed = writeGzip(bytes);
    assert.deepEqual(read(packed), bytes, `${size}`);
    assert.deepEqual(gunzipSync(packed), bytes, `${size}`);
  }
});

test("reads a stored file in which anything was changed as the library does, or not at all", () => {
  const honest = writeGzip(Buffer.alloc(70_000, "glovebox "));
  // The heads of its two blocks, the trailer, and anywhere.
  const place = fc.oneof(
    fc.integer({ min: 0, max: 20 }),
    fc.integer({ min: 65_540, max: 65_560 }),
    fc.integer({ min: honest.length - 12, max: honest.length - 1 }),
    fc.nat(honest.length - 1),
  );
  const changes = fc.array(fc.tuple(place, fc.nat(255)), { minLength: 1, maxLength: 3 });
  const cut = fc.option(fc.nat(honest.length), { nil: honest.length });
  fc.assert(
    fc.property(changes, cut, (list, end) => {
      const changed = Buffer.from(honest).subarray(0, end);
      for (const [index, byte] of list) if (index < end) changed[index] = byte;
      const mine = read(changed);
      if (mine !== undefined) assert.deepEqual(mine, gunzipSync(changed));
    }),
    { numRuns: 2000 },
  );
});

test("leaves blocks that it did not write to the library: compressed, short and empty ones", () => {
  const bytes = Buffer.alloc(1000, "glovebox ");
  assert.deepEqual(read(gzipSync(bytes)), bytes);
  const packed = writeGzip(bytes);
  const [header, stored, trailer] = [
    packed.subarray(0, 10),
    packed.subarray(10, -8),
    packed.subarray(-8),
  ];
  const empty = Buffer.from([0, 0, 0, 0xff, 0xff]);
  const floods = [empty, ...Array.from({ length: 10_000 }, () => empty)];
  assert.deepEqual(read(Buffer.concat([header, ...floods, stored, trailer])), bytes);
  assert.deepEqual(read(Buffer.concat([header, deflateRawSync(bytes), trailer])), bytes);
  assert.equal(read(Buffer.concat([header, ...floods, trailer])), undefined);
});

test("refuses a stored file of more than the bytes that may come out", () => {
  const packed = writeGzip(Buffer.alloc(BYTES_MAX + 1));
  assert.throws(() => readGzip(packed, BYTES_MAX), { code: "ERR_PACKAGE_TOO_LARGE" });
});
