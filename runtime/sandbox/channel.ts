import {
  BEHIND_BYTES_MAX,
  CallsBehind,
  NotBegun,
  PATIENCE_MS,
  type HandedCall,
} from "./calls-behind.ts";
import { Deadline } from "./deadline.ts";
import { SandboxError } from "./errors.ts";
import { explainExit } from "./explain-exit.ts";
import { encodeHead, FrameDecoder, type Frame, type FrameCaps } from "./frames.ts";
import { parseFromRunner } from "./messages.ts";
import { Outlet } from "./outlet.ts";
import {
  BODY_BYTES_MAX,
  HEADER_BYTES_MAX,
  PROTOCOL_VERSION,
  TO_RUNNER_HEADER_BYTES_MAX,
  type CallMessage,
  type FromRunner,
  type LoadMessage,
} from "./protocol.ts";
import { RunningCall, type CallTerms } from "./running-call.ts";
import type { Isolation, PluginAnswer, PluginCall, Transpiled } from "./sandbox.ts";
import type { SealedProcess } from "./seal/sealed-process.ts";
import { Vigil } from "./vigil.ts";

export interface ChannelLimits {
  readonly startMsMax: number;
  readonly loadMsMax: number;
}

type State =
  | { readonly t: "starting" | "loading"; readonly done: PromiseWithResolvers<void> }
  | { readonly t: "ready" | "idle" }
  | {
      readonly t: "calling";
      readonly call: RunningCall;
      readonly handed: HandedCall;
      /** Once, before `done` settles. */
      readonly leave: () => void;
    }
  | { readonly t: "ended"; readonly error: SandboxError };

const NOTHING: FrameCaps = { headerBytesMax: 0, bodyBytesMax: 0 };

/** How large a frame may be that begins in each state: memory is held only for what could be an honest message. */
const CAPS: Readonly<Record<State["t"], FrameCaps>> = {
  starting: { headerBytesMax: 1024, bodyBytesMax: 0 },
  ready: NOTHING,
  // Why it failed, in words of any length; few of them are kept.
  loading: { headerBytesMax: HEADER_BYTES_MAX, bodyBytesMax: 0 },
  idle: NOTHING,
  calling: { headerBytesMax: HEADER_BYTES_MAX, bodyBytesMax: BODY_BYTES_MAX },
  ended: NOTHING,
};

/**
 * The broker's end of one runner's fd 3, as a state machine:
 *
 *     starting → ready → loading → idle ⇄ calling        (any of them) → ended
 *
 * While it is calling it may have further calls behind, whose turn comes one by one.
 * What comes in was written by a process that is assumed hostile. Whatever does not fit the state, to the letter,
 * kills the runner. Grants and scope are the channel's own and never a message's. Every promise settles exactly once.
 */
export class Channel {
  readonly #process: SealedProcess;
  readonly #limits: ChannelLimits;
  readonly #vigil: Vigil;
  readonly #decoder = new FrameDecoder(() => CAPS[this.#state.t]);
  #state: State;
  readonly #deadline = new Deadline();
  #lastCallId = 0;
  readonly #behind = new CallsBehind();
  readonly #patience = new Deadline();
  /** It was sent calls that it shall not begin: it ends with the one that it runs. */
  #isGivenUp = false;
  #begunMs = 0;
  #whenFree: (() => void) | undefined;
  readonly #outlet: Outlet;
  /** Settles when the process is gone. Never rejects. */
  readonly exited: Promise<void>;
  /** Settles when the runner reported that it is alive; rejects with `ERR_RUNNER_START`. */
  readonly started: Promise<void>;

