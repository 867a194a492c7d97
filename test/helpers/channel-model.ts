// The state machine of the channel as a table and five numbers, and the steps that a conversation is made of.
import assert from "node:assert/strict";
import * as fc from "fast-check";
import type { HostAnswer } from "@glovebox/host-api/capability";
import { SandboxError, type SandboxErrorCode } from "../../runtime/sandbox/errors.ts";
import { makeCall, makeTerms } from "./hostile-channel.ts";
import { frameOf, type SocketPair } from "./socket-channel.ts";

const HOST_CALLS_MAX = 2;
const OUTPUT_BYTES_MAX = 100;

/** What must be true of the channel. */
export interface Model {
  state: "starting" | "ready" | "loading" | "idle" | "calling" | "ended";
  /** Why it ended. */
  code?: SandboxErrorCode;
  calls: number;
  hostCalls: number;
  /** Whether the runner waits for the host: nothing but notes may come from it. */
  isOwed: boolean;
  /** How each call must have ended, in order; the running one is missing. */
  readonly ends: string[];
  logLines: number;
}

/** The real thing, and what came of each promise that it gave. */
export class Real {
  readonly pair: SocketPair;
  readonly ends: string[] = [];
  readonly endedBrokers: string[] = [];
  logLines = 0;
  sentBytes = 0;
  cancel = new AbortController();
  answer: ((answer: HostAnswer) => void) | undefined;

  constructor(pair: SocketPair) {
    this.pair = pair;
    // Answers are read and thrown away: a runner that reads.
    pair.runner.resume();
  }

  get channel(): SocketPair["channel"] {
    return this.pair.channel;
  }

  async say(bytes: Uint8Array): Promise<void> {
    this.sentBytes += bytes.length;
    this.pair.runner.write(bytes);
    while (this.channel.state !== "ended" && this.pair.bytesRead() < this.sentBytes) await turn();
    await turn();
    await turn();
  }

  call(id: number): void {
    this.cancel = new AbortController();
    const call = makeCall(String(id), { onLog: () => void (this.logLines += 1) });
    const slow = (): Promise<HostAnswer> => new Promise((resolve) => (this.answer = resolve));
    const terms = makeTerms(
      { "kv.slow": slow },
      { hostCalls: HOST_CALLS_MAX, outputBytes: OUTPUT_BYTES_MAX, deadlineMs: 60_000 },
    );
    const brokers = [
      { operations: {}, endCall: (callId: string) => void this.endedBrokers.push(callId) },
    ];
    const scope = { ...call.scope, signal: this.cancel.signal };
    this.channel.call({ ...call, scope }, { ...terms, brokers }).then(
      ({ value }) => this.ends.push(`answered ${JSON.stringify(value)}`),
      (error: unknown) =>
        this.ends.push(error instanceof SandboxError ? error.code : `threw ${String(error)}`),
    );
  }
}

export const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

function end(model: Model, code: SandboxErrorCode): void {
  if (model.state === "ended") return;
  if (model.state === "calling") model.ends.push(code);
  model.state = "ended";
  model.code = code;
  model.isOwed = false;
}

/** Something happens, here and there; afterwards both must say the same. */
abstract class Step implements fc.AsyncCommand<Model, Real> {
  check(_model: Readonly<Model>): boolean {
    return true;
  }

  async run(model: Model, real: Real): Promise<void> {
    this.expect(model);
    await this.act(real, model);
    for (let count = 0; count < 4; count += 1) await turn();
    assert.equal(real.channel.state, model.state);
    assert.deepEqual(real.ends, model.ends);
    assert.equal(real.logLines, model.logLines);
    assert.ok(new Set(real.endedBrokers).size === real.endedBrokers.length, "ended twice");
    if (model.state === "ended")
      await assert.rejects(real.channel.load({ script: new Uint8Array(), modules: [] }, []), {
        code: model.code,
      });
  }

