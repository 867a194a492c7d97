import assert from "node:assert/strict";
import { afterEach, test } from "node:test";
import { GuestPromise } from "../../../sdk-guest/globals/promise.ts";
import { clearTimer, setInterval, setTimeout } from "../../../sdk-guest/globals/timers.ts";
import { NeverSettles, settle } from "../../../sdk-guest/guest/settle.ts";
import { CapabilityError, registerHost } from "../../../sdk-guest/host/host.ts";
import { makeMemoryHost } from "../../../sdk-guest/testing/memory-host.ts";

const Guest = GuestPromise as unknown as PromiseConstructor;

function useClock(clock?: number): void {
  const { host } = makeMemoryHost(clock === undefined ? {} : { clock });
  registerHost(() => host);
}
afterEach(() => useClock());

test("answers the value that a promise settles with", () => {
  assert.equal(settle(Guest.resolve(1).then((value) => value + 1)), 2);
});

test("answers what is no promise after the jobs that are queued", () => {
  let ran = 0;
  void Guest.resolve().then(() => ran++);
  setTimeout(() => assert.fail("nobody waits for this"), 0);
  assert.equal(settle("value"), "value");
  assert.equal(ran, 1);
});

test("throws a rejection that was lost beside an answer at once", () => {
  void Guest.reject(new SyntaxError("lost"));
  assert.throws(() => settle("value"), SyntaxError);
  assert.equal(settle("value"), "value");
});

test("throws the reason of a rejection", () => {
  assert.throws(() => settle(Guest.reject(new RangeError("no"))), RangeError);
});

test("says that a promise can never settle", () => {
  assert.throws(() => settle(new Guest(() => {})), NeverSettles);
});

test("throws a rejection that the handler lost", () => {
  assert.throws(() => {
    const main = Guest.resolve().then(() => void Guest.reject(new SyntaxError("lost")));
    settle(main);
  }, SyntaxError);
});

test("runs timers in the order of their time, and sleeps only as long as it must", () => {
  useClock(1000);
  const order: string[] = [];
  setTimeout(() => order.push("b"), 20);
  setTimeout(() => order.push("a"), 10);
  const end = new Guest<void>((resolve) => setTimeout(() => resolve(), 30));
  setTimeout(() => order.push("too late"), 40);
  settle(end);
  assert.deepEqual(order, ["a", "b"]);
});

test("repeats an interval until it is cleared", () => {
  useClock(0);
  let ticks = 0;
  const done = new Guest<void>((resolve) => {
    const id = setInterval(() => {
      if (++ticks === 3) {
        clearTimer(id);
        resolve();
      }
    }, 5);
  });
  settle(done);
  assert.equal(ticks, 3);
});

test("runs jobs between two timers that are due at once", () => {
  const order: number[] = [];
  setTimeout(() => void Guest.resolve().then(() => order.push(1)));
  setTimeout(() => order.push(2));
  settle(new Guest<void>((resolve) => setTimeout(resolve)));
  assert.deepEqual(order, [1, 2]);
});

test("refuses to sleep without the clock, and needs none for a timer of no delay", () => {
  useClock();
  settle(new Guest<void>((resolve) => setTimeout(resolve, 0)));
  assert.throws(
    () => settle(new Guest<void>((resolve) => setTimeout(resolve, 5))),
    (error) =>
      error instanceof CapabilityError &&
      error.tag === "not-permitted" &&
      error.capability === "clock",
  );
});

test("throws what a timer throws", () => {
  setTimeout(() => {
    throw new EvalError("timer");
  });
  assert.throws(() => settle(new Guest(() => {})), EvalError);
});

test("leaves no timer, job or rejection for the next call", () => {
  useClock(0);
  setTimeout(() => assert.fail("a timer of the call before"), 5);
  void Guest.resolve().then(() => Guest.reject(new Error("of the call before")));
  assert.throws(() => settle(Guest.reject(new Error("x"))));
  settle(new Guest<void>((resolve) => setTimeout(resolve, 10)));
});
