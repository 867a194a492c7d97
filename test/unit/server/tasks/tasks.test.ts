import assert from "node:assert/strict";
import { test } from "node:test";
import { setTimeout as wait } from "node:timers/promises";
import { answerWithError } from "../../../../runtime/answer.ts";
import { makeMemoryStore } from "../../../../runtime/server/store/memory-store.ts";
import { LOST, STOPPED } from "../../../../runtime/server/tasks/task-ending.ts";
import {
  ADA,
  beginTask,
  openTaskRoom,
  requestOf,
  say,
  untilTask,
} from "../../../helpers/task-room.ts";

test("a call becomes a task that is there at once, runs as its caller and keeps its result", async () => {
  const { tasks, runs } = await openTaskRoom(async () => {
    await wait(30);
    return { ...say("done"), structuredContent: { done: true } };
  });
  const begun = await tasks.begin(requestOf(ADA, { n: 1 }));
  assert.ok("taskId" in begun);
  assert.match(begun.taskId, /^[A-Za-z0-9_-]{32}$/);
  assert.ok(await tasks.find(ADA, begun.taskId));
  const { state, arguments: args } = await untilTask(tasks, ADA, begun.taskId);
  assert.deepEqual(state, {
    kind: "completed",
    result: { content: [{ type: "text", text: "done" }], structuredContent: { done: true } },
  });
  assert.equal(args, null);
  const [run, second] = runs;
  assert.equal(second, undefined);
  assert.deepEqual(run?.caller.principal, ADA);
  assert.deepEqual(run?.arguments, { n: 1 });
  assert.deepEqual(run?.task, { kind: "run", deadlineMs: 600_000 });
  await tasks.close(0);
});

test("an error of the tool is a result, and a fault of the plugin or the host is a failure", async () => {
  const codes = ["FAILED", "TIMEOUT", "PLUGIN_FAILED", "INTERNAL"] as const;
  const { tasks } = await openTaskRoom(({ arguments: args }) =>
    answerWithError({ error_code: codes[Number(args)] ?? "FAILED", message: "no" }),
  );
  const kinds = await Promise.all(
    codes.map(async (_, index) => {
      const taskId = await beginTask(tasks, ADA, index);
      return (await untilTask(tasks, ADA, taskId)).state.kind;
    }),
  );
  assert.deepEqual(kinds, ["completed", "completed", "failed", "failed"]);
  await tasks.close(0);
});

test("cancelling stops the call and stays, whatever the call still answers", async () => {
  const stopped = Promise.withResolvers<void>();
  const { tasks } = await openTaskRoom(async ({ signal }) => {
    await new Promise((resolve) => signal.addEventListener("abort", resolve, { once: true }));
    stopped.resolve();
    return say("too late");
  });
  const taskId = await beginTask(tasks, ADA);
  await untilTask(tasks, ADA, taskId, ({ state }) => state.kind === "running");
  assert.equal(await tasks.cancel(ADA, taskId), true);
  assert.equal((await tasks.find(ADA, taskId))?.state.kind, "cancelled");
  await stopped.promise;
  await wait(50);
  assert.equal((await tasks.find(ADA, taskId))?.state.kind, "cancelled");
  assert.equal(await tasks.cancel(ADA, taskId), true);
  await tasks.close(0);
});

