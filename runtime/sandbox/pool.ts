import { NotBegun } from "./calls-behind.ts";
import type { Channel } from "./channel.ts";
import { SandboxError } from "./errors.ts";
import { collectOperations, type CallTerms } from "./running-call.ts";
import { IdleRunners } from "./idle-runners.ts";
import type { PluginAnswer, PluginCall, SealedPlugin, SealedPluginOptions } from "./sandbox.ts";
import { ShortCalls } from "./short-calls.ts";
import type { SpareRunners } from "./spare-runners.ts";
import { Turnstile, type Leave } from "./turnstile.ts";

export interface PoolTimes {
  /** An idle runner is ended after this long. */
  readonly idleMsMax: number;
  readonly sweepMs: number;
}

/** Failures in a row that are forgiven, and how long calls are refused after more of them. */
const BACK_OFF = { freeFailures: 2, firstMs: 100, msMax: 10_000 } as const;

const MAKE_MS = 3;
const RESTORE_MS_PER_BYTE = 0.04 / (1024 * 1024);

/**
 * All runners of one plugin, started on demand: one for each of at most `limits.concurrentCalls`.
 * They are reused while they are beyond doubt; with `isolation: call` never, and then one more is made ahead of the next call.
 */
// debt("GB-015"): calls of one plugin share a runner, one after the other.
export class PluginPool implements SealedPlugin {
  readonly #options: SealedPluginOptions;
  readonly #terms: CallTerms;
  readonly #spares: SpareRunners;
  readonly #turnstile: Turnstile;
  readonly #channels = new Set<Channel>();
  readonly #sweep: NodeJS.Timeout;
  readonly #idle: IdleRunners;
  readonly #shortCalls = new ShortCalls();
  #ahead: Promise<Channel> | undefined;
  #failures = 0;
  #retryAtMs = 0;
  #closing: Promise<void> | undefined;

