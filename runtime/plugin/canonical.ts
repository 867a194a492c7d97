import { hash } from "node:crypto";
import canonicalize from "canonicalize";
import { PluginError } from "./errors.ts";
import type { Digest } from "./formats.ts";
import { quoteText } from "./text.ts";
import type { JsonValue } from "@glovebox/host-api/json";

const DIGEST = /^sha256:[0-9a-f]{64}$/;

/**
 * The canonical form of a JSON value (RFC 8785): keys sorted by UTF-16 code units, no space, numbers as ECMAScript
 * prints them. Members that are `undefined` are left out.
 * Throws `TypeError` for what JSON cannot carry: the value came from our own code, never from a file.
 */
export function canonicalText(value: unknown): string {
  const text = canonicalize(value);
  if (text === undefined) throw new TypeError("not a JSON value");
  return text;
}

/** The canonical form as UTF-8 bytes. */
export function canonicalBytes(value: unknown): Uint8Array {
  return new TextEncoder().encode(canonicalText(value));
}

/** SHA-256 of a value's canonical form: equal for equal data, however a file spells it. */
export function digestOf(value: unknown): Digest {
  return `sha256:${hash("sha256", canonicalText(value), "hex")}`;
}

/** SHA-256 of the bytes as they are. */
export function digestOfBytes(bytes: Uint8Array): Digest {
  return `sha256:${hash("sha256", bytes, "hex")}`;
}

/** Reads `sha256:` and 64 lower-case hex digits. Throws `ERR_DIGEST_INVALID`. */
export function parseDigest(value: unknown): Digest {
  if (isDigest(value)) return value;
  const what = typeof value === "string" ? quoteText(value) : typeof value;
  throw new PluginError("ERR_DIGEST_INVALID", `${what} is not a SHA-256 digest`);
}

export function isDigest(value: unknown): value is Digest {
  return typeof value === "string" && DIGEST.test(value);
}

/** The same, or null for what has no canonical form. */
export function digestOrNull(value: JsonValue): string | null {
  try {
    return digestOf(value);
  } catch {
    return null;
  }
}
