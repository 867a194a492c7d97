/**
 * Gives a component what its engine has only in a form that would trap the instance or never run: the clock,
 * randomness, promises, timers. The generated entry imports this before any module of the plugin.
 */
// oxlint-disable-next-line import/no-unassigned-import -- it sets a global
import "./zod-config.ts";
import { clock } from "../capabilities/clock.ts";
import { console } from "./console.ts";
import { makeDate } from "./date.ts";
import { defineGlobals } from "./define-globals.ts";
import { enqueueJob } from "./jobs.ts";
import { mathRandom } from "./math-random.ts";
import { GuestPromise } from "./promise.ts";
import { clearTimer, setInterval, setTimeout } from "./timers.ts";

function queueMicrotask(callback: unknown): void {
  if (typeof callback !== "function") throw new TypeError("queueMicrotask needs a function");
  enqueueJob(() => void Reflect.apply(callback, undefined, []));
}

Object.defineProperty(GuestPromise, "name", { value: "Promise" });
defineGlobals(globalThis, {
  Date: makeDate(() => clock.now()),
  Promise: GuestPromise,
  clearInterval: clearTimer,
  clearTimeout: clearTimer,
  console,
  performance: { now: () => clock.monotonic(), timeOrigin: 0 },
  queueMicrotask,
  setInterval,
  setTimeout,
});
defineGlobals(Math, { random: mathRandom });
// They answer the engine's own promises, which nobody drains: better missing than waiting for ever.
Reflect.deleteProperty(globalThis, "AsyncDisposableStack");
defineGlobals(Array, { fromAsync });

async function fromAsync(
  items: AsyncIterable<unknown> | Iterable<unknown> | ArrayLike<unknown>,
  map: (value: unknown, index: number) => unknown = (value) => value,
): Promise<unknown[]> {
  const iterable =
    Symbol.asyncIterator in items || Symbol.iterator in items ? items : Array.from(items);
  const array: unknown[] = [];
  for await (const item of iterable) array.push(await map(item, array.length));
  return array;
}
