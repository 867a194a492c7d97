import type { Readable, Writable } from "node:stream";
import {
  parseJSONRPCMessage,
  ProtocolErrorCode,
  type JSONRPCMessage,
  type Transport,
} from "@modelcontextprotocol/server";
import type { JsonObject } from "@glovebox/host-api/json";
import { isDeeperThan, MESSAGE_DEPTH_MAX } from "../mcp/depth.ts";
import { LineSplitter } from "./line-splitter.ts";

/** The client's ends of the pipes. Both are hostile: one may send anything, the other may never be read. */
export interface StdioStreams {
  readonly input: Readable;
  readonly output: Writable;
}

const UTF8 = new TextDecoder("utf-8", { fatal: true });
const MESSAGE_BYTES_MAX = 8 * 1024 * 1024;
/** When this much waits to be read by the client, nothing more that it sent is handled. */
const UNREAD_BYTES_MAX = 16 * 1024 * 1024;
/** A client that has so much to read and takes none of it for this long has gone, though its pipe is open. */
const UNREAD_MS_MAX = 10_000;
/** Lines are handled one after the other for so long, before others get their turn. */
const TURN_MS = 0.5;

/** What answers some messages without the SDK. */
export interface DirectHandler {
  /** Whether the message was taken over. */
  accept(value: unknown): boolean;
  noteSent(message: JSONRPCMessage): void;
  close(): void;
}

/**
 * MCP over a pair of pipes: one JSON-RPC message a line, UTF-8. What is no message is answered with a JSON-RPC
 * error (without an id where it has none that can be trusted) and the connection goes on.
 * The SDK's own transport ends at a long line, says nothing to broken ones, and buffers without end.
 */
export class StdioTransport implements Transport {
  onmessage?: (message: JSONRPCMessage) => void;
  onclose?: () => void;
  onerror?: (error: Error) => void;
  /** Asked about each message before the SDK is. */
  direct?: DirectHandler;
  /** Resolves when the client has gone, or `close` was called. */
  readonly closed: Promise<void>;
  readonly #streams: StdioStreams;
  readonly #lines = new LineSplitter(MESSAGE_BYTES_MAX);
  readonly #resolveClosed: () => void;
  /** Lines that were read and not handled yet, the next one last. */
  #waiting: (Uint8Array | "too long")[] = [];
  #turn: NodeJS.Immediate | undefined;
  #stuck: NodeJS.Timeout | undefined;
  #isClosed = false;
  /** How many pieces of what was written the client has taken. */
  #taken = 0;
  /** Answers of this turn: they leave in one piece. */
  #unwritten = "";

  constructor(streams: StdioStreams) {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.closed = promise;
    this.#resolveClosed = resolve;
    this.#streams = streams;
  }

