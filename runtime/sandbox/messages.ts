import type { JsonValue } from "@glovebox/host-api/json";
import { SandboxError } from "./errors.ts";
import type { Frame } from "./frames.ts";
import type { FromRunner, NoteMessage, ResultMessage } from "./protocol.ts";

/** What one message may hold. An honest runner stays far below. */
export const MESSAGE_LIMITS = {
  depthMax: 64,
  argsMax: 16,
  operationCharactersMax: 64,
  failureCharactersMax: 200,
} as const;

const TRAPS = [
  "trap",
  "stack",
  "memory",
  "exit",
  "error",
  "output",
] as const satisfies ResultMessage["trap"][];
const UTF8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
const OPERATION = /^[a-z][a-zA-Z0-9-]*(\.[a-z][a-zA-Z0-9-]*)+$/;

interface Shape {
  readonly needed: readonly string[];
  readonly allowed: ReadonlySet<string>;
}

/** Exactly these keys, in any order, and those of the second list or not. */
function shape(needed: readonly string[], optional: readonly string[] = []): Shape {
  return { needed, allowed: new Set([...needed, ...optional]) };
}

const SHAPES: Readonly<Record<string, Shape>> = {
  ready: shape(["t", "protocol"]),
  loaded: shape(["t"], ["failed"]),
  host: shape(["t", "id", "seq", "op", "args"]),
  note: shape(["t", "id", "op", "args"]),
  result: shape(["t", "id"], ["value", "err", "trap"]),
};

/**
 * Reads the header of a frame that a runner sent. Every byte is the runner's, and it is held for hostile:
 * anything but one of the five messages, to the letter, throws `ERR_CHANNEL_BREACH`.
 * Turn, ids and limits of the call are not checked here: the channel's state machine does.
 */
export function parseFromRunner(frame: Frame): FromRunner {
  return readPlainResult(frame) ?? parseAny(frame);
}

const PLAIN_RESULT = /^\{"t":"result","id":(0|[1-9]\d{0,14})\}$/;
const PLAIN_RESULT_BYTES_MAX = 64;

/** How nearly every call ends, to the letter: a text in the body, and nothing in the header that could be read in two ways. */
function readPlainResult({ header, body }: Frame): ResultMessage | undefined {
  if (header.length > PLAIN_RESULT_BYTES_MAX) return undefined;
  const id = PLAIN_RESULT.exec(header.toString("latin1"))?.[1];
  return id === undefined ? undefined : { t: "result", id: Number(id), value: parseText(body) };
}

function parseAny(frame: Frame): FromRunner {
  const message = parseHeader(frame.header);
  const type = message["t"];
  const known = typeof type === "string" && Object.hasOwn(SHAPES, type) ? SHAPES[type] : undefined;
  if (known === undefined) throw breach("a message of unknown type");
  assertKeys(message, known);
  switch (type) {
    case "ready":
      assertNoBody(frame);
      return { t: "ready", protocol: parseCount(message["protocol"]) };
    case "loaded":
      assertNoBody(frame);
      return "failed" in message
        ? { t: "loaded", failed: parseFailure(message["failed"]) }
        : { t: "loaded" };
    case "host":
      return {
        t: "host",
        id: parseCount(message["id"]),
        seq: parseCount(message["seq"]),
        op: parseOperation(message["op"]),
        args: parseArgs(message["args"]),
      };
    case "note":
      assertNoBody(frame);
      if (!isNote(message["op"])) throw breach("a note of unknown kind");
      return {
        t: "note",
        id: parseCount(message["id"]),
        op: message["op"],
        args: parseArgs(message["args"]),
      };
    default:
      return parseResult(message, frame);
  }
}

function isNote(value: JsonValue | undefined): value is NoteMessage["op"] {
  return value === "log" || value === "progress" || value === "notify";
}

