// The list by which an erasure finds a tenant's records ended with the shortest of them: an approval of minutes, noted after
// a task of a day, made it forget the task. That one outlived the erasure, and a server that had it in hand sealed its
// result again, with the key of the tenant that came back.
import assert from "node:assert/strict";
import { test } from "node:test";
import { tenantDigest } from "../../runtime/at-rest/seal.ts";
import { makeMemoryStore } from "../../runtime/server/store/memory-store.ts";
import { storeKey } from "../../runtime/server/store/shared-store.ts";
import { deleteRecords, makeTenantVault } from "../../runtime/server/store/tenant-vault.ts";
import { KeyRoom } from "../helpers/key-room.ts";

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;

test("an erasure finds a task after an approval that was noted later has ended", async (t) => {
  t.mock.timers.enable({ apis: ["Date"], now: Date.now() });
  using room = new KeyRoom();
  let nowMs = 0;
  const store = makeMemoryStore(() => nowMs);
  const vault = makeTenantVault(room.open(), store);
  const [task, approval] = [storeKey("task", "one"), storeKey("approval", "two")];
  for (const [key, ttlMs] of [
    [task, DAY_MS],
    [approval, 5 * MINUTE_MS],
  ] as const) {
    await vault.note("acme", key, ttlMs);
    await store.put(key, await vault.seal("acme", key, "an answer"), { ttlMs });
  }
  nowMs += 10 * MINUTE_MS;
  t.mock.timers.tick(10 * MINUTE_MS);
  assert.notEqual(await store.get(task), undefined);
  assert.equal(await deleteRecords(store, tenantDigest("acme")), 1);
  assert.equal(await store.get(task), undefined);
});
