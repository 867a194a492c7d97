import assert from "node:assert/strict";
import { test } from "node:test";
import { gzipSync } from "node:zlib";
import { readBody } from "@glovebox/host-api/http/decode";
import { refusedAs } from "../../helpers/http-room.ts";

const KIB = 1024;

function response(encoding: string | undefined, chunks: Iterable<Uint8Array>) {
  async function* body() {
    for (const chunk of chunks) yield await Promise.resolve(chunk);
  }
  const headers = encoding === undefined ? [] : [["Content-Encoding", encoding] as const];
  return { status: 200, headers, body: body(), trailers: () => [], cancel() {} };
}

function* repeat(count: number, sizeBytes: number) {
  for (let sent = 0; sent < count; sent += 1) yield new Uint8Array(sizeBytes);
}

const read = (encoding: string | undefined, chunks: Iterable<Uint8Array>, bytesMax = 64 * KIB) =>
  readBody(response(encoding, chunks), bytesMax);

test("reads plain and gzip bodies whole", async () => {
  const text = new TextEncoder().encode("hello ".repeat(1000));
  assert.deepEqual(await read(undefined, [text.subarray(0, 7), text.subarray(7)]), text);
  assert.deepEqual(await read(" GZIP ", [gzipSync(text)]), text);
});

test("reads an empty body in every known encoding", async () => {
  for (const encoding of [undefined, "identity", "gzip"])
    assert.equal((await read(encoding, [])).length, 0);
});

test("reads exactly as much as is allowed", async () => {
  assert.equal((await read(undefined, [new Uint8Array(64 * KIB)])).length, 64 * KIB);
  await assert.rejects(
    read(undefined, [new Uint8Array(64 * KIB), new Uint8Array(1)]),
    refusedAs("too-large"),
  );
});

test("stops an endless body", async () => {
  await assert.rejects(read(undefined, repeat(Infinity, KIB)), refusedAs("too-large"));
  await assert.rejects(read("gzip", repeat(Infinity, KIB)), refusedAs("too-large"));
});

test("stops a bomb at the cap without unpacking it", async () => {
  const bomb = gzipSync(new Uint8Array(64 * KIB * KIB), { level: 9 });
  assert.ok(bomb.length < 128 * KIB);
  await assert.rejects(read("gzip", [bomb], 128 * KIB), refusedAs("too-large"));
});

test("stops a body of single bytes long before its size", async () => {
  assert.equal((await read(undefined, repeat(65_536, 1), 1_000_000)).length, 65_536);
  await assert.rejects(read(undefined, repeat(65_537, 1), 1_000_000), refusedAs("too-large"));
});

for (const encoding of [
  "gzip, gzip",
  "gzip,identity",
  "br",
  "deflate",
  "zstd",
  "x-gzip",
  "aws-chunked",
  "gzip;q=1",
]) {
  test(`refuses the encoding "${encoding}"`, async () => {
    await assert.rejects(read(encoding, [gzipSync("x")]), refusedAs("refused-by-policy"));
  });
}

test("refuses gzip that is broken, cut short or followed by something", async () => {
  const good = gzipSync("hello");
  const bad = [
    Buffer.from("plain"),
    good.subarray(0, good.length - 4),
    Buffer.concat([good, Buffer.from("more")]),
  ];
  for (const bytes of bad) await assert.rejects(read("gzip", [bytes]), refusedAs("unreachable"));
});