function parseHeader(header: Buffer): Record<string, JsonValue> {
  let text: string;
  let value: unknown;
  try {
    text = UTF8.decode(header);
    value = JSON.parse(text);
  } catch (cause) {
    throw breach("a header that is not JSON in UTF-8", cause);
  }
  if (typeof value !== "object" || value === null || Array.isArray(value))
    throw breach("a header that is no object");
  assertPlain(value, 0);
  // An honest runner writes with `JSON.stringify`. What says the same in other words (a key twice, blanks, 1.0, -0)
  // was written by somebody else, who may hope that two readers read it differently.
  if (JSON.stringify(value) !== text) throw breach("a header in other words than an honest one");
  return value as Record<string, JsonValue>;
}

/**
 * Bounds depth, and refuses what JSON text can say and JSON data should not: `__proto__`, 1e999, half surrogates.
 * The count of values is bounded by the header's length.
 */
function assertPlain(value: unknown, depth: number): void {
  if (depth > MESSAGE_LIMITS.depthMax) throw breach("a header nested too deep");
  if (typeof value === "string") {
    if (!value.isWellFormed()) throw breach("a string with half a surrogate pair");
  } else if (typeof value === "number") {
    if (!Number.isFinite(value)) throw breach("a number without a value");
  } else if (Array.isArray(value)) {
    for (const item of value) assertPlain(item, depth + 1);
  } else if (typeof value === "object" && value !== null) {
    for (const [key, item] of Object.entries(value)) {
      if (key === "__proto__" || !key.isWellFormed()) throw breach("a forbidden key");
      assertPlain(item, depth + 1);
    }
  }
}

function assertKeys(message: Record<string, JsonValue>, { needed, allowed }: Shape): void {
  for (const key of Object.keys(message))
    if (!allowed.has(key)) throw breach("a message with an unknown key");
  for (const key of needed)
    if (!Object.hasOwn(message, key)) throw breach("a message that lacks a key");
}

function assertNoBody(frame: Frame): void {
  if (frame.body.length > 0) throw breach("a body where none belongs");
}

function parseResult(message: Record<string, JsonValue>, frame: Frame): ResultMessage {
  const id = parseCount(message["id"]);
  const ends = ["value", "err", "trap"].filter((key) => Object.hasOwn(message, key));
  if (ends.length > 1) throw breach("a result that ends in two ways");
  if (ends.length === 0) return { t: "result", id, value: parseText(frame.body) };
  assertNoBody(frame);
  if (message["trap"] !== undefined) {
    const trap = TRAPS.find((name) => name === message["trap"]);
    if (trap === undefined) throw breach("a trap of unknown class");
    return { t: "result", id, trap };
  }
  if (message["err"] !== undefined) return { t: "result", id, err: message["err"] };
  return { t: "result", id, value: message["value"] as JsonValue };
}

function parseText(body: Buffer): string {
  try {
    return UTF8.decode(body);
  } catch (cause) {
    throw breach("a result that is not UTF-8", cause);
  }
}

function parseCount(value: JsonValue | undefined): number {
  if (!Number.isSafeInteger(value) || (value as number) < 0)
    throw breach("a count that is no whole number");
  return value as number;
}

function parseArgs(value: JsonValue | undefined): readonly JsonValue[] {
  if (!Array.isArray(value) || value.length > MESSAGE_LIMITS.argsMax)
    throw breach("arguments that are no short list");
  return value;
}

function parseOperation(value: JsonValue | undefined): string {
  if (
    typeof value !== "string" ||
    value.length > MESSAGE_LIMITS.operationCharactersMax ||
    !OPERATION.test(value)
  ) {
    throw breach("an operation without a proper name");
  }
  return value;
}

/** The runner's words for a failed load: for the operator, cut to printable ASCII. */
function parseFailure(value: JsonValue | undefined): string {
  if (typeof value !== "string") throw breach("a failure without words");
  return value.slice(0, MESSAGE_LIMITS.failureCharactersMax).replace(/[^ -~]/g, "?");
}

function breach(what: string, cause?: unknown): SandboxError {
  return new SandboxError(
    "ERR_CHANNEL_BREACH",
    `the runner sent ${what}`,
    cause === undefined ? {} : { cause },
  );
}