  /** `vigil` is shared by all channels of the thread; left out, nobody stays awake. */
  constructor(
    process: SealedProcess,
    limits: ChannelLimits,
    vigil = new Vigil(1, () => undefined),
  ) {
    this.#process = process;
    this.#vigil = vigil;
    this.#limits = limits;
    this.#outlet = new Outlet(process.channel, () =>
      this.end(breach("went on without reading what it was sent")),
    );
    const done = Promise.withResolvers<void>();
    this.#state = { t: "starting", done };
    this.started = done.promise;
    // A spare runner that fails has nobody waiting for it yet.
    this.started.catch(() => {});
    this.exited = process.exited.then((exit) => this.end(explainExit(this.#state.t, exit)));
    process.channel.on("data", (chunk: Buffer) => this.#receive(chunk));
    // A broken pipe or an end says that the process is going, or pretends to: the exit tells why.
    process.channel.on("error", () => process.kill());
    process.channel.on("end", () => process.kill());
    this.#deadline.set(this.#limits.startMsMax, () =>
      this.end(new SandboxError("ERR_RUNNER_START", "the runner did not report in time")),
    );
  }

  get pid(): number {
    return this.#process.pid;
  }

  /** Calls that were handed over so far. */
  get calls(): number {
    return this.#lastCallId;
  }

  get state(): State["t"] {
    return this.#state.t;
  }

  /** Sends the code. Resolves when a first instance stands ready; rejects with `ERR_COMPONENT_LOAD` or what ended the runner. */
  async load(
    transpiled: Transpiled,
    granted: readonly string[],
    isolation: Isolation = "plugin",
  ): Promise<void> {
    this.#assertState("ready");
    const done = Promise.withResolvers<void>();
    this.#state = { t: "loading", done };
    this.#process.watch(true);
    const { script, modules, restorable = false, kernelBytes } = transpiled;
    const sizes = modules.map(({ name, bytes }) => [name, bytes.length] as const);
    const reset = restorable && isolation === "plugin";
    const message: LoadMessage = {
      t: "load",
      scriptBytes: script.length,
      modules: sizes,
      granted,
      reset,
      ...(kernelBytes === undefined ? {} : { kernelBytes }),
    };
    const bodyBytes = sizes.reduce((sum, [, bytes]) => sum + bytes, script.length);
    this.#send(encodeHead(message, bodyBytes), script, ...modules.map(({ bytes }) => bytes));
    this.#deadline.set(this.#limits.loadMsMax, () =>
      this.end(new SandboxError("ERR_COMPONENT_LOAD", "the component did not load in time")),
    );
    return done.promise;
  }

  /** Hands one call over. Rejects with `SandboxError`; the runner may be used again only while `state` is `idle`. */
  call(call: PluginCall, terms: CallTerms): Promise<PluginAnswer> {
    try {
      return this.#call(call, terms);
    } catch (error) {
      return Promise.reject(error);
    }
  }

  /** How many calls may be handed over while one is under way, to begin when those before them have ended. */
  get room(): number {
    return this.#patienceMs() > 0 && !this.#isGivenUp ? this.#behind.room : 0;
  }

  /** `then` is called once, when no call is under way any more, which may be at once. */
  whenFree(then: () => void): void {
    if (this.#state.t === "calling") this.#whenFree = then;
    else then();
  }

  #call(call: PluginCall, terms: CallTerms): Promise<PluginAnswer> {
    const isBehind = this.room > 0;
    // There was room when it was chosen: since then the call that it runs has taken too long.
    if (!isBehind && this.#state.t === "calling") throw new NotBegun();
    if (!isBehind) this.#assertState("idle");
    const { signal } = call.scope;
    if (signal.aborted) throw cancelled();
    const id = this.#lastCallId + 1;
    const message: CallMessage = {
      t: "call",
      id,
      export: call.export,
      args: call.args,
      context: call.context,
      ...(call.typed && { typed: true }),
      ...(this.#vigil.holdsForRunners && { awake: true }),
    };
    const head = encodeCall(message);
    if (isBehind && head.length > BEHIND_BYTES_MAX) throw new NotBegun();
    const done = Promise.withResolvers<PluginAnswer>();
    this.#lastCallId = id;
    const cancel = (): void => this.#cancel(handed);
    const leave = (): void => {
      this.#vigil.callEnds();
      signal.removeEventListener("abort", cancel);
    };
    const handed: HandedCall = { id, call, terms, done, leave };
    signal.addEventListener("abort", cancel, { once: true });
    this.#vigil.callBegins();
    if (isBehind) this.#queue(handed, head);
    else {
      this.#begin(handed);
      this.#process.watch(true);
      this.#send(head);
    }
    return done.promise;
  }

  /** How long others will still wait for the call that is under way. */
  #patienceMs(): number {
    return this.#state.t === "calling" ? this.#begunMs + PATIENCE_MS - performance.now() : 0;
  }

  #begin(handed: HandedCall): void {
    const { id, call, terms } = handed;
    const running = new RunningCall(id, call, terms, (answer, body) => this.#send(answer, body));
    const leave = (): void => {
      handed.leave();
      call.onSpent?.(running.spent);
    };
    this.#state = { t: "calling", call: running, handed, leave };
    this.#begunMs = performance.now();
    const { deadlineMs = terms.limits.deadlineMs } = call;
    this.#deadline.set(deadlineMs, () =>
      this.end(new SandboxError("ERR_CALL_DEADLINE", `no answer within ${deadlineMs} ms`)),
    );
    if (this.#behind.count > 0) this.#bePatient();
    else this.#patience.clear();
  }

  #queue(handed: HandedCall, head: Buffer): void {
    this.#behind.add(handed);
    if (this.#behind.count === 1) this.#bePatient();
    this.#outlet.sendLater(head);
  }

  /** Calls behind wait for one that is short. For no other. */
  #bePatient(): void {
    const state = this.#state;
    const giveUp = (): void => {
      if (this.#state !== state) return;
      this.#isGivenUp = true;
      this.#behind.takeBack();
    };
    // A broker that was held up first reads what the runner has said meanwhile.
    this.#patience.set(this.#patienceMs(), () => void setImmediate(giveUp));
  }

  /** What a runner was sent cannot be called back, so one whose call was cancelled before its turn ends at that turn. */
  #cancel(handed: HandedCall): void {
    const state = this.#state;
    if (state.t === "calling" && state.handed === handed) return this.end(cancelled());
    handed.leave();
    handed.done.reject(cancelled());
  }

  /** Kills the runner. Whoever waits on this channel is told `error`; a second end changes nothing. */
  end(error: SandboxError): void {
    const state = this.#state;
    if (state.t === "ended") return;
    this.#state = { t: "ended", error };
    this.#outlet.end();
    this.#deadline.end();
    this.#patience.end();
    this.#process.kill();
    this.#process.channel.destroy();
    if (state.t === "calling") {
      state.call.close();
      state.leave();
      state.handed.done.reject(error);
    }
    this.#behind.takeBack();
    this.#free();
    if (state.t === "starting" || state.t === "loading") state.done.reject(error);
  }

  #receive(chunk: Buffer): void {
    if (this.#state.t === "ended") return;
    const speaker = this.#state.t === "calling" ? this.#state.call : undefined;
    if (speaker) this.#vigil.runnerSpoke();
    const startedMs = performance.now();
    try {
      const whole = this.#decoder.whole(chunk);
      if (whole) return this.#accept(parseFromRunner(whole), whole);
      for (const frame of this.#decoder.push(chunk)) {
        this.#accept(parseFromRunner(frame), frame);
        if (this.#stateNow() === "ended") return;
      }
      if (this.#decoder.isMidFrame && ["ready", "idle"].includes(this.#stateNow()))
        throw breach("began to speak out of turn");
    } catch (error) {
      this.end(
        error instanceof SandboxError
          ? error
          : new SandboxError("ERR_RUNNER_DIED", "reading from the runner failed", { cause: error }),
      );
    } finally {
      speaker?.noteBusy(performance.now() - startedMs);
    }
  }

  #accept(message: FromRunner, frame: Frame): void {
    const state = this.#state;
    if (state.t === "starting" && message.t === "ready") {
      if (message.protocol !== PROTOCOL_VERSION)
        throw breach("speaks another version of the protocol");
      this.#settle({ t: "ready" });
      state.done.resolve();
    } else if (state.t === "loading" && message.t === "loaded") {
      if (message.failed !== undefined)
        throw new SandboxError(
          "ERR_COMPONENT_LOAD",
          `the component does not load: ${message.failed}`,
        );
      this.#settle({ t: "idle" });
      state.done.resolve();
    } else if (state.t === "calling" && "id" in message) {
      if (message.id !== state.call.id) throw breach("spoke of a call that is not running");
      if (message.t === "host") state.call.acceptHost(message, frame.body);
      else if (message.t === "note") state.call.acceptNote(message, frame.header.length);
      else
        this.#finish(state, () =>
          state.call.acceptResult(message, frame.body.length || frame.header.length),
        );
    } else throw breach("spoke out of turn");
  }

  #finish(state: State & { t: "calling" }, accept: () => PluginAnswer): void {
    if (state.call.hostCallUnderWay) throw breach("answered while the host owed it an answer");
    // What it says next it may say of the next call, and has been sent it.
    this.#outlet.flush();
    const next = this.#behind.next();
    const isLast = this.#isGivenUp || next?.call.scope.signal.aborted === true;
    if (next && !isLast) this.#begin(next);
    else this.#settle({ t: "idle" });
    state.call.close();
    state.leave();
    const { done } = state.handed;
    try {
      done.resolve(accept());
    } catch (error) {
      done.reject(error);
    }
    if (isLast)
      this.end(new SandboxError("ERR_CALL_CANCELLED", "the runner has calls that were taken back"));
    else if (!next) this.#free();
  }