  constructor(options: SealedPluginOptions, spares: SpareRunners, times: PoolTimes) {
    const { limits, brokers } = options;
    this.#options = options;
    this.#terms = { limits, brokers, operations: collectOperations(brokers) };
    this.#spares = spares;
    this.#idle = new IdleRunners(preparationMsOf(options));
    this.#turnstile = new Turnstile({
      insideMax: limits.concurrentCalls,
      waitingMax: limits.queuedCalls,
      waitMsMax: limits.deadlineMs,
    });
    this.#sweep = setInterval(() => this.#idle.endLongIdle(times.idleMsMax), times.sweepMs).unref();
  }

  call(call: PluginCall): Promise<PluginAnswer> {
    const leave = this.#closing ? undefined : this.#turnstile.tryEnter(call.scope.signal);
    const idle = leave && this.#idle.take();
    if (leave && idle) return this.#useIdle(idle, call, leave);
    const busy = this.#turnstile.isWaitedFor ? undefined : this.#findRoom();
    if (!busy) return this.#callLater(call, leave);
    if (leave) this.#startBeside(leave);
    return this.#follow(busy, call);
  }

  /** A runner for a place that is free: who comes meanwhile need not wait for it. */
  #startBeside(leave: () => void): void {
    this.#start()
      .then((channel) => this.#idle.put(channel))
      // Nobody waits for it, and the failure is counted.
      .catch(() => {})
      .finally(leave);
  }

  /** The runner with the fewest calls behind the one that it runs, where a call may go behind others at all. */
  #findRoom(): Channel | undefined {
    if (!this.#shortCalls.isRule || this.#options.isolation === "call") return undefined;
    let roomiest: Channel | undefined;
    for (const channel of this.#channels)
      if (channel.room > (roomiest?.room ?? 0)) roomiest = channel;
    return roomiest;
  }

  /** Without a place, behind a call that has one: its runner runs one after the other. */
  #follow(channel: Channel, call: PluginCall): Promise<PluginAnswer> {
    return this.#hand(channel, call).catch((error: unknown) => {
      if (error instanceof NotBegun) return this.#callLater(call, undefined, true);
      throw error;
    });
  }

  /** Hands a call to a runner, and notes how it ends. `ended` is called then, unless the call has not begun. */
  #hand(channel: Channel, call: PluginCall, ended: () => void = () => {}): Promise<PluginAnswer> {
    const handedMs = performance.now();
    return channel.call(call, this.#terms).then(
      (answer) => {
        this.#failures = 0;
        this.#shortCalls.note(answer.durationMs);
        this.#callUp(channel);
        ended();
        return answer;
      },
      (error: unknown) => {
        if (error instanceof NotBegun) throw error;
        this.#shortCalls.note(performance.now() - handedMs);
        this.#noteFailure(error);
        this.#callUp(channel);
        ended();
        throw error;
      },
    );
  }

  /** Whoever waits longest for a place may go behind this runner's call. */
  #callUp(channel: Channel): void {
    if (channel.room > 0 && this.#shortCalls.isRule) this.#turnstile.callUp();
  }

  /** Where a place or a runner has to be waited for. Who `isBack` could not go behind another: only a place will do. */
  async #callLater(
    call: PluginCall,
    place: (() => void) | undefined,
    isBack = false,
  ): Promise<PluginAnswer> {
    const leave = place ?? (await this.#enter(call, isBack));
    if (leave === undefined) {
      const busy = this.#findRoom();
      return busy ? this.#follow(busy, call) : this.#callLater(call, undefined, true);
    }
    const idle = place ? undefined : this.#idle.take();
    if (idle !== undefined) return this.#useIdle(idle, call, leave);
    const runner = this.#obtain();
    try {
      return await this.#hand(await untilAborted(runner, call.scope.signal), call);
    } finally {
      // A cancelled call leaves at once, its place only when the runner it asked for has come: else starts pile up.
      void runner
        .then((channel) => this.#putBack(channel))
        .catch(() => {})
        .finally(leave);
    }
  }

  async #enter(call: PluginCall, isBack: boolean): Promise<Leave> {
    this.#assertOpen();
    return this.#turnstile.enter(call.scope.signal, isBack);
  }

  /** The usual call: a runner stands ready, and does so again afterwards. Each promise on its way would cost it a turn. */
  #useIdle(channel: Channel, call: PluginCall, leave: () => void): Promise<PluginAnswer> {
    const putBack = (): void => {
      if (channel.state === "idle" && this.#options.isolation !== "call") {
        this.#idle.put(channel);
        leave();
      } else {
        void this.#putBack(channel)
          .catch(() => {})
          .finally(leave);
      }
    };
    return this.#hand(channel, call, () => channel.whenFree(putBack));
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

  /** The runner that is being prepared, or a new one. The caller must hold a place in the turnstile. */
  async #obtain(): Promise<Channel> {
    this.#assertOpen();
    const ahead = this.#ahead;
    this.#ahead = undefined;
    return ahead ?? this.#start();
  }

  async #start(): Promise<Channel> {
    this.#assertOpen();
    this.#assertNotBackingOff();
    const channel = this.#spares.take(this.#options.limits.residentBytes);
    this.#channels.add(channel);
    void channel.exited.then(() => this.#channels.delete(channel));
    try {
      await channel.started;
      const { transpiled, granted, isolation } = this.#options;
      await channel.load(transpiled, granted, isolation);
    } catch (error) {
      this.#noteFailure(error);
      throw error;
    }
    return channel;
  }

  /** Starts one runner ahead of the next call, unless one stands ready or is on its way. */
  #prepare(): void {
    if (this.#closing !== undefined || this.#ahead !== undefined || !this.#idle.isEmpty) return;
    const ahead = this.#start();
    this.#ahead = ahead;
    const settle = (channel?: Channel): void => {
      // A call may have taken it while it was coming.
      if (this.#ahead !== ahead) return;
      this.#ahead = undefined;
      if (channel !== undefined) this.#idle.put(channel);
    };
    ahead.then(settle, () => settle());
  }

  /** Resolves when the runner may serve the next call, or its process is gone: until then the call's place is not free. */
  async #putBack(channel: Channel): Promise<void> {
    if (channel.state === "calling")
      await new Promise<void>((resolve) => channel.whenFree(resolve));
    const forOneCall = this.#options.isolation === "call";
    if (forOneCall && channel.calls > 0)
      channel.end(new SandboxError("ERR_CALL_CANCELLED", "the runner has served its one call"));
    if (channel.state === "idle") return this.#idle.put(channel);
    await channel.exited;
    if (forOneCall) this.#prepare();
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

/** Restoring an instance copies its memory, of which the code is a measure; making one is slower by far. */
function preparationMsOf({ transpiled, isolation = "plugin" }: SealedPluginOptions): number {
  if (isolation !== "plugin" || !transpiled.restorable) return MAKE_MS;
  const bytes = transpiled.modules.reduce((sum, module) => sum + module.bytes.length, 0);
  return bytes * RESTORE_MS_PER_BYTE;
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
