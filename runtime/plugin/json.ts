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
export const FORBIDDEN_KEYS: ReadonlySet<string> = new Set([
  "__proto__",
  "constructor",
  "prototype",
]);

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
  return new JsonParser(input, source, problems).parse();
}

class JsonParser {
  readonly #limits: JsonLimits;
  readonly #problems: Problems;
  readonly #tokens: JsonTokens;
  readonly #places = new JsonPlaces();
  readonly #stack: Frame[] = [];

  constructor(input: Uint8Array | string, source: JsonSource, problems: Problems) {
    this.#limits = source.limits;
    this.#problems = problems;
    this.#tokens = new JsonTokens(input, source, problems);
  }

  parse(): JsonDocument {
    const tokens = this.#tokens;
    for (let nodes = 1; ; nodes++) {
      tokens.skipSpace();
      const start = tokens.offset;
      if (nodes > this.#limits.nodesMax) {
        throw tokens.problem(`more than ${this.#limits.nodesMax} values`, start);
      }
      const value = this.#openOrScalar();
      const root = value === undefined ? undefined : this.#complete(value, start);
      if (root !== undefined) return root;
    }
  }

  /** Reads a scalar or an empty container; or opens a container, and answers undefined. */
  #openOrScalar(): JsonValue | undefined {
    const tokens = this.#tokens;
    const start = tokens.offset;
    const isArray = tokens.take("[");
    if (!isArray && !tokens.take("{")) return tokens.readScalar();
    if (this.#stack.length >= this.#limits.depthMax) {
      throw tokens.problem(`nested deeper than ${this.#limits.depthMax}`, start);
    }
    tokens.skipSpace();
    if (tokens.take(isArray ? "]" : "}")) return isArray ? [] : {};
    const frame: Frame = { container: isArray ? [] : {}, start, key: "", keyStart: start };
    this.#stack.push(frame);
    if (!isArray) this.#readKey(frame);
    return undefined;
  }

  /** Puts a value into its parent, and closes every parent that it completes; the document, when that was the last. */
  #complete(first: JsonValue, firstStart: number): JsonDocument | undefined {
    const tokens = this.#tokens;
    let [value, start] = [first, firstStart];
    for (;;) {
      const parent = this.#stack.at(-1);
      tokens.skipSpace();
      if (parent === undefined) {
        tokens.assertEnd();
        return this.#document(value, start);
      }
      this.#addMember(parent, value, start);
      const isArray = Array.isArray(parent.container);
      if (tokens.take(",")) {
        if (!isArray) this.#readKey(parent);
        return undefined;
      }
      tokens.expect(isArray ? "]" : "}", "a comma or the end");
      this.#stack.pop();
      [value, start] = [parent.container, parent.start];
    }
  }

  #readKey(frame: Frame): void {
    this.#tokens.skipSpace();
    frame.keyStart = this.#tokens.offset;
    frame.key = this.#tokens.readString({ lines: false });
    this.#tokens.skipSpace();
    this.#tokens.expect(":", "a colon after the key");
  }

  #addMember(parent: Frame, value: JsonValue, start: number): void {
    const { container, key, keyStart } = parent;
    if (Array.isArray(container)) {
      this.#places.note(container, container.length, start);
      container.push(value);
    } else if (FORBIDDEN_KEYS.has(key)) {
      this.#problem(`the key ${quoteText(key)} is not accepted`, keyStart);
    } else if (Object.hasOwn(container, key)) {
      this.#problem(`the key ${quoteText(key)} stands here twice`, keyStart);
    } else {
      this.#places.note(container, key, keyStart);
      container[key] = value;
    }
  }

  #problem(message: string, offset: number): void {
    this.#problems.add(this.#tokens.problem(message, offset));
  }

  #document(value: JsonValue, start: number): JsonDocument {
    const placeOf = (path: readonly (string | number)[]) =>
      this.#tokens.placeAt(this.#places.offsetOf(value, path, start));
    return { value, placeOf };
  }
}