  start(): Promise<void> {
    const { input, output } = this.#streams;
    input.on("data", this.#read);
    for (const event of ["end", "close", "error"]) input.on(event, this.#end);
    output.on("error", this.#end);
    output.on("drain", this.#goOn);
    if (input.readableEnded || input.destroyed) this.#end();
    return Promise.resolve();
  }

  /** Never waits: a client that does not read is held back by no longer reading from it. */
  send(message: JSONRPCMessage): Promise<void> {
    if (this.#isClosed) return Promise.reject(new Error("The client has gone."));
    this.direct?.noteSent(message);
    if (this.#unwritten === "") process.nextTick(this.#write);
    this.#unwritten += `${JSON.stringify(message)}\n`;
    return Promise.resolve();
  }

  /** Gives the SDK a message that was taken over before. */
  deliver(value: JsonObject): void {
    const message = readMessage(value);
    if (message) this.onmessage?.(message);
  }

  close(): Promise<void> {
    this.#end();
    return Promise.resolve();
  }

  readonly #write = (): void => {
    const lines = this.#unwritten;
    this.#unwritten = "";
    if (lines === "") return;
    this.#streams.output.write(lines, this.#noteTaken);
    // Nothing more may come of a client that asked for all of it before.
    if (this.#isHeldBack()) this.#waitForReader();
  };

  readonly #noteTaken = (): void => void (this.#taken += 1);

  readonly #read = (chunk: Buffer): void => {
    this.#waiting = [...this.#lines.push(chunk).toReversed(), ...this.#waiting];
    this.#goOn();
  };

  readonly #goOn = (): void => {
    if (!this.#turn) this.#handleNext();
  };

  /**
   * Handles a few lines a turn of the event loop, and none while the client has too much to read: a few kilobytes of short
   * requests can ask for gigabytes of answers.
   */
  readonly #handleNext = (): void => {
    this.#turn = undefined;
    const untilMs = performance.now() + TURN_MS;
    do {
      const line = this.#isHeldBack() ? undefined : this.#waiting.pop();
      if (line === undefined || !this.#accept(line)) break;
    } while (performance.now() < untilMs);
    if (this.#isClosed) return;
    const isHeldBack = this.#isHeldBack();
    this.#letIn(!isHeldBack && this.#waiting.length === 0);
    if (isHeldBack) this.#waitForReader();
    if (!isHeldBack && this.#waiting.length > 0) this.#turn = setImmediate(this.#handleNext);
  };

  /** Whether the client has too much to read: then nothing of what it sent is handled, until it reads. */
  #isHeldBack(): boolean {
    const unreadBytes = this.#streams.output.writableLength + this.#unwritten.length;
    return this.#isClosed || unreadBytes > UNREAD_BYTES_MAX;
  }

  /** Ends the connection, unless the client takes something of what waits for it. Its own end is not seen meanwhile. */
  #waitForReader(): void {
    const taken = this.#taken;
    this.#stuck ??= setTimeout(() => {
      this.#stuck = undefined;
      if (!this.#isHeldBack()) return;
      // How much waits does not tell: what runs is answered meanwhile.
      if (this.#taken === taken) {
        const seconds = UNREAD_MS_MAX / 1000;
        const unreadBytes = this.#streams.output.writableLength;
        this.onerror?.(
          new Error(
            `The client has taken nothing of ${unreadBytes} bytes for ${seconds} s and is let go.`,
          ),
        );
        this.#end();
      } else this.#waitForReader();
    }, UNREAD_MS_MAX);
  }

  #letIn(isFlowing: boolean): void {
    const { input } = this.#streams;
    if (input.isPaused() !== isFlowing) return;
    if (isFlowing) input.resume();
    else input.pause();
  }

  readonly #end = (): void => {
    if (this.#isClosed) return;
    this.#write();
    this.#isClosed = true;
    const { input, output } = this.#streams;
    input.off("data", this.#read);
    input.pause();
    output.off("drain", this.#goOn);
    clearTimeout(this.#stuck);
    this.direct?.close();
    this.onclose?.();
    this.#resolveClosed();
  };

  /** Whether another may be handled in this turn: not after one whose answer, of any size, is seen only when it is over. */
  #accept(line: Uint8Array | "too long"): boolean {
    if (line === "too long")
      return this.#refuse(
        ProtocolErrorCode.InvalidRequest,
        `A message is longer than ${MESSAGE_BYTES_MAX} bytes.`,
      );
    let value: unknown;
    try {
      const text = UTF8.decode(line);
      if (text.trim() === "") return true;
      value = JSON.parse(text);
    } catch {
      return this.#refuse(ProtocolErrorCode.ParseError, "A line is not JSON in UTF-8.");
    }
    if (isDeeperThan(value, MESSAGE_DEPTH_MAX))
      return this.#refuse(
        ProtocolErrorCode.InvalidRequest,
        `A message is nested deeper than ${MESSAGE_DEPTH_MAX} levels.`,
        value,
      );
    // What runs in a runner is answered in a later turn.
    if (this.direct?.accept(value)) return true;
    const message = readMessage(value);
    if (!message)
      return this.#refuse(
        ProtocolErrorCode.InvalidRequest,
        "A line is not one JSON-RPC 2.0 message. Batches are not accepted.",
        value,
      );
    this.onmessage?.(message);
    return false;
  }

  #refuse(code: number, message: string, value?: unknown): true {
    this.onerror?.(new Error(message));
    const id = requestIdOf(value);
    // The client has gone when this fails, and that is noticed elsewhere.
    this.send({
      jsonrpc: "2.0",
      ...(id === undefined ? {} : { id }),
      error: { code, message },
    }).catch(() => undefined);
    return true;
  }
}

function readMessage(value: unknown): JSONRPCMessage | undefined {
  try {
    return parseJSONRPCMessage(value);
  } catch {
    return undefined;
  }
}

/** The id of what meant to be a request. That of anything else would answer a request which we never got. */
function requestIdOf(value: unknown): string | number | undefined {
  if (typeof value !== "object" || value === null || !("id" in value) || !("method" in value))
    return undefined;
  const { id } = value;
  return typeof id === "string" || typeof id === "number" ? id : undefined;
}