  abstract expect(model: Model): void;
  abstract act(real: Real, model: Model): Promise<void>;
  abstract toString(): string;
}

/** The runner says something. */
class Say extends Step {
  readonly #what: string;
  readonly #bytes: (model: Model) => Buffer;
  readonly #expect: (model: Model) => void;
  readonly #when: (model: Readonly<Model>) => boolean;
  #said: Buffer = Buffer.alloc(0);

  constructor(
    what: string,
    bytes: (model: Model) => Buffer,
    expect: (model: Model) => void,
    when: (model: Readonly<Model>) => boolean = () => true,
  ) {
    super();
    this.#when = when;
    this.#what = what;
    this.#bytes = bytes;
    this.#expect = expect;
  }

  override check(model: Readonly<Model>): boolean {
    return this.#when(model);
  }

  expect(model: Model): void {
    this.#said = this.#bytes(model);
    if (model.state !== "ended") this.#expect(model);
  }

  act(real: Real): Promise<void> {
    return real.say(this.#said);
  }

  toString(): string {
    return `say(${this.#what})`;
  }
}

/** The broker does something, in the only states in which it may. */
class Do extends Step {
  readonly #what: string;
  readonly #when: (model: Readonly<Model>) => boolean;
  readonly #expect: (model: Model) => void;
  readonly #act: (real: Real, model: Model) => void | Promise<void>;

  constructor(
    what: string,
    when: (model: Readonly<Model>) => boolean,
    expect: (model: Model) => void,
    act: (real: Real, model: Model) => void | Promise<void>,
  ) {
    super();
    this.#what = what;
    this.#when = when;
    this.#expect = expect;
    this.#act = act;
  }

  override check(model: Readonly<Model>): boolean {
    return this.#when(model);
  }

  expect(model: Model): void {
    this.#expect(model);
  }

  async act(real: Real, model: Model): Promise<void> {
    await this.#act(real, model);
  }

