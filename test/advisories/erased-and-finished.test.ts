// The list by which an erasure finds a tenant's records ended with the shortest of them: an approval of minutes, noted after
// a task of a day, made it forget the task. That one outlived the erasure, and a server that had it in hand sealed its
// result again, with the key of the tenant that came back.
import assert from "node:assert/strict";
import { test } from "node:test";
import { tenantDigest } from "../../runtime/at-rest/seal.ts";
import { makeMemoryStore } from "../../runtime/server/store/memory-store.ts";
import type { ToolAnswer } from "../../runtime/answer.ts";
import { eraseKey } from "../../runtime/at-rest/erase-key.ts";
import { storeKey, type SharedStore } from "../../runtime/server/store/shared-store.ts";
import { deleteRecords, makeTenantVault } from "../../runtime/server/store/tenant-vault.ts";
import { KeyRoom } from "../helpers/key-room.ts";
import { ADA, beginTask, openTaskRoom } from "../helpers/task-room.ts";

/** What `eraseTenant` does, with nobody to wait for. */
async function erase(room: KeyRoom, store: SharedStore): Promise<void> {
  const digest = tenantDigest("acme");
  await eraseKey({ provider: room.provider, folder: room.folder(), sleep: async () => {} }, digest);
  await deleteRecords(store, digest);
  room.folder().remove(digest);
}

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

test("a task that ends after its tenant was erased leaves nothing, and makes no new key", async () => {
  using room = new KeyRoom();
  const store = makeMemoryStore();
  const keys = room.open();
  const running = Promise.withResolvers<void>();
  const ending = Promise.withResolvers<ToolAnswer>();
  const perform = (): Promise<ToolAnswer> => {
    running.resolve();
    return ending.promise;
  };
  const vault = makeTenantVault(keys, store);
  const { tasks } = await openTaskRoom(perform, { store, vault });
  const taskId = await beginTask(tasks, ADA);
  await running.promise;
  await erase(room, store);
  room.nowMs += 1000;
  ending.resolve({ content: [{ type: "text", text: "too late" }] });
  await tasks.close(5000);
  assert.equal(await tasks.find(ADA, taskId), undefined);
  assert.deepEqual(await room.provider.list(tenantDigest("acme")), []);
  assert.equal(room.folder().read(tenantDigest("acme")), undefined);
});
