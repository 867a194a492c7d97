import type { JsonValue } from "@glovebox/host-api/json";
import type { Place } from "../errors.ts";
import type { MakeProblem, Problems } from "./problems.ts";
import { JsonPlaces } from "./json-places.ts";
import { JsonTokens } from "./json-tokens.ts";
import { quoteText } from "./text.ts";

export interface JsonLimits {
  readonly bytesMax: number;
  /** Arrays and objects within each other. */
  readonly depthMax: number;
  /** Values altogether, containers included. */
  readonly nodesMax: number;
}

export interface JsonSource {
  /** The file as the operator knows it; undefined for text that was never a file. */
  readonly file?: string;
  readonly limits: JsonLimits;
  /** The code for text that is not JSON as we accept it. */
  readonly invalid: MakeProblem;
  /** The code for characters that a reader cannot see. */
  readonly hidden: MakeProblem;
}

/** A parsed document that still knows where each value stood. */
export interface JsonDocument {
  readonly value: JsonValue;
  /** Where the value at `path` begins; where its nearest parent begins, when there is none. */
  placeOf(path: readonly (string | number)[]): Place;
}

/** Keys that mean something else than data to careless JavaScript further on. */
export const FORBIDDEN_KEYS: ReadonlySet<string> = new Set(["__proto__", "constructor", "prototype"]);

interface Frame {
  readonly container: JsonValue[] | Record<string, JsonValue>;
  readonly start: number;
  /** The key whose value comes next, in an object. */
  key: string;
  keyStart: number;
}

/**
 * Parses JSON (RFC 8259) that an attacker may have written, and nothing but JSON.
 *
 * Beyond `JSON.parse` it refuses: more bytes, depth or values than `limits`; invalid UTF-8 and a byte order mark;
 * duplicate keys (where `JSON.parse` keeps the last); `__proto__`, `constructor`, `prototype`; lone surrogates;
 * numbers that overflow; characters that a reader cannot see (see `TextRule`).
 * It is a loop with its own stack, so that depth cannot overflow ours.
 * What can be read past is added to `problems`; what cannot is thrown, as one of the source's two errors.
 */
export function parseJson(
  input: Uint8Array | string,
  source: JsonSource,
  problems: Problems,
): JsonDocument {
  const tokens = new JsonTokens(input, source, problems);
  const places = new JsonPlaces();
  const stack: Frame[] = [];
  let nodes = 0;

  for (;;) {
    tokens.skipSpace();
    let start = tokens.offset;
    if (++nodes > source.limits.nodesMax) {
      throw tokens.problem(`more than ${source.limits.nodesMax} values`, start);
    }
    const first = openOrScalar();
    if (first === undefined) continue;
    let value: JsonValue = first;
    // A value is complete: put it into its parent, and close every parent that it completes.
    for (;;) {
      const parent = stack.at(-1);
      tokens.skipSpace();
      if (parent === undefined) {
        tokens.assertEnd();
        return { value, placeOf: (path) => tokens.placeAt(places.offsetOf(value, path, start)) };
      }
      addMember(parent, value, start);
      if (tokens.take(",")) {
        if (!Array.isArray(parent.container)) readKey(parent);
        break;
      }
      tokens.expect(Array.isArray(parent.container) ? "]" : "}", "a comma or the end");
      stack.pop();
      [value, start] = [parent.container, parent.start];
    }
  }

  /** Reads a scalar or an empty container; or opens a container, and answers undefined. */
  function openOrScalar(): JsonValue | undefined {
    const start = tokens.offset;
    const isArray = tokens.take("[");
    if (!isArray && !tokens.take("{")) return tokens.readScalar();
    if (stack.length >= source.limits.depthMax) {
      throw tokens.problem(`nested deeper than ${source.limits.depthMax}`, start);
    }
    tokens.skipSpace();
    if (tokens.take(isArray ? "]" : "}")) return isArray ? [] : {};
    const frame: Frame = { container: isArray ? [] : {}, start, key: "", keyStart: start };
    stack.push(frame);
    if (!isArray) readKey(frame);
    return undefined;
  }

  function readKey(frame: Frame): void {
    tokens.skipSpace();
    frame.keyStart = tokens.offset;
    frame.key = tokens.readString({ lines: false });
    tokens.skipSpace();
    tokens.expect(":", "a colon after the key");
  }

  function addMember(parent: Frame, value: JsonValue, start: number): void {
    if (Array.isArray(parent.container)) {
      places.note(parent.container, parent.container.length, start);
      parent.container.push(value);
      return;
    }
    const { key, keyStart } = parent;
    if (FORBIDDEN_KEYS.has(key)) {
      problems.add(tokens.problem(`the key ${quoteText(key)} is not accepted`, keyStart));
    } else if (Object.hasOwn(parent.container, key)) {
      problems.add(tokens.problem(`the key ${quoteText(key)} stands here twice`, keyStart));
    } else {
      places.note(parent.container, key, keyStart);
      parent.container[key] = value;
    }
  }
}
