import { TextDecoder, TextEncoder } from "../globals/encoding.ts";

export function encodeText(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

/** Bytes that are not UTF-8 become U+FFFD, and a byte order mark is dropped. */
export function decodeText(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes);
}
