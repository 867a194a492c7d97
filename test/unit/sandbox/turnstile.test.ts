import assert from "node:assert/strict";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { SandboxError } from "../../../runtime/sandbox/errors.ts";
import { Turnstile } from "../../../runtime/sandbox/turnstile.ts";

const NEVER = new AbortController().signal;

test("lets in by order of arrival, and nobody slips in between", async () => {
  const turnstile = new Turnstile({ insideMax: 1, waitingMax: 2, waitMsMax: 10_000 });
  const order: string[] = [];
  const leaveFirst = await turnstile.enter(NEVER);
  const second = turnstile.enter(NEVER).then((leave) => (order.push("second"), leave));
  leaveFirst?.();
  const third = turnstile.enter(NEVER).then((leave) => (order.push("third"), leave));
  (await second)?.();
  (await third)?.();
  assert.deepEqual(order, ["second", "third"]);
});

test("turns away who would wait in a full queue, with a time to retry", async () => {
  const turnstile = new Turnstile({ insideMax: 1, waitingMax: 0, waitMsMax: 10_000 });
  await turnstile.enter(NEVER);
  await assert.rejects(turnstile.enter(NEVER), (error: SandboxError) => {
    assert.equal(error.code, "ERR_OVERLOADED");
    assert.ok((error.retryAfterMs ?? 0) >= 100);
    return true;
  });
});

test("turns away who waited too long, and gives the place to the next", async () => {
  const turnstile = new Turnstile({ insideMax: 1, waitingMax: 2, waitMsMax: 30 });
  const leave = await turnstile.enter(NEVER);
  await assert.rejects(turnstile.enter(NEVER), { code: "ERR_OVERLOADED" });
  leave?.();
  await turnstile.enter(NEVER);
});

test("forgets who was cancelled while waiting", async () => {
  const turnstile = new Turnstile({ insideMax: 1, waitingMax: 1, waitMsMax: 10_000 });
  const leave = await turnstile.enter(NEVER);
  const controller = new AbortController();
  const waiting = assert.rejects(turnstile.enter(controller.signal), {
    code: "ERR_CALL_CANCELLED",
  });
  controller.abort();
  await waiting;
  const next = turnstile.enter(NEVER);
  leave?.();
  await next;
});

test("does not let in who was cancelled before", async () => {
  const turnstile = new Turnstile({ insideMax: 1, waitingMax: 1, waitMsMax: 10_000 });
  await assert.rejects(turnstile.enter(AbortSignal.abort()), { code: "ERR_CALL_CANCELLED" });
  await turnstile.enter(NEVER);
});

test("turns everybody away who waits when it is closed", async () => {
  const turnstile = new Turnstile({ insideMax: 1, waitingMax: 3, waitMsMax: 10_000 });
  await turnstile.enter(NEVER);
  const waiting = [turnstile.enter(NEVER), turnstile.enter(NEVER)];
  turnstile.close(new SandboxError("ERR_CALL_CANCELLED", "closed"));
  for (const end of await Promise.allSettled(waiting)) assert.equal(end.status, "rejected");
});

test("who waits longest can be called up, and gets no place", async () => {
  const turnstile = new Turnstile({ insideMax: 1, waitingMax: 2, waitMsMax: 10_000 });
  const leave = await turnstile.enter(NEVER);
  turnstile.callUp();
  const [second, third] = [turnstile.enter(NEVER), turnstile.enter(NEVER)];
  assert.equal(turnstile.isWaitedFor, true);
  turnstile.callUp();
  assert.equal(await second, undefined);
  assert.equal(turnstile.tryEnter(NEVER), undefined);
  leave?.();
  assert.equal(typeof (await third), "function");
  assert.equal(turnstile.isWaitedFor, false);
});

test("who comes back waits before all who came later, and for a place", async () => {
  const turnstile = new Turnstile({ insideMax: 1, waitingMax: 1, waitMsMax: 10_000 });
  const order: string[] = [];
  const leave = await turnstile.enter(NEVER);
  const come = async (name: string, isBack: boolean): Promise<void> => {
    const leaveAgain = await turnstile.enter(NEVER, isBack);
    order.push(name);
    leaveAgain?.();
  };
  const all = [come("new", false), come("back", true), come("back too", true)];
  turnstile.callUp();
  leave?.();
  await Promise.all(all);
  assert.deepEqual(order, ["back", "back too", "new"]);
});

test("says when to retry by how long calls take, and not by how long a place is held for those behind", async () => {
  const turnstile = new Turnstile({ insideMax: 1, waitingMax: 0, waitMsMax: 10_000 });
  const leave = await turnstile.enter(NEVER);
  await sleep(300);
  for (let count = 0; count < 60; count += 1) turnstile.callUp();
  leave?.();
  await turnstile.enter(NEVER);
  await assert.rejects(turnstile.enter(NEVER), { code: "ERR_OVERLOADED", retryAfterMs: 100 });
});
