import type { SpanList } from "./span.ts";

const LENGTH_MIN = 24;
/** What is decoded of one run, and of all runs of a text together. */
const LENGTH_MAX = 512 * 1024;
const HEAD = 16;
const HEX_LENGTH_MIN = 40;
const VALUES = new Int8Array(128).fill(-1);
"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
  .split("")
  .forEach((digit, value) => (VALUES[digit.charCodeAt(0)] = value));
VALUES[0x2d] = 62;
VALUES[0x5f] = 63;

/** A place of a text that is written in base 64 and reads as text. */
export interface EncodedRun {
  readonly start: number;
  readonly end: number;
  readonly as: "base64" | "hex";
}

/** Notes a run that seems to be text in base 64. It begins with letters and digits; `+` and `/` may go on. */
// debt("GB-066"): one level.
export function readBase64Run(text: string, start: number, runEnd: number, list: SpanList): void {
  if (start < list.encodedTo) return;
  if (runEnd - start >= HEX_LENGTH_MIN && isHexText(text, start, runEnd)) {
    list.encodedTo = runEnd;
    list.encoded.push({ start, end: runEnd, as: "hex" });
    return;
  }
  if (!isPrintable(text, start)) return;
  let end = runEnd;
  const limit = Math.min(text.length, start + LENGTH_MAX);
  while (end < limit && isBase64(text.charCodeAt(end))) end++;
  list.encodedTo = end;
  if (end - start >= LENGTH_MIN) list.encoded.push({ start, end, as: "base64" });
}

/** An even number of hexadecimal digits whose first bytes are characters of a text. */
function isHexText(text: string, start: number, end: number): boolean {
  if ((end - start) % 2 !== 0) return false;
  for (let index = start; index < start + HEAD; index += 2) {
    const byte = Number.parseInt(text.slice(index, index + 2), 16);
    if (!(byte >= 0x20 && byte < 0x7f)) return false;
  }
  return true;
}

function isBase64(code: number): boolean {
  return code < 128 && ((VALUES[code] ?? -1) >= 0 || code === 0x3d);
}

/** Whether its first bytes are characters of a text: of keys and pictures they are not, but for one in hundreds. */
function isPrintable(text: string, start: number): boolean {
  let [bits, count] = [0, 0];
  for (let index = start; index < start + HEAD; index++) {
    const value = VALUES[text.charCodeAt(index) & 0x7f] ?? -1;
    if (value < 0) return false;
    bits = ((bits << 6) | value) & 0xffff;
    count += 6;
    if (count < 8) continue;
    count -= 8;
    const byte = (bits >> count) & 0xff;
    if (
      (byte < 0x20 && byte !== 0x0a && byte !== 0x0d && byte !== 0x09 && byte !== 0x1b) ||
      byte === 0x7f
    )
      return false;
  }
  return true;
}
