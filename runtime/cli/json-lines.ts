import { isJsonObject, type JsonObject, type JsonValue } from "@glovebox/host-api/json";
import { GloveboxError } from "../errors.ts";
import type { JsonLimits } from "../plugin/json.ts";
import { LineSplitter } from "../server/stdio/line-splitter.ts";
import { CliError } from "./errors.ts";
import { parseReadable } from "./scan/read-tools.ts";

/** A line that could not be read, by its number from 1, and why. */
export interface BrokenLine {
  readonly id: string | number | null;
  readonly line: number;
  readonly error: { readonly code: string; readonly message: string };
}

/** What a line came to, under the line's own id. */
export type LineOutcome<Result> = ({ readonly id: string | number } & Result) | BrokenLine;

const DEPTH_MAX = 64;
const NODES_MAX = 500_000;
const BLANK = /^[\t\r ]*$/;
const BLANK_BYTES_MAX = 64;
/** To be read at the end: the last line may have no end of its own. */
export const LAST_LINE_END = Uint8Array.of(0x0a);

/**
 * Reads lines of JSON, each an object with an `id`, and answers each with what `read` makes of it. Holds one line at a time,
 * however long the input; a line that cannot be read is answered with its error, and blank ones are skipped.
 */
export function makeLineReader<Result extends object>(
  lineBytesMax: number,
  read: (value: JsonObject) => Result,
): (piece: Uint8Array) => Iterable<LineOutcome<Result>> {
  const splitter = new LineSplitter(lineBytesMax);
  const limits: JsonLimits = { bytesMax: lineBytesMax, depthMax: DEPTH_MAX, nodesMax: NODES_MAX };
  let number = 0;
  const readLine = (line: Uint8Array | "too long"): LineOutcome<Result> | undefined => {
    let id: string | number | null = null;
    try {
      if (line === "too long") throw invalidLine(`more than ${lineBytesMax} bytes on one line`);
      if (line.length < BLANK_BYTES_MAX && BLANK.test(Buffer.from(line).toString("latin1")))
        return undefined;
      const { value } = parseReadable(line, limits, undefined);
      if (!isJsonObject(value)) throw invalidLine("the line is no object");
      id = readId(value);
      return { id, ...read(value) };
    } catch (error) {
      if (!(error instanceof GloveboxError)) throw error;
      return { id, line: number, error: { code: error.code, message: error.message } };
    }
  };
  return function* (piece) {
    for (const line of splitter.push(piece)) {
      number += 1;
      const outcome = readLine(line);
      if (outcome) yield outcome;
    }
  };
}

/** What a line must not be. */
export function invalidLine(message: string): CliError {
  return new CliError("ERR_SCAN_INPUT", message);
}

/** A value that the line has itself. */
export function own(value: JsonObject, key: string): JsonValue | undefined {
  return Object.hasOwn(value, key) ? value[key] : undefined;
}

function readId(record: JsonObject): string | number {
  const id = own(record, "id");
  if (typeof id === "string" || typeof id === "number") return id;
  throw invalidLine("the line has no `id`");
}
