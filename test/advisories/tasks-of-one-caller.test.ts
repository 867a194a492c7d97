// Tasks were run in the order in which they were made, by whoever: one caller could hold every place, and for as long as a
// task may run nobody else's began. Nor did a task that ran count as a running call of its caller.
import assert from "node:assert/strict";
import { test } from "node:test";
import { setTimeout as wait } from "node:timers/promises";
import { makeTakePlace } from "../../runtime/server/limits/admit.ts";
import { makeMemoryMeter } from "../../runtime/server/limits/memory-meter.ts";
import { DEFAULT_REQUEST_LIMITS } from "../../runtime/server/limits/request-guard.ts";
import { ADA, beginTask, BOB, openTaskRoom, say, untilTask } from "../helpers/task-room.ts";

const RATE = {
  ...DEFAULT_REQUEST_LIMITS,
  default: { concurrent: 2 },
  tools: {},
  tenant: {},
  callers: [],
  whenAway: "refuse",
} as const;

test("a caller with many long tasks leaves places to others", async () => {
  const release = Promise.withResolvers<void>();
  const { tasks, runs } = await openTaskRoom(async ({ caller }) => {
    if (caller.principal.id === ADA.id) await release.promise;
    return say("done");
  });
  for (let made = 0; made < 20; made += 1) await beginTask(tasks, ADA);
  const bobs = await beginTask(tasks, BOB);
  assert.equal((await untilTask(tasks, BOB, bobs)).state.kind, "completed");
  await wait(100);
  assert.equal(runs.filter(({ caller }) => caller.principal.id === ADA.id).length, 4);
  release.resolve();
  await tasks.close(1000);
});

test("a task that runs has a place among the running calls of its caller, and gives it back", async () => {
  const meter = makeMemoryMeter();
  const gates: (() => void)[] = [];
  const { tasks, runs } = await openTaskRoom(
    async ({ caller }) => {
      if (caller.principal.id === ADA.id) await new Promise<void>((end) => gates.push(end));
      return say("done");
    },
    { takePlace: makeTakePlace(RATE, meter) },
  );
  // One of her two places is taken by a call that somebody waits for.
  const direct = await makeTakePlace(RATE, meter)(ADA, "work", 1000);
  assert.ok(direct);
  const ids = [await beginTask(tasks, ADA), await beginTask(tasks, ADA)] as const;
  const bobs = await beginTask(tasks, BOB);
  await untilTask(tasks, BOB, bobs);
  await wait(100);
  const began = () => runs.filter(({ caller }) => caller.principal.id === ADA.id).length;
  assert.equal(began(), 1);
  assert.equal((await tasks.find(ADA, ids[1]))?.state.kind, "waiting");
  gates.shift()?.();
  await untilTask(tasks, ADA, ids[0]);
  await untilTask(tasks, ADA, ids[1], ({ state }) => state.kind === "running");
  assert.equal(began(), 2);
  direct();
  gates.shift()?.();
  await untilTask(tasks, ADA, ids[1]);
  await tasks.close(1000);
});

test("where nobody knows what runs, a task waits and is not lost", async () => {
  let isAway = true;
  const memory = makeMemoryMeter();
  const meter = {
    take: (...args: Parameters<typeof memory.take>) =>
      isAway ? Promise.reject(new Error("away")) : memory.take(...args),
  };
  const { tasks } = await openTaskRoom(() => say("done"), {
    takePlace: makeTakePlace(RATE, meter),
  });
  const taskId = await beginTask(tasks, ADA);
  await wait(100);
  assert.equal((await tasks.find(ADA, taskId))?.state.kind, "waiting");
  isAway = false;
  assert.equal((await untilTask(tasks, ADA, taskId)).state.kind, "completed");
  await tasks.close(0);
});
