/** UTF-8, looked up when used: in a component the encoders are installed after this module has loaded. */
export function encodeText(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

/** Bytes that are not UTF-8 become U+FFFD, and a byte order mark is dropped. */
export function decodeText(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes);
}
