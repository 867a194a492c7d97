import { spawn, type ChildProcessWithoutNullStreams } from "node:child_process";
import { createInterface } from "node:readline";
import type { Message, ServedWorkspace } from "../helpers/served-workspace.ts";
import { CODES_UNDER_FIRE, codeOf, pickOperation, type Operation } from "./operations.ts";

const PROBLEMS_MAX = 20;
/**
 * What is alive in the broker is 34 MB. Given room, V8 lets garbage grow to several times that before it looks, and doubles
 * the young generation once it is busy: steps that read like a leak. With this a leak of another 60 MB ends the server.
 */
const LITTLE_ROOM = ["--max-old-space-size=96", "--max-semi-space-size=2"];
/** The C library else keeps freed buffers apart by thread, and takes minutes until every thread has its own. */
const ONE_ARENA = { MALLOC_ARENA_MAX: "1" };

/** Begins the id of a ping that follows a call's being taken back. */
const READ = "read ";
const SENT = 1;
const ANSWERED = 2;

interface Outstanding {
  readonly operation: Operation;
  isCancelled?: boolean;
}

export interface Tally {
  readonly sent: number;
  readonly answered: number;
  readonly cancelled: number;
  /** Answers to calls that had been taken back, sent before the server had read so. */
  readonly crossed: number;
  readonly byCode: Readonly<Record<string, number>>;
}

/**
 * One MCP client over stdio that keeps a number of calls in flight and books every one of them:
 * answered once, by a result that is right or by an expected error, or taken back and not answered.
 */
export class Traffic {
  readonly child: ChildProcessWithoutNullStreams;
  readonly exited: Promise<number | NodeJS.Signals>;
  readonly problems: string[] = [];
  readonly #random: () => number;
  readonly #outstanding = new Map<number, Outstanding>();
  readonly #byCode = new Map<string, number>();
  #states = new Uint8Array(1 << 16);
  #lastId = 0;
  #answered = 0;
  #cancelled = 0;
  #crossed = 0;
  #inFlightMax = 0;
  #quiet: (() => void) | undefined;
  #hasLeft = false;

