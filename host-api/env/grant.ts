import { GrantError } from "../errors.ts";
import type { JsonValue } from "../json.ts";
import { fitsUtf8, isPlainText } from "../text.ts";
import { NAME_BYTES_MAX, VALUE_BYTES_MAX, VALUES_MAX } from "./limits.ts";

/** Values by name. They are the operator's words for this plugin, never the host's environment. */
export type EnvGrant = { readonly [name: string]: string };

const NAME = /^[A-Za-z_][A-Za-z0-9_]*$/;
const REMEDY = "Write the values by name: { UNITS: metric }.";
/** Characters of a value that `formatEnvGrant` shows. */
const SHOWN_CHARS_MAX = 40;

/** Reads `{ NAME: value }`. Throws `GrantError`. */
export function parseEnvGrant(value: unknown): EnvGrant {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new GrantError("the env grant is not an object", REMEDY);
  }
  const entries = Object.entries(value);
  if (entries.length === 0) throw new GrantError("the env grant names no value", REMEDY);
  if (entries.length > VALUES_MAX) {
    throw new GrantError(`the env grant has more than ${VALUES_MAX} values`, "Leave some out.");
  }
  for (const [name, text] of entries) verifyEntry(name, text);
  return Object.fromEntries(entries);
}

function verifyEntry(name: string, text: unknown): void {
  // `__proto__` is a well-formed name, but readers of JSON and YAML disagree on what it does.
  if (!NAME.test(name) || name.length > NAME_BYTES_MAX || name === "__proto__") {
    throw new GrantError(
      "the name of a value is not a plain name",
      "Use letters, digits and `_`, not beginning with a digit, at most 128.",
      [name],
    );
  }
  if (typeof text !== "string") {
    throw new GrantError("the value is not a string", 'Put it in quotes: "8080".', [name]);
  }
  if (!fitsUtf8(text, VALUE_BYTES_MAX) || !isPlainText(text)) {
    throw new GrantError("the value is too long or has a NUL", "Use text of at most 4096 bytes.", [
      name,
    ]);
  }
}

/** Reads the text after `--grant env=`: `UNITS=metric,LANG=en`. Throws `GrantError`. */
export function parseEnvFlag(text: string): JsonValue {
  const values = new Map<string, string>();
  for (const part of text.split(",")) {
    const [name, value] = splitOnce(part, "=");
    if (value === undefined || values.has(name)) {
      throw new GrantError(
        "a part of the env grant is not NAME=VALUE, or names a value twice",
        "Write NAME=VALUE, separated by commas. A value with a comma goes into the configuration file.",
      );
    }
    values.set(name, value);
  }
  return parseEnvGrant(Object.fromEntries(values));
}

function splitOnce(text: string, separator: string): readonly [string, string | undefined] {
  const index = text.indexOf(separator);
  return index < 0
    ? [text, undefined]
    : [text.slice(0, index), text.slice(index + separator.length)];
}

/** The values may be a manifest's words, so whatever could move a cursor or hide is escaped. */
export function formatEnvGrant(grant: EnvGrant): string {
  return Object.entries(grant)
    .map(([name, value]) => `${name}=${quoteValue(value)}`)
    .join(", ");
}

function quoteValue(value: string): string {
  const shown = value.length > SHOWN_CHARS_MAX ? `${value.slice(0, SHOWN_CHARS_MAX)}…` : value;
  return JSON.stringify(shown).replace(
    /[^\x20-\x7e…]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

/** The operator chooses the values, so what counts is which names are there. */
export function envCovers(granted: EnvGrant, requested: EnvGrant): boolean {
  return Object.keys(requested).every((name) => Object.hasOwn(granted, name));
}
