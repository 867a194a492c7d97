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
