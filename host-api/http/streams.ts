import { assertShape, parseInteger } from "../arguments.ts";
import type { CallScope, CapabilityBroker, HostOperation, HostRequest } from "../capability.ts";
import { HostError } from "../errors.ts";
import type { JsonValue } from "../json.ts";
import { Deadline } from "./deadline.ts";
import { Exchange, EXCHANGE_EVENTS, type ExchangeEvent } from "./exchange.ts";
import { Exchanges } from "./exchanges.ts";
import type { Header } from "./headers.ts";
import { CONNECT_MS_MAX } from "./hops.ts";
import { READ_BYTES_MAX, REQUEST_BYTES_MAX, WAIT_ITEMS_MAX, WAIT_MS_MAX } from "./limits.ts";
import { RequestBody } from "./request-body.ts";
import { parseHop, type Starter } from "./starter.ts";

const HANDLE_MAX = Number.MAX_SAFE_INTEGER;
const NOTHING = { value: null };

/**
 * Requests whose bodies travel in pieces, for `wasi:http`. A handle belongs to the call that opened it and ends with it.
 *
 * - `http.open`: `[method, url, headers, "whole" | "stream", length | null, [connect, first-byte, between-bytes]]`, the
 *   beginning of the body in the body; times in milliseconds or `null`. Answers a handle at once.
 * - `http.write`: `[handle]` and bytes; `http.finish`: `[handle]`, when the body is written.
 * - `http.wait`: `[[[handle, event], …], milliseconds | null]` answers the indexes of what is ready, none when the time is up.
 * - `http.head`, `http.trailers`: `[handle]`, answers at once what is ready.
 * - `http.read`: `[handle, length]` answers bytes and `true`, or `false` at the end. No bytes and `true`: nothing now.
 * - `http.close`: `[handle]`.
 */
// debt("GB-027"): the beginning is handed over before the end has come.
export function makeStreamOperations(
  starter: Starter,
): Required<Pick<CapabilityBroker, "operations" | "endCall" | "close">> {
  const exchanges = new Exchanges();
  const find = ({ args: [handle] }: HostRequest, { callId }: CallScope) =>
    exchanges.get(callId, parseInteger(handle, HANDLE_MAX));
  const operations: Record<string, HostOperation> = {
    "http.open"(request, call) {
      exchanges.assertRoom(call.callId);
      return { value: exchanges.add(call.callId, open(starter, request, call)) };
    },
    "http.write"(request, call) {
      assertShape(request, 1, REQUEST_BYTES_MAX);
      find(request, call).write(request.body);
      return NOTHING;
    },
    "http.finish"(request, call) {
      assertShape(request, 1);
      find(request, call).finish();
      return NOTHING;
    },
    async "http.wait"(request, call) {
      assertShape(request, 2);
      const [items, timeoutMs] = request.args;
      return {
        value: await waitFor(
          parseItems(items, exchanges, call),
          parseTime(timeoutMs, WAIT_MS_MAX),
          call.signal,
        ),
      };
    },
    "http.head"(request, call) {
      assertShape(request, 1);
      const { status, url, headers } = find(request, call).head();
      return { value: { status, url, headers: toJson(headers) } };
    },
    "http.read"(request, call) {
      assertShape(request, 2);
      const body = find(request, call).read(parseInteger(request.args[1], READ_BYTES_MAX));
      return body === undefined ? { value: false } : { value: true, body };
    },
    "http.trailers"(request, call) {
      assertShape(request, 1);
      return { value: toJson(find(request, call).trailers()) };
    },
    "http.close"(request, call) {
      assertShape(request, 1);
      exchanges.close(call.callId, parseInteger(request.args[0], HANDLE_MAX));
      return NOTHING;
    },
  };
  return {
    operations,
    endCall: (callId) => exchanges.endCall(callId),
    close: () => exchanges.closeAll(),
  };
}

