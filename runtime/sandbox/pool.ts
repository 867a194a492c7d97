import type { Channel } from "./channel.ts";
import { SandboxError } from "./errors.ts";
import { collectOperations, type CallTerms } from "./running-call.ts";
import type { PluginAnswer, PluginCall, SealedPlugin, SealedPluginOptions } from "./sandbox.ts";
import type { SpareRunners } from "./spare-runners.ts";
import { Turnstile } from "./turnstile.ts";

export interface PoolTimes {
  /** An idle runner is ended after this long. */
  readonly idleMsMax: number;
  readonly sweepMs: number;
}

/** Failures in a row that are forgiven, and how long calls are refused after more of them. */
const BACK_OFF = { freeFailures: 2, firstMs: 100, msMax: 10_000 } as const;

/** After an answer a runner makes its next instance: for about this long it is slower to answer than one that has rested. */
const PREPARE_MS = 3;

interface IdleRunner {
  readonly channel: Channel;
  readonly sinceMs: number;
}

/** All runners of one plugin: at most `limits.concurrentCalls`, started on demand, reused while they are beyond doubt. */
export class PluginPool implements SealedPlugin {
  readonly #options: SealedPluginOptions;
  readonly #terms: CallTerms;
  readonly #spares: SpareRunners;
  readonly #times: PoolTimes;
  readonly #turnstile: Turnstile;
  readonly #channels = new Set<Channel>();
  readonly #sweep: NodeJS.Timeout;
  #idle: readonly IdleRunner[] = [];
  #failures = 0;
  #retryAtMs = 0;
  #closing: Promise<void> | undefined;

  constructor(options: SealedPluginOptions, spares: SpareRunners, times: PoolTimes) {
    const { limits, brokers } = options;
    this.#options = options;
    this.#terms = { limits, brokers, operations: collectOperations(brokers) };
    this.#spares = spares;
    this.#times = times;
    this.#turnstile = new Turnstile({
      insideMax: limits.concurrentCalls,
      waitingMax: limits.queuedCalls,
      waitMsMax: limits.deadlineMs,
    });
    this.#sweep = setInterval(() => this.#endIdle(), times.sweepMs).unref();
  }

  async call(call: PluginCall): Promise<PluginAnswer> {
    this.#assertOpen();
    const leave = await this.#turnstile.enter(call.scope.signal);
    const runner = this.#obtain();
    try {
      const channel = await untilAborted(runner, call.scope.signal);
      const answer = await channel.call(call, this.#terms);
      this.#failures = 0;
      return answer;
    } catch (error) {
      this.#noteFailure(error);
      throw error;
    } finally {
      // A cancelled call leaves at once, its place only when the runner it asked for has come: else starts pile up.
      void runner
        .then((channel) => this.#putBack(channel))
        .catch(() => {})
        .finally(leave);
    }
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    clearInterval(this.#sweep);
    const closed = new SandboxError("ERR_CALL_CANCELLED", "the plugin was closed");
    this.#turnstile.close(closed);
    const channels = [...this.#channels];
    for (const channel of channels) channel.end(closed);
    await Promise.all(channels.map((channel) => channel.exited));
    for (const broker of this.#options.brokers) await broker.close?.();
  }

  /** An idle runner, or a new one with the component loaded. The caller must hold a place in the turnstile. */
  async #obtain(): Promise<Channel> {
    this.#assertOpen();
    const idle = this.#idle.filter(({ channel }) => channel.state === "idle");
    const rested = performance.now() - PREPARE_MS;
    // The last one that has rested, so that runners which nobody needs are idle long enough to be ended.
    const reused = idle.findLast(({ sinceMs }) => sinceMs <= rested) ?? idle[0];
    this.#idle = idle.filter((runner) => runner !== reused);
    if (reused !== undefined) return reused.channel;
    this.#assertNotBackingOff();
    const channel = this.#spares.take(this.#options.limits.residentBytes);
    this.#channels.add(channel);
    void channel.exited.then(() => this.#channels.delete(channel));
    await channel.started;
    await channel.load(this.#options.transpiled, this.#options.granted);
    return channel;
  }

  #putBack(channel: Channel): void {
    if (channel.state === "idle")
      this.#idle = [...this.#idle, { channel, sinceMs: performance.now() }];
  }

  #endIdle(): void {
    const { idleMsMax } = this.#times;
    for (const { channel, sinceMs } of this.#idle) {
      if (performance.now() - sinceMs > idleMsMax) {
        channel.end(new SandboxError("ERR_CALL_CANCELLED", "the runner was idle"));
      }
    }
    this.#idle = this.#idle.filter(({ channel }) => channel.state === "idle");
  }

  /** Only runners that break count: a call that was stopped at a limit says nothing of the next. */
  #noteFailure(error: unknown): void {
    if (!(error instanceof SandboxError)) return;
    const broken = [
      "ERR_RUNNER_START",
      "ERR_COMPONENT_LOAD",
      "ERR_RUNNER_DIED",
      "ERR_CHANNEL_BREACH",
    ];
    if (!broken.includes(error.code)) return;
    this.#failures += 1;
    const doublings = this.#failures - BACK_OFF.freeFailures - 1;
    if (doublings < 0) return;
    this.#retryAtMs =
      performance.now() + Math.min(BACK_OFF.firstMs * 2 ** doublings, BACK_OFF.msMax);
  }

  #assertNotBackingOff(): void {
    const retryAfterMs = Math.ceil(this.#retryAtMs - performance.now());
    if (retryAfterMs <= 0) return;
    throw new SandboxError(
      "ERR_OVERLOADED",
      `the plugin's runners failed ${this.#failures} times in a row`,
      { retryAfterMs },
    );
  }

  #assertOpen(): void {
    if (this.#closing !== undefined)
      throw new SandboxError("ERR_CALL_CANCELLED", "the plugin was closed");
  }
}

async function untilAborted<Value>(promise: Promise<Value>, signal: AbortSignal): Promise<Value> {
  const aborted = Promise.withResolvers<never>();
  const abort = (): void =>
    aborted.reject(new SandboxError("ERR_CALL_CANCELLED", "the call was cancelled"));
  if (signal.aborted) abort();
  signal.addEventListener("abort", abort, { once: true });
  try {
    return await Promise.race([promise, aborted.promise]);
  } finally {
    signal.removeEventListener("abort", abort);
  }
}
