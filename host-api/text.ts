const ENCODER = new TextEncoder();
const DECODER = new TextDecoder("utf-8", { fatal: true });

export function encodeUtf8(text: string): Uint8Array {
  return ENCODER.encode(text);
}

/** Throws `TypeError` for bytes that are not UTF-8. */
export function decodeUtf8(bytes: Uint8Array): string {
  return DECODER.decode(bytes);
}

/** Whether `text` takes at most `bytesMax` bytes as UTF-8. Encodes only what may fit. */
export function fitsUtf8(text: string, bytesMax: number): boolean {
  return text.length <= bytesMax && ENCODER.encode(text).length <= bytesMax;
}

/** Text that every store and system interface takes as it is: no lone surrogate, and no NUL that would end it early. */
export function isPlainText(text: string): boolean {
  return text.isWellFormed() && !text.includes("\0");
}