function open(starter: Starter, request: HostRequest, call: CallScope): Exchange {
  assertShape(request, 6, REQUEST_BYTES_MAX);
  const [method = null, url = null, headers = null, mode, length, times] = request.args;
  if ((mode !== "whole" && mode !== "stream") || !Array.isArray(times) || times.length !== 3)
    throw new HostError("invalid-argument", "not a request");
  if (call.signal.aborted) throw new HostError("timed-out", "a request of a call that has ended");
  const [connectMsMax, firstByteMsMax, betweenBytesMsMax] = times.map((time) =>
    parseTime(time, HANDLE_MAX),
  );
  const terms = {
    firstByteMsMax: shorter(firstByteMsMax, starter.timeoutMs),
    betweenBytesMsMax: shorter(betweenBytesMsMax, starter.timeoutMs),
  };
  const hop = parseHop([method, url, headers], bodyOf(request, mode, length));
  const giveBack = starter.takePlace();
  const deadline = new Deadline(call.signal, starter.timeoutMs);
  try {
    const journey = starter.begin(
      deadline,
      call,
      Math.min(CONNECT_MS_MAX, connectMsMax ?? CONNECT_MS_MAX),
    );
    return new Exchange(journey, hop, terms, deadline, giveBack);
  } catch (error) {
    deadline[Symbol.dispose]();
    giveBack();
    throw error;
  }
}

function bodyOf(
  { body }: HostRequest,
  mode: "whole" | "stream",
  length: JsonValue | undefined,
): RequestBody | undefined {
  if (mode === "whole") return body.length === 0 ? undefined : RequestBody.whole(body);
  const streamed = new RequestBody(
    length === null ? undefined : parseInteger(length, REQUEST_BYTES_MAX),
  );
  streamed.write(body);
  return streamed;
}

/** Milliseconds; `null` is none. */
function parseTime(value: JsonValue | undefined, max: number): number | undefined {
  return value === null ? undefined : parseInteger(value, max);
}

/** A time that the grant's own comes before is none: a timer must not be longer than timers can be. */
function shorter(timeMs: number | undefined, maxMs: number): number | undefined {
  return timeMs === undefined || timeMs >= maxMs ? undefined : timeMs;
}

type Item = readonly [exchange: Exchange, event: ExchangeEvent];

function parseItems(
  value: JsonValue | undefined,
  exchanges: Exchanges,
  { callId }: CallScope,
): readonly Item[] {
  if (!Array.isArray(value) || value.length === 0 || value.length > WAIT_ITEMS_MAX)
    throw new HostError("invalid-argument", "not a list of what to wait for");
  return value.map((item: JsonValue): Item => {
    const [handle, event]: readonly JsonValue[] =
      Array.isArray(item) && item.length === 2 ? item : [];
    const known = EXCHANGE_EVENTS.find((one) => one === event);
    if (known === undefined) throw new HostError("invalid-argument", "no such event");
    return [exchanges.get(callId, parseInteger(handle, HANDLE_MAX)), known];
  });
}

/** Indexes of what is ready; waits until there is one, the time is up, or the call has ended. */
async function waitFor(
  items: readonly Item[],
  timeoutMs: number | undefined,
  signal: AbortSignal,
): Promise<number[]> {
  const stopped = Promise.withResolvers<void>();
  const stop = (): void => stopped.resolve();
  let isLate = timeoutMs === 0;
  const timer = setTimeout(() => {
    isLate = true;
    stop();
  }, timeoutMs ?? WAIT_MS_MAX);
  signal.addEventListener("abort", stop, { once: true });
  try {
    for (;;) {
      const ready = items.flatMap(([exchange, event], index) =>
        exchange.isReady(event) ? [index] : [],
      );
      if (ready.length > 0 || isLate) return ready;
      if (signal.aborted) throw new HostError("timed-out", "the call ended while it waited");
      await Promise.race([stopped.promise, ...items.map(([exchange]) => exchange.changed)]);
    }
  } finally {
    clearTimeout(timer);
    signal.removeEventListener("abort", stop);
  }
}

function toJson(headers: readonly Header[]): JsonValue {
  return headers.map(([name, value]) => [name, value]);
}
