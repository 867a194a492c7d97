import { setTimeout as sleep } from "node:timers/promises";
import {
  CAPABILITY_NAMES,
  type CallScope,
  type CapabilityBroker,
  type HostAnswer,
  type HostOperation,
} from "@glovebox/host-api/capability";
import { HostError, type HostErrorTag } from "@glovebox/host-api/errors";
import type { JsonValue } from "@glovebox/host-api/json";
import { URI_CHARS_MAX } from "@glovebox/host-api/notify/guest";
import { SandboxError, type SandboxErrorCode } from "./errors.ts";
import { encodeHead } from "./frames.ts";
import type { Limits } from "./limits.ts";
import {
  BODY_BYTES_MAX,
  TO_RUNNER_HEADER_BYTES_MAX,
  type AnswerMessage,
  type HostMessage,
  type NoteMessage,
  type ResultMessage,
} from "./protocol.ts";
import type { PluginAnswer, PluginCall, Spent } from "./sandbox.ts";

/** The authority and the limits of one plugin's calls. */
export interface CallTerms {
  readonly limits: Limits;
  readonly operations: ReadonlyMap<string, HostOperation>;
  readonly brokers: readonly CapabilityBroker[];
}

/** Operations of all brokers by wire name. A name that two of them serve is a mistake of ours. */
export function collectOperations(
  brokers: readonly CapabilityBroker[],
): ReadonlyMap<string, HostOperation> {
  const operations = new Map<string, HostOperation>();
  for (const [name, operation] of brokers.flatMap((broker) => Object.entries(broker.operations))) {
    if (operations.has(name)) throw new Error(`two brokers serve ${name}`);
    operations.set(name, operation);
  }
  return operations;
}

/** Past these an honest plugin's log is a flood: reading it costs the broker more than dropping lines saves. */
export const NOTE_LIMITS = {
  countMax: 20_000,
  bytesMax: 16 * 1024 * 1024,
  progressMax: 1000,
  changesMax: 100,
};

/** How long a call may keep the broker's thread before it is slowed down, and how many times as long it then pauses. */
// debt("GB-017"): one thread serves all; who uses much of it pauses.
export const PACE = { freeMs: 250, pauseFactor: 2 } as const;

/** What a log line costs besides its text: whoever keeps it makes a record of it. */
const LINE_BYTES = 200;

const CHANGES = ["tools", "prompts", "resources", "updated"] as const;

const LOG_LEVELS: readonly JsonValue[] = ["debug", "info", "warn", "error"];

const TRAP_CODES = {
  trap: "ERR_CALL_TRAP",
  error: "ERR_CALL_TRAP",
  exit: "ERR_CALL_TRAP",
  stack: "ERR_CALL_STACK",
  memory: "ERR_CALL_MEMORY",
  output: "ERR_CALL_OUTPUT",
} as const satisfies Record<NonNullable<ResultMessage["trap"]>, SandboxErrorCode>;

/** Why what the host still does for a call is stopped. One for all: each new one would gather a stack that nobody reads. */
const OVER = new DOMException("The call has ended.", "AbortError");

type Send = (head: Buffer, body?: Uint8Array) => void;

/**
 * One call on a channel: what it may still use, and what the host does on its behalf.
 * Methods that take a message throw `SandboxError` when the runner must be killed for it.
 */
export class RunningCall {
  readonly id: number;
  readonly #call: PluginCall;
  readonly #terms: CallTerms;
  readonly #send: Send;
  /** Made by the first host call: most calls make none. */
  #ended: AbortController | undefined;
  #isOver = false;
  readonly #startedMs = performance.now();
  #hostCallUnderWay = false;
  #hostCalls = 0;
  #busyMs = 0;
  #notes = 0;
  #noteBytes = 0;
  #progressReports = 0;
  #changes = 0;
  #logBytes = 0;
  #logBytesDropped = 0;