test("what the tool asks is asked within the task, each question under a key of its own", async () => {
  const { tasks, runs } = await openTaskRoom(({ given }) => {
    const step = Number(given?.state["step"] ?? 0);
    if (step === 2) return say(JSON.stringify(given?.responses));
    const schema = { type: "object", properties: {} };
    const requests = {
      name: { kind: "form", message: `name ${step}`, schema } as const,
      sure: { kind: "form", message: `sure ${step}`, schema } as const,
    };
    return { content: [], needs: { requests, state: { step: step + 1 } } };
  });
  const taskId = await beginTask(tasks, ADA);
  const isAsking = async () => {
    const { state } = await untilTask(tasks, ADA, taskId, (one) => one.state.kind === "asking");
    assert.ok(state.kind === "asking");
    return state;
  };
  const yes = { action: "accept", content: { ok: true } };
  const first = await isAsking();
  assert.deepEqual(Object.keys(first.requests), ["1.name", "1.sure"]);
  assert.equal(await tasks.update(ADA, taskId, { "1.name": yes, "9.name": yes, name: yes }), true);
  const half = await isAsking();
  assert.deepEqual(Object.keys(half.answers), ["1.name"]);
  // Answered once is answered.
  await tasks.update(ADA, taskId, { "1.name": { action: "decline" } });
  assert.deepEqual((await isAsking()).answers["1.name"], yes);
  assert.equal(runs.length, 1);
  await tasks.update(ADA, taskId, { "1.sure": yes });
  await untilTask(
    tasks,
    ADA,
    taskId,
    ({ state }) => state.kind === "asking" && "2.name" in state.requests,
  );
  // Keys of the round before answer nothing any more.
  await tasks.update(ADA, taskId, { "1.name": yes, "1.sure": yes });
  assert.equal(runs.length, 2);
  await tasks.update(ADA, taskId, { "2.name": yes, "2.sure": { action: "decline" } });
  const { state } = await untilTask(tasks, ADA, taskId);
  assert.ok(state.kind === "completed");
  assert.deepEqual(JSON.parse((state.result["content"] as { text: string }[])[0]?.text ?? ""), {
    name: yes,
    sure: { action: "decline" },
  });
  await tasks.close(0);
});

test("a tool that asks without end is ended", async () => {
  const { tasks, runs } = await openTaskRoom(() => {
    const request = { kind: "form", message: "again?", schema: { type: "object" } } as const;
    return { content: [], needs: { requests: { again: request }, state: {} } };
  });
  const taskId = await beginTask(tasks, ADA);
  for (let round = 1; round <= 8; round += 1) {
    const key = `${round}.again`;
    await untilTask(
      tasks,
      ADA,
      taskId,
      ({ state }) => state.kind === "asking" && key in state.requests,
    );
    await tasks.update(ADA, taskId, { [key]: { action: "accept" } });
  }
  const { state } = await untilTask(tasks, ADA, taskId);
  assert.ok(state.kind === "completed" && state.result["isError"] === true);
  assert.equal(runs.length, 9);
  await tasks.close(0);
});

test("of two replicas each task is run by one, once, and both answer for it", async () => {
  const store = makeMemoryStore();
  const perform = async () => {
    await wait(5);
    return say("done");
  };
  const limits = { running: 3, openPerPrincipal: 100 };
  const [one, two] = [
    await openTaskRoom(perform, { store, limits }),
    await openTaskRoom(perform, { store, limits }),
  ];
  const ids = await Promise.all(
    Array.from({ length: 60 }, (_, index) =>
      beginTask(index % 2 === 0 ? one.tasks : two.tasks, ADA, index),
    ),
  );
  for (const [index, taskId] of ids.entries()) {
    const other = index % 2 === 0 ? two.tasks : one.tasks;
    assert.equal((await untilTask(other, ADA, taskId)).state.kind, "completed");
  }
  const seen = [...one.runs, ...two.runs].map(({ arguments: args }) => Number(args));
  assert.deepEqual(
    seen.toSorted((a, b) => a - b),
    Array.from({ length: 60 }, (_, index) => index),
  );
  assert.ok(one.runs.length > 0 && two.runs.length > 0);
  await Promise.all([one.tasks.close(0), two.tasks.close(0)]);
});

