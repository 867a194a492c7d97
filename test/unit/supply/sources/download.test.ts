import assert from "node:assert/strict";
import { test } from "node:test";
import { Collected } from "../../../../runtime/supply/sources/client.ts";
import { fetchSource } from "../../../../runtime/supply/sources/fetch-source.ts";
import { assertRefused } from "../../../helpers/refusals.ts";
import { openSourceRoom } from "../../../helpers/source-room.ts";

test("a download says how far it is", async () => {
  const bytes = Buffer.alloc(3 * 1024 * 1024);
  bytes.set([0x1f, 0x8b]);
  await using room = await openSourceRoom((request, response) => {
    if (request.url === "/time-1.0.0.tgz")
      response.setHeader("content-length", bytes.length).end(bytes);
    else response.writeHead(404).end();
  });
  const steps: string[] = [];
  const onProgress = (step: string): void => void steps.push(step);
  await fetchSource(`${room.origin("a")}/time-1.0.0.tgz`, room.setting({ onProgress }));
  const downloads = steps.filter((step) => step.startsWith("Fetching time-1.0.0.tgz: "));
  assert.ok(downloads.length > 3 && downloads.length <= 14, String(downloads.length));
  assert.ok(downloads.every((step) => / [0-3]\.\d of 3\.0 MiB$/.test(step)));
});

test("bytes that come one by one are kept as bytes", () => {
  const collected = new Collected(200_000, "x");
  const one = Uint8Array.of(7);
  for (let index = 0; index < 200_000; index += 1) collected.add(one);
  assert.equal(collected.bytes().length, 200_000);
  assert.ok(collected.bytes().buffer.byteLength <= 200_000);
  assert.ok(collected.bytes().every((byte) => byte === 7));
  assertRefused(() => collected.add(one), "ERR_SOURCE_TOO_LARGE");
  assertRefused(() => collected.expect(1), "ERR_SOURCE_TOO_LARGE");
});