  toString(): string {
    return `do(${this.#what})`;
  }
}

const breach = (model: Model): void => end(model, "ERR_CHANNEL_BREACH");
const only =
  (state: Model["state"], expect: (model: Model) => void) =>
  (model: Model): void =>
    model.state === state ? expect(model) : breach(model);

export const ready = new Say(
  "ready",
  () => frameOf({ t: "ready", protocol: 1 }),
  only("starting", (model) => (model.state = "ready")),
);
export const otherReady = new Say(
  "ready of another protocol",
  () => frameOf({ t: "ready", protocol: 2 }),
  breach,
);
export const loaded = new Say(
  "loaded",
  () => frameOf({ t: "loaded" }),
  only("loading", (model) => (model.state = "idle")),
);
export const notLoaded = new Say(
  "not loaded",
  () => frameOf({ t: "loaded", failed: "no" }),
  only("loading", (model) => end(model, "ERR_COMPONENT_LOAD")),
);
export const garbage = fc
  .constantFrom('{"t":"loaded" }', "{}", "[]", "", '{"t":"call","id":1}', '{"t":"ready"}')
  .map((text) => new Say(`garbage ${text}`, () => frameOf(text), breach));
export const halfFrame = new Say(
  "the beginning of a frame between calls",
  () => Buffer.alloc(3),
  breach,
  ({ state }) => state === "ready" || state === "idle",
);

/** Of the running call, or of one beside it. */
const skewed = fc.oneof({ weight: 30, arbitrary: fc.constant(0) }, fc.constantFrom(1, -1));
export const host = fc
  .record({
    skew: skewed,
    seq: skewed,
    op: fc.constantFrom(
      ...Array<string>(9).fill("kv.slow"),
      "http.send",
      "http.send",
      "kv.none",
      "sh.run",
    ),
  })
  .map(
    ({ skew, seq, op }) =>
      new Say(
        `host ${op} of call ${skew} in sequence ${seq}`,
        (model) =>
          frameOf({
            t: "host",
            id: Math.max(0, model.calls + skew),
            seq: Math.max(0, model.hostCalls + 1 + seq),
            op,
            args: [],
          }),
        only("calling", (model) => {
          if (skew !== 0 || model.isOwed || seq !== 0) return breach(model);
          model.hostCalls += 1;
          if (model.hostCalls > HOST_CALLS_MAX) return end(model, "ERR_CALL_HOST_CALLS");
          if (op === "kv.none" || op === "sh.run") return breach(model);
          // What nobody granted is refused before anything else can happen.
          model.isOwed = op === "kv.slow";
        }),
      ),
  );
/** Where the one above would nearly always be a breach, this one goes on. */
export const goodHost = new Say(
  "the next host call",
  ({ calls, hostCalls }) =>
    frameOf({ t: "host", id: calls, seq: hostCalls + 1, op: "kv.slow", args: [] }),
  (model) => {
    model.hostCalls += 1;
    if (model.hostCalls > HOST_CALLS_MAX) end(model, "ERR_CALL_HOST_CALLS");
    else model.isOwed = true;
  },
  ({ state, isOwed }) => state === "calling" && !isOwed,
);
export const note = fc.record({ skew: skewed, isGood: fc.boolean() }).map(
  ({ skew, isGood }) =>
    new Say(
      `${isGood ? "good" : "bad"} note of call ${skew}`,
      ({ calls }) =>
        frameOf({
          t: "note",
          id: Math.max(0, calls + skew),
          op: "log",
          args: isGood ? ["info", "x"] : ["info", 1],
        }),
      only("calling", (model) => {
        if (skew !== 0 || !isGood) return breach(model);
        model.logLines += 1;
      }),
    ),
);
const RESULTS: Readonly<Record<string, readonly [message: object, end: string]>> = {
  value: [{ value: [1] }, "answered [1]"],
  empty: [{}, 'answered ""'],
  trap: [{ trap: "trap" }, "ERR_CALL_TRAP"],
  stack: [{ trap: "stack" }, "ERR_CALL_STACK"],
  large: [{ value: "x".repeat(OUTPUT_BYTES_MAX) }, "ERR_CALL_OUTPUT"],
};
export const result = fc
  .record({ skew: skewed, kind: fc.constantFrom(...Object.keys(RESULTS)) })
  .map(({ skew, kind }) => {
    const [message, ending] = RESULTS[kind]!;
    return new Say(
      `result ${kind} of call ${skew}`,
      ({ calls }) => frameOf({ t: "result", id: Math.max(0, calls + skew), ...message }),
      only("calling", (model) => {
        if (skew !== 0 || model.isOwed) return breach(model);
        model.ends.push(ending);
        model.state = "idle";
      }),
    );
  });
export const hangUp = new Do(
  "the runner hangs up",
  ({ state }) => state !== "ended",
  (model) =>
    end(
      model,
      model.state === "starting"
        ? "ERR_RUNNER_START"
        : model.state === "loading"
          ? "ERR_COMPONENT_LOAD"
          : "ERR_RUNNER_DIED",
    ),
  async (real) => {
    real.pair.runner.end();
    while (real.channel.state !== "ended") await turn();
  },
);
export const load = new Do(
  "load",
  ({ state }) => state === "ready",
  (model) => (model.state = "loading"),
  (real) => void real.channel.load({ script: new Uint8Array(3), modules: [] }, []).catch(() => {}),
);
export const call = new Do(
  "call",
  ({ state }) => state === "idle",
  (model) => {
    model.state = "calling";
    model.calls += 1;
    model.hostCalls = 0;
  },
  (real, model) => real.call(model.calls),
);
export const cancel = new Do(
  "cancel",
  ({ state }) => state === "calling",
  (model) => end(model, "ERR_CALL_CANCELLED"),
  (real) => real.cancel.abort(),
);
export const answerHost = new Do(
  "the host answers",
  ({ isOwed }) => isOwed,
  (model) => (model.isOwed = false),
  (real) => real.answer?.({ value: null }),
);
