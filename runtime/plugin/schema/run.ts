import type { JsonObject, JsonValue } from "@glovebox/host-api/json";

/** What is wrong with one part of a value, in words for a model. */
export interface Issue {
  /** `files[0].name`; empty for the value as a whole. */
  readonly path: string;
  readonly message: string;
}

/**
 * Work that one validation may take, in units of about 0.1 us. The schema is a plugin's and the value a client's: they
 * may work together, so time is bounded by counting and not by trusting either.
 */
export const STEPS_MAX = 2_000_000;
/** Schemas within schemas at one moment: bounds a `$ref` that leads back to itself without going into the value. */
export const FRAMES_MAX = 300;
export const ISSUES_MAX = 10;
const ECHO_LENGTH_MAX = 80;
const MESSAGE_LENGTH_MAX = 400;

/** Thrown and caught within this room only. */
export class TooComplex extends Error {
  override readonly name = "TooComplex";
}

/** One validation under way: where it is, what it has found, what it may still spend. */
export class Run {
  readonly issues: Issue[] = [];
  readonly #path: (string | number)[] = [];
  #quiet = 0;
  #steps = STEPS_MAX;
  #frames = 0;

  spend(steps: number): void {
    this.#steps -= steps;
    if (this.#steps < 0) throw new TooComplex();
  }

  /** Whether further checks of a value that already failed could still add to the answer. */
  get wantsMore(): boolean {
    return this.#quiet === 0 && this.issues.length < ISSUES_MAX;
  }

  /** Notes an issue at the current place. Always false, so that a check can end with it. */
  fail(message: () => string): false {
    if (!this.wantsMore) return false;
    this.issues.push({
      path: formatPath(this.#path),
      message: clip(message(), MESSAGE_LENGTH_MAX),
    });
    return false;
  }

  /** Runs a check on a part of the value. */
  within(key: string | number, check: () => boolean): boolean {
    this.spend(1);
    this.#path.push(key);
    const valid = check();
    this.#path.pop();
    return valid;
  }

  /** Runs a check whose failure is not an issue by itself. */
  quietly(check: () => boolean): boolean {
    this.spend(1);
    this.#quiet += 1;
    const valid = check();
    this.#quiet -= 1;
    return valid;
  }

  /** Runs the checks of one schema. */
  frame(check: () => boolean): boolean {
    this.spend(1);
    if (this.#frames >= FRAMES_MAX) throw new TooComplex();
    this.#frames += 1;
    const valid = check();
    this.#frames -= 1;
    return valid;
  }
}

function formatPath(path: readonly (string | number)[]): string {
  const text = path
    .map((key) => {
      if (typeof key === "number") return `[${key}]`;
      return /^[A-Za-z_$][\w$-]{0,79}$/u.test(key) ? `.${key}` : `[${echo(key)}]`;
    })
    .join("")
    .replace(/^\./u, "");
  return clip(text, ECHO_LENGTH_MAX);
}

function clip(text: string, lengthMax: number): string {
  return text.length <= lengthMax ? text : `${text.slice(0, lengthMax - 1)}…`;
}

/** The names of an object's members. An engine takes up to 1 us for each in a large object. */
export function keysOf(value: JsonObject, run: Run): readonly string[] {
  const keys = Object.keys(value);
  run.spend(keys.length * 10);
  return keys;
}

/** A part of the client's value or of the schema in a message: short, quoted, nothing invisible. */
export function echo(value: JsonValue): string {
  const text =
    typeof value === "string"
      ? JSON.stringify(value.slice(0, ECHO_LENGTH_MAX))
      : JSON.stringify(value);
  const visible = text.replace(
    /[^\x20-\x7e\p{L}\p{N}]/gu,
    (hidden) => `\\u{${hidden.codePointAt(0)?.toString(16)}}`,
  );
  return clip(visible, ECHO_LENGTH_MAX);
}

/** A text that is equal exactly for values that are equal as JSON: keys sorted, `1.0` as `1`. */
export function equalityText(value: JsonValue, run: Run | undefined): string {
  run?.spend(4);
  if (typeof value === "string") {
    run?.spend(value.length / 16);
    return JSON.stringify(value);
  }
  if (Array.isArray(value)) return `[${value.map((item) => equalityText(item, run)).join(",")}]`;
  if (typeof value !== "object" || value === null) return String(value === 0 ? 0 : value);
  const members = Object.entries(value).toSorted(([left], [right]) => (left < right ? -1 : 1));
  run?.spend(members.length * 10);
  return `{${members.map(([key, item]) => `${JSON.stringify(key)}:${equalityText(item, run)}`).join(",")}}`;
}
