// Processes that hold keys told erasures apart by their number alone. A store that was emptied, or a folder that was put
// back, begins to count anew: an erasure that reached the old number again was heard by nobody, and the key stayed in use.
import assert from "node:assert/strict";
import { test } from "node:test";
import { addErasure, erasedBetween, NO_ERASURES } from "../../runtime/at-rest/erasures.ts";
import { tenantDigest } from "../../runtime/at-rest/seal.ts";
import { atRest, KeyRoom } from "../helpers/key-room.ts";

test("an erasure is heard, though as many were counted before", async () => {
  using room = new KeyRoom();
  const folder = room.folder();
  folder.writeErasures(addErasure(NO_ERASURES, tenantDigest("somebody")));
  const key = await room.open().keyOf("acme");
  assert.equal(key.bytes().length, 32);
  folder.writeErasures(addErasure(NO_ERASURES, tenantDigest("acme")));
  room.nowMs += 1000;
  assert.throws(() => key.bytes(), atRest("ERR_TENANT_KEY_STALE"));
});

test("whoever looks late hears of each erasure once, and drops everything where the count is another's", () => {
  const digests = Array.from({ length: 300 }, (_, index) => tenantDigest(String(index)));
  const after = (count: number) => digests.slice(0, count).reduce(addErasure, NO_ERASURES);
  for (const [before, now] of [
    [0, 0],
    [0, 3],
    [3, 3],
    [2, 256],
    [40, 290],
    [256, 300],
    [300, 300],
  ] as const)
    assert.deepEqual(erasedBetween(after(before), after(now)), digests.slice(before, now));
  assert.equal(erasedBetween(after(0), after(300)), "all");
  assert.equal(erasedBetween(after(3), after(2)), "all");
  const anew = digests.slice(5, 9).reduce(addErasure, NO_ERASURES);
  for (const before of [1, 2, 4]) assert.equal(erasedBetween(after(before), anew), "all");
});
