import type { Cursor } from "../plugin/cursor.ts";

const BASE64 = /^[A-Za-z0-9+/]+={0,2}$/;

/**
 * Decodes base64 (RFC 4648, section 4) that has one spelling only: full padding, no spare bits, no white space.
 * `Buffer` alone skips what it does not know. Answers undefined for anything else, and for the empty text.
 */
export function decodeBase64(text: string): Buffer | undefined {
  if (!BASE64.test(text)) return undefined;
  const bytes = Buffer.from(text, "base64");
  return bytes.toString("base64") === text ? bytes : undefined;
}

const BYTES_MAX = 24 * 1024;

/** Reads a member that is such base64. Inside `collectProblems` only: what is wrong is reported, and the answer empty. */
export function readBase64(member: Cursor, bytesMax = BYTES_MAX): Uint8Array {
  const lengthMax = 4 * Math.ceil(bytesMax / 3);
  const text = member.string({ lengthMin: 1, lengthMax });
  const bytes = text.length > lengthMax ? undefined : decodeBase64(text);
  if (bytes === undefined && member.value !== undefined) member.problem("not plain base64");
  return bytes ?? new Uint8Array();
}
