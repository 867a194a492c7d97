import { currentHost } from "../host/host.ts";

interface Timer {
  readonly id: number;
  readonly run: () => void;
  readonly repeatMs: number | undefined;
  dueMs: number;
}

const delayMsMax = 0x7fff_ffff;

/** In no order: the next one is looked for. A handler has a few timers, not thousands. */
const timers = new Map<number, Timer>();
let lastId = 0;
/** Time as the timers see it. Follows the monotonic clock where the plugin may read it, and the sleeps where not. */
let timeMs = 0;

function addTimer(
  callback: unknown,
  delay: unknown,
  repeat: boolean,
  args: readonly unknown[],
): number {
  if (typeof callback !== "function") throw new TypeError("a timer needs a function");
  const number = Math.trunc(Number(delay));
  const delayMs = number >= 0 && number <= delayMsMax ? number : 0;
  if (delayMs > 0) followClock();
  const id = ++lastId;
  timers.set(id, {
    id,
    run: () => void Reflect.apply(callback, undefined, args),
    // An interval of nothing would never let time pass.
    repeatMs: repeat ? Math.max(1, delayMs) : undefined,
    dueMs: timeMs + delayMs,
  });
  return id;
}

function followClock(): void {
  try {
    timeMs = Math.max(timeMs, currentHost().clock.monotonic());
  } catch {
    // Without the capability only sleeps move time, and they say so when they are refused.
  }
}

export function setTimeout(callback: unknown, delay?: unknown, ...args: unknown[]): number {
  return addTimer(callback, delay, false, args);
}

export function setInterval(callback: unknown, delay?: unknown, ...args: unknown[]): number {
  return addTimer(callback, delay, true, args);
}

export function clearTimer(id?: unknown): void {
  timers.delete(Number(id));
}

/**
 * Runs the timer that is due next, after sleeping through the host's clock where its time has not come.
 * Answers false when there is none. Throws `CapabilityError` when it must sleep and may not.
 */
export function runNextTimer(): boolean {
  let first: Timer | undefined;
  for (const timer of timers.values()) {
    if (!first || timer.dueMs < first.dueMs) first = timer;
  }
  if (!first) return false;
  if (first.dueMs > timeMs) followClock();
  if (first.dueMs > timeMs) {
    currentHost().clock.sleep(Math.ceil(first.dueMs - timeMs));
    timeMs = first.dueMs;
  }
  if (first.repeatMs === undefined) timers.delete(first.id);
  else {
    // Behind the others that are due at the same time.
    timers.delete(first.id);
    timers.set(first.id, { ...first, dueMs: timeMs + first.repeatMs });
  }
  first.run();
  return true;
}

export function dropTimers(): void {
  timers.clear();
}