test("a task whose replica is gone is reported as lost, and run by nobody again", async () => {
  const store = makeMemoryStore();
  const forever = () => new Promise<never>(() => undefined);
  // It says that it is alive, once.
  const gone = await openTaskRoom(forever, { store, times: { tickMs: 1_000_000 } });
  const taskId = await beginTask(gone.tasks, ADA);
  await untilTask(gone.tasks, ADA, taskId, ({ state }) => state.kind === "running");
  const left = await openTaskRoom(() => say("again"), { store });
  const { state } = await untilTask(left.tasks, ADA, taskId);
  assert.deepEqual(state, { kind: "failed", error: LOST });
  assert.deepEqual(left.runs, []);
  await left.tasks.close(0);
});

test("a task that was accepted and not begun is run by a replica that is left", async () => {
  const store = makeMemoryStore();
  const forever = () => new Promise<never>(() => undefined);
  const gone = await openTaskRoom(forever, {
    store,
    limits: { running: 1 },
    times: { tickMs: 1e6 },
  });
  const first = await beginTask(gone.tasks, ADA, "first");
  await untilTask(gone.tasks, ADA, first, ({ state }) => state.kind === "running");
  const second = await beginTask(gone.tasks, ADA, "second");
  assert.equal((await gone.tasks.find(ADA, second))?.state.kind, "waiting");
  const left = await openTaskRoom(() => say("done"), { store });
  assert.equal((await untilTask(left.tasks, ADA, second)).state.kind, "completed");
  assert.deepEqual(
    left.runs.map(({ arguments: args }) => args),
    ["second"],
  );
  await left.tasks.close(0);
});

test("a replica that is stopped lets its tasks end, and says of the others that it was stopped", async () => {
  const store = makeMemoryStore();
  const { tasks } = await openTaskRoom(
    async ({ arguments: args, signal }) => {
      if (args === "short") return (await wait(50), say("done"));
      await new Promise((resolve) => signal.addEventListener("abort", resolve, { once: true }));
      return answerWithError({ error_code: "CANCELLED", message: "stopped" });
    },
    { store },
  );
  const [short, long] = [await beginTask(tasks, ADA, "short"), await beginTask(tasks, ADA, "long")];
  await untilTask(tasks, ADA, long, ({ state }) => state.kind === "running");
  await tasks.close(200);
  const left = await openTaskRoom(() => say("again"), { store });
  assert.equal((await left.tasks.find(ADA, short))?.state.kind, "completed");
  assert.deepEqual((await left.tasks.find(ADA, long))?.state, { kind: "failed", error: STOPPED });
  await wait(100);
  assert.deepEqual(left.runs, []);
  await left.tasks.close(0);
});

test("a task that the plugin has no room for is put back and tried again", async () => {
  let tries = 0;
  const { tasks } = await openTaskRoom(() => {
    tries += 1;
    if (tries < 3) return answerWithError({ error_code: "OVERLOADED", message: "full" });
    return say("done");
  });
  const taskId = await beginTask(tasks, ADA);
  assert.equal((await untilTask(tasks, ADA, taskId)).state.kind, "completed");
  assert.equal(tries, 3);
  await tasks.close(0);
});

test("progress is the status message, and whoever watches hears of each change", async () => {
  const { tasks } = await openTaskRoom(async ({ onProgress }) => {
    await wait(30);
    onProgress?.(3, 10, "half\u001b[2J way");
    await wait(30);
    return say("done");
  });
  const taskId = await beginTask(tasks, ADA);
  const kinds: string[] = [];
  const messages = new Set<string | undefined>();
  const stop = await tasks.watch(ADA, taskId, ({ state, message }) => {
    kinds.push(state.kind);
    messages.add(message);
  });
  assert.ok(stop);
  await untilTask(tasks, ADA, taskId);
  await wait(20);
  assert.equal(kinds.at(-1), "completed");
  const said = [...messages].find((message) => message !== undefined) ?? "";
  assert.ok(said.endsWith("(3 of 10)"), said);
  assert.ok(!said.includes("\u001b"));
  stop();
  await tasks.close(0);
});
