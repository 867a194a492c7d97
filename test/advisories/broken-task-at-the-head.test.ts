// What could not be read as a task ended the look at the list of those that wait. It stood at its head, so no task of
// anybody began any more; nor was a task of a replica that was gone reported as lost.
import assert from "node:assert/strict";
import { test } from "node:test";
import { makeMemoryStore } from "../../runtime/server/store/memory-store.ts";
import type { SharedStore } from "../../runtime/server/store/shared-store.ts";
import { ADA, beginTask, BOB, openTaskRoom, say, untilTask } from "../helpers/task-room.ts";

/** A store, and where in it the first task is. */
function watchedStore(): { readonly store: SharedStore; readonly keys: string[] } {
  const store = makeMemoryStore();
  const keys: string[] = [];
  const put: SharedStore["put"] = (key, value, options) => {
    if (key.startsWith("task:") && options.when === null) keys.push(key);
    return store.put(key, value, options);
  };
  return { store: { ...store, put }, keys };
}

for (const broken of ["x", "{}", "null", `{"state":{"kind":"waiting"}}`, "[".repeat(100_000)])
  test(`a task that reads ${JSON.stringify(broken.slice(0, 20))} stops nobody's`, async () => {
    const { store, keys } = watchedStore();
    const release = Promise.withResolvers<void>();
    const one = { running: 1, runningPerPrincipal: 1 };
    const { tasks, troubles } = await openTaskRoom(
      async () => {
        await release.promise;
        return say("done");
      },
      { store, limits: one },
    );
    const first = await beginTask(tasks, ADA);
    await beginTask(tasks, ADA);
    const bobs = await beginTask(tasks, BOB);
    await store.put(keys[1]!, broken, { ttlMs: 60_000 });
    release.resolve();
    await untilTask(tasks, ADA, first);
    assert.equal((await untilTask(tasks, BOB, bobs)).state.kind, "completed");
    assert.ok(troubles.length > 0, "the operator hears of it");
    await tasks.close(0);
  });

test("one that is broken while it runs is stopped, and its place is free again", async () => {
  const { store, keys } = watchedStore();
  const { tasks, runs } = await openTaskRoom(
    ({ signal, arguments: args }) =>
      args === "long"
        ? new Promise((end) => signal.addEventListener("abort", () => end(say("late"))))
        : say("done"),
    { store, limits: { running: 1, runningPerPrincipal: 1 } },
  );
  const first = await beginTask(tasks, ADA, "long");
  await untilTask(tasks, ADA, first, ({ state }) => state.kind === "running");
  await store.put(keys[0]!, "no task", { ttlMs: 60_000 });
  const bobs = await beginTask(tasks, BOB);
  await untilTask(tasks, BOB, bobs);
  assert.equal(runs.length, 2);
  await tasks.close(0);
});