  constructor({ command }: ServedWorkspace, random: () => number) {
    this.#random = random;
    const args = [...LITTLE_ROOM, ...command.args];
    const env = { ...process.env, ...ONE_ARENA };
    this.child = spawn(command.command, args, { stdio: ["pipe", "pipe", "pipe"], env });
    this.child.stderr.resume();
    this.child.stdin.on("error", () => undefined);
    this.exited = new Promise((resolve) =>
      this.child.once("close", (code, signal) => resolve(code ?? signal ?? -1)),
    );
    createInterface({ input: this.child.stdout }).on("line", (line) => this.#hear(line));
  }

  get tally(): Tally {
    return {
      sent: this.#lastId,
      answered: this.#answered,
      cancelled: this.#cancelled,
      crossed: this.#crossed,
      byCode: Object.fromEntries([...this.#byCode].toSorted(([, a], [, b]) => b - a)),
    };
  }

  initialize(): void {
    const clientInfo = { name: "soak", version: "1" };
    const params = { protocolVersion: "2025-11-25", capabilities: {}, clientInfo };
    this.#write({ id: "initialize", method: "initialize", params });
    this.#write({ method: "notifications/initialized" });
  }

  /** Whether every kind of answer that nobody has to be lucky for has been seen, and `least` answers of any. */
  hasSeen(codes: readonly string[], least: number): boolean {
    return this.#answered >= least && codes.every((code) => this.#byCode.has(code));
  }

  /** Keeps `inFlight` calls going from now on. */
  flow(inFlight: number): void {
    this.#inFlightMax = inFlight;
    this.#fill();
  }

  /** Sends nothing more, and resolves when everything has been answered, or nothing has come for `patienceMs`. */
  async ebb(patienceMs: number): Promise<void> {
    this.#inFlightMax = 0;
    let heard = -1;
    while (this.#open() > 0 && heard !== this.#answered) {
      heard = this.#answered;
      const { promise, resolve } = Promise.withResolvers<void>();
      this.#quiet = resolve;
      const timer = setTimeout(resolve, patienceMs);
      await promise;
      clearTimeout(timer);
      if (this.#open() === 0) break;
    }
    for (const [id, { operation, isCancelled }] of this.#outstanding)
      if (!isCancelled) this.#problem(`call ${id} of ${operation.tool} was never answered`);
  }

  /** Calls that an answer is still owed to. */
  #open(): number {
    let open = 0;
    for (const { isCancelled } of this.#outstanding.values()) if (!isCancelled) open += 1;
    return open;
  }

  #fill(): void {
    while (this.#open() < this.#inFlightMax) this.#send(pickOperation(this.#random));
  }

  #send(operation: Operation): void {
    const id = (this.#lastId += 1);
    const outstanding: Outstanding = { operation };
    this.#outstanding.set(id, outstanding);
    this.#mark(id, SENT);
    const params = {
      name: operation.tool,
      arguments: operation.args,
      _meta: { progressToken: id },
    };
    this.#write({ id, method: "tools/call", params });
    if (operation.cancelAfterMs === undefined) return;
    setTimeout(() => this.#cancel(id, outstanding), operation.cancelAfterMs);
  }

  #cancel(id: number, outstanding: Outstanding): void {
    if (!this.#outstanding.has(id)) return;
    outstanding.isCancelled = true;
    this.#cancelled += 1;
    this.#write({ method: "notifications/cancelled", params: { requestId: id } });
    // The server reads in order: when it answers this, it has read the line above, and nothing may come for the call any more.
    this.#write({ id: `${READ}${id}`, method: "ping" });
    this.#fill();
    if (this.#open() === 0) this.#quiet?.();
  }

  /** Nothing that comes is of interest any more: the end of it may be in the middle of a line. */
  leave(): void {
    this.#hasLeft = true;
    this.child.stdin.end();
  }

  #hear(line: string): void {
    if (this.#hasLeft) return;
    let message: Message;
    try {
      message = JSON.parse(line) as Message;
    } catch {
      return this.#problem(`stdout carried ${JSON.stringify(line.slice(0, 100))}`);
    }
    if (typeof message.id === "string" && message.id.startsWith(READ))
      this.#outstanding.delete(Number(message.id.slice(READ.length)));
    if (typeof message.id === "number" && message.method === undefined)
      this.#book(message.id, message);
  }

  #book(id: number, message: Message): void {
    const outstanding = this.#outstanding.get(id);
    if (this.#states[id] === ANSWERED) return this.#problem(`call ${id} was answered twice`);
    if (outstanding === undefined)
      return this.#problem(`call ${id} was answered after it was taken back, or never made`);
    this.#outstanding.delete(id);
    this.#mark(id, ANSWERED);
    this.#answered += 1;
    if (outstanding.isCancelled) this.#crossed += 1;
    this.#judge(outstanding.operation, message, id);
    this.#fill();
    if (this.#open() === 0) this.#quiet?.();
  }

  #judge({ tool, codes, isRight }: Operation, message: Message, id: number): void {
    const code = codeOf(message);
    this.#byCode.set(code, (this.#byCode.get(code) ?? 0) + 1);
    if (!codes.includes(code) && !CODES_UNDER_FIRE.includes(code))
      this.#problem(
        `call ${id} of ${tool} ended as ${code}: ${JSON.stringify(message).slice(0, 300)}`,
      );
    const text = message.result?.content?.[0]?.text ?? "";
    if (code === "ok" && isRight?.(text) === false)
      this.#problem(`call ${id} of ${tool} was answered ${JSON.stringify(text.slice(0, 100))}`);
    if (code === "OVERLOADED" && !(Number(message.result?.structuredContent?.["retry_after"]) > 0))
      this.#problem(`call ${id} was refused as OVERLOADED without a time to come back`);
  }

  #mark(id: number, state: number): void {
    if (id >= this.#states.length) {
      const larger = new Uint8Array(this.#states.length * 2);
      larger.set(this.#states);
      this.#states = larger;
    }
    this.#states[id] = state;
  }

  #problem(text: string): void {
    if (this.problems.length < PROBLEMS_MAX) this.problems.push(text);
  }

  #write(message: object): void {
    this.child.stdin.write(`${JSON.stringify({ jsonrpc: "2.0", ...message })}\n`);
  }
}