  #free(): void {
    const then = this.#whenFree;
    this.#whenFree = undefined;
    then?.();
  }

  #settle(state: State): void {
    this.#deadline.clear();
    this.#patience.clear();
    this.#process.watch(false);
    this.#state = state;
  }

  #stateNow(): State["t"] {
    return this.#state.t;
  }

  #assertState(expected: State["t"]): void {
    if (this.#state.t === "ended") throw this.#state.error;
    if (this.#state.t !== expected)
      throw new Error(`the channel is ${this.#state.t}, not ${expected}`);
  }

  #send(head: Buffer, ...parts: readonly (Uint8Array | undefined)[]): void {
    this.#outlet.send(head, ...parts);
    if (this.#state.t === "calling") this.#vigil.runnerActs();
  }
}

function encodeCall(message: CallMessage): Buffer {
  try {
    return encodeHead(message, 0, TO_RUNNER_HEADER_BYTES_MAX);
  } catch (cause) {
    throw new SandboxError("ERR_CALL_INPUT", "the arguments are too large", { cause });
  }
}

function cancelled(): SandboxError {
  return new SandboxError("ERR_CALL_CANCELLED", "the call was cancelled");
}

function breach(what: string): SandboxError {
  return new SandboxError("ERR_CHANNEL_BREACH", `the runner ${what}`);
}
