/**
 * Gives a component the globals that its engine lacks, or has in a form that would trap the instance.
 * The generated entry imports this before any module of the plugin, so all of them see these.
 */
import "./zod-config.ts";
import { clock } from "../capabilities/clock.ts";
import { AbortController, AbortSignal } from "./abort.ts";
import { atob, btoa } from "./base64.ts";
import { structuredClone } from "./clone.ts";
import { console } from "./console.ts";
import { makeDate } from "./date.ts";
import { DOMException } from "./dom-exception.ts";
import { TextDecoder, TextEncoder } from "./encoding.ts";
import { Event, EventTarget } from "./events.ts";
import { fetch } from "./fetch.ts";
import { Headers } from "./headers.ts";
import { enqueueJob } from "./jobs.ts";
import type { GLOBAL_NAMES } from "./names.ts";
import { GuestPromise } from "./promise.ts";
import { crypto, mathRandom } from "./random.ts";
import { Request } from "./request.ts";
import { Response } from "./response.ts";
import { clearTimer, setInterval, setTimeout } from "./timers.ts";
import { URLSearchParams } from "./url/search-params.ts";
import { URL } from "./url/url.ts";

function queueMicrotask(callback: unknown): void {
  if (typeof callback !== "function") throw new TypeError("queueMicrotask needs a function");
  enqueueJob(() => void Reflect.apply(callback, undefined, []));
}

const GLOBALS: Readonly<Record<(typeof GLOBAL_NAMES)[number], unknown>> = {
  AbortController,
  AbortSignal,
  DOMException,
  Date: makeDate(() => clock.now()),
  Event,
  EventTarget,
  Headers,
  Promise: GuestPromise,
  Request,
  Response,
  TextDecoder,
  TextEncoder,
  URL,
  URLSearchParams,
  atob,
  btoa,
  clearInterval: clearTimer,
  clearTimeout: clearTimer,
  console,
  crypto,
  fetch,
  performance: { now: () => clock.monotonic(), timeOrigin: 0 },
  queueMicrotask,
  setInterval,
  setTimeout,
  structuredClone,
};

Object.defineProperty(GuestPromise, "name", { value: "Promise" });
for (const [name, value] of Object.entries(GLOBALS)) {
  Object.defineProperty(globalThis, name, {
    value,
    writable: true,
    configurable: true,
    enumerable: false,
  });
}
Object.defineProperty(Math, "random", { value: mathRandom, writable: true, configurable: true });
// They answer the engine's own promises, which nobody drains: better missing than waiting for ever.
Reflect.deleteProperty(globalThis, "AsyncDisposableStack");
Object.defineProperty(Array, "fromAsync", { value: fromAsync, writable: true, configurable: true });

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
