import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import { test } from "node:test";
import { Deadline } from "../../../runtime/sandbox/deadline.ts";

/** Resolves with how long after its setting the deadline passed. */
function passing(deadline: Deadline, durationMs: number): Promise<number> {
  const setMs = performance.now();
  return new Promise((resolve) =>
    deadline.set(durationMs, () => resolve(performance.now() - setMs)),
  );
}

test("passes once, and never too soon", async () => {
  const deadline = new Deadline();
  let passed = 0;
  deadline.set(5, () => void (passed += 1));
  await sleep(20);
  assert.equal(passed, 1);
  for (let round = 0; round < 20; round += 1) assert.ok((await passing(deadline, 3)) >= 3);
});

test("never passes when it was met, or ended, or another was set in its place", async () => {
  const deadline = new Deadline();
  const never = (): void => assert.fail("it passed");
  deadline.set(3, never);
  deadline.clear();
  await sleep(10);
  deadline.set(3, never);
  deadline.end();
  await sleep(10);
  deadline.set(3, never);
  assert.ok((await passing(deadline, 15)) >= 15);
});

test("passes in time behind a longer one that was met", async () => {
  const deadline = new Deadline();
  deadline.set(60_000, () => assert.fail("it passed"));
  deadline.clear();
  const result = await Promise.race([passing(deadline, 5), sleep(20_000, "too late")]);
  assert.notEqual(result, "too late");
  deadline.end();
});

test("keeps no process once it was ended", () => {
  const before = process.getActiveResourcesInfo().filter((name) => name === "Timeout").length;
  const deadline = new Deadline();
  deadline.set(60_000, () => undefined);
  deadline.end();
  const after = process.getActiveResourcesInfo().filter((name) => name === "Timeout").length;
  assert.equal(after, before);
});