  constructor(id: number, call: PluginCall, terms: CallTerms, send: Send) {
    this.id = id;
    this.#call = call;
    this.#terms = terms;
    this.#send = send;
  }

  acceptHost(message: HostMessage, body: Uint8Array): void {
    if (this.#hostCallUnderWay) throw breach("asked the host while it was owed an answer");
    if (message.seq !== this.#hostCalls + 1) throw breach("asked the host out of sequence");
    this.#hostCalls += 1;
    if (this.#hostCalls > this.#terms.limits.hostCalls) {
      throw new SandboxError(
        "ERR_CALL_HOST_CALLS",
        `more than ${this.#terms.limits.hostCalls} host calls in one call`,
      );
    }
    const operation =
      this.#terms.operations.get(message.op) ??
      (this.#isCapabilityWithoutGrant(message.op) ? refuseWithoutGrant : undefined);
    if (operation === undefined) throw breach("asked for an operation that does not exist");
    this.#hostCallUnderWay = true;
    void this.#perform(operation, message, body);
  }

  /** The broker's one thread was at work for this call, and for nobody else, this long. */
  noteBusy(durationMs: number): void {
    this.#busyMs += durationMs;
  }

  acceptNote(message: NoteMessage, headerBytes: number): void {
    this.#notes += 1;
    this.#noteBytes += headerBytes;
    if (this.#notes > NOTE_LIMITS.countMax || this.#noteBytes > NOTE_LIMITS.bytesMax) {
      throw new SandboxError("ERR_CALL_LOG", "the call flooded its log");
    }
    if (message.op === "log") this.#log(message.args);
    else if (message.op === "progress") this.#progress(message.args);
    else this.#change(message.args);
  }

  /** The plugin's answer. Throws `SandboxError` when it trapped or answered too much; the runner may go on. */
  acceptResult(message: ResultMessage, resultBytes: number): PluginAnswer {
    if (message.trap !== undefined) {
      throw new SandboxError(TRAP_CODES[message.trap], `the call ended as: ${message.trap}`);
    }
    const { outputBytes } = this.#terms.limits;
    if (resultBytes > outputBytes) {
      throw new SandboxError(
        "ERR_CALL_OUTPUT",
        `an answer of ${resultBytes} bytes; at most ${outputBytes} are allowed`,
      );
    }
    return {
      value: message.value ?? null,
      durationMs: performance.now() - this.#startedMs,
      ...this.spent,
      ...(message.err === undefined ? {} : { err: message.err }),
    };
  }

  get spent(): Spent {
    return { hostCalls: this.#hostCalls, logBytesDropped: this.#logBytesDropped };
  }

  get hostCallUnderWay(): boolean {
    return this.#hostCallUnderWay;
  }

  /** The call is over, however it ended: nothing more is done or sent on its behalf. */
  close(): void {
    this.#isOver = true;
    this.#ended?.abort(OVER);
    // An operation that is still under way may open something yet; it is dropped when that has settled.
    if (!this.#hostCallUnderWay) this.#endBrokers();
  }

  async #perform(
    operation: HostOperation,
    { args, seq }: HostMessage,
    body: Uint8Array,
  ): Promise<void> {
    this.#ended ??= new AbortController();
    const { signal } = this.#ended;
    const scope: CallScope = { ...this.#call.scope, signal };
    let answer: HostAnswer | undefined;
    let refusal: HostErrorTag = "internal";
    try {
      answer = await operation({ args, body }, scope);
    } catch (error) {
      if (error instanceof HostError) refusal = error.tag;
    }
    if (this.#busyMs > PACE.freeMs) await this.#pace(signal);
    this.#hostCallUnderWay = false;
    if (this.#isOver) this.#endBrokers();
    else if (answer === undefined) this.#refuse(seq, refusal);
    else this.#answer(seq, answer);
  }

  /** A call that keeps the broker busy waits for its answers, so that other plugins' calls get their turn. */
  async #pace(signal: AbortSignal): Promise<void> {
    const pauseMs = (this.#busyMs - PACE.freeMs) * PACE.pauseFactor;
    this.#busyMs = PACE.freeMs;
    await sleep(pauseMs, undefined, { signal }).catch(() => {});
  }

  #answer(seq: number, { value, body }: HostAnswer): void {
    const bodyBytes = body?.length ?? 0;
    if (bodyBytes > BODY_BYTES_MAX) return this.#refuse(seq, "too-large");
    let head: Buffer;
    try {
      head = encodeHead(
        { t: "answer", seq, value } satisfies AnswerMessage,
        bodyBytes,
        TO_RUNNER_HEADER_BYTES_MAX,
      );
    } catch (error) {
      return this.#refuse(seq, error instanceof RangeError ? "too-large" : "internal");
    }
    this.#send(head, body);
  }

  #refuse(seq: number, refused: HostErrorTag): void {
    this.#send(encodeHead({ t: "answer", seq, refused } satisfies AnswerMessage, 0));
  }

  /** An honest plugin may ask for what it was not granted. Inside a granted capability every name is known. */
  #isCapabilityWithoutGrant(name: string): boolean {
    const capability = name.slice(0, name.indexOf("."));
    if (!(CAPABILITY_NAMES as readonly string[]).includes(capability)) return false;
    return ![...this.#terms.operations.keys()].some((known) => known.startsWith(`${capability}.`));
  }

  #log(args: readonly JsonValue[]): void {
    const [level, message] = args;
    if (
      args.length !== 2 ||
      typeof level !== "string" ||
      typeof message !== "string" ||
      !LOG_LEVELS.includes(level)
    ) {
      throw breach("logged what is no log line");
    }
    const bytes = LINE_BYTES + Buffer.byteLength(message);
    if (this.#logBytes + bytes > this.#terms.limits.logBytes) this.#logBytesDropped += bytes;
    else {
      this.#logBytes += bytes;
      this.#call.onLog?.(level, message);
    }
  }

  #progress(args: readonly JsonValue[]): void {
    const [progress, total = null, message = null] = args;
    if (
      args.length > 3 ||
      typeof progress !== "number" ||
      (typeof total !== "number" && total !== null) ||
      (typeof message !== "string" && message !== null)
    ) {
      throw breach("reported what is no progress");
    }
    this.#progressReports += 1;
    if (this.#progressReports > NOTE_LIMITS.progressMax) return;
    this.#call.onProgress?.(progress, total ?? undefined, message ?? undefined);
  }

  /** What is over the limit is lost: whoever is told reads everything again anyway. */
  #change(args: readonly JsonValue[]): void {
    const [what, uri] = args;
    const known = CHANGES.find((name) => name === what);
    const isUpdate = known === "updated";
    const address = isUpdate && typeof uri === "string" ? uri : undefined;
    const isWhole = isUpdate
      ? address !== undefined && address.length <= URI_CHARS_MAX
      : uri === null;
    if (args.length !== 2 || known === undefined || !isWhole)
      throw breach("told of what is no change");
    this.#changes += 1;
    if (this.#changes > NOTE_LIMITS.changesMax) return;
    this.#call.onChange?.(
      known === "updated" ? { what: known, uri: address ?? "" } : { what: known },
    );
  }

  #endBrokers(): void {
    for (const broker of this.#terms.brokers) {
      try {
        broker.endCall?.(this.#call.scope.callId);
      } catch {
        // One broker's failure to tidy must not keep the others from it. `close` gets everything in the end.
      }
    }
  }
}

// debt("GB-018"): counted, and not named in the record.
function refuseWithoutGrant(): never {
  throw new HostError("not-permitted", "the capability is not granted");
}

function breach(what: string): SandboxError {
  return new SandboxError("ERR_CHANNEL_BREACH", `the runner ${what}`);
}
