import { TextDecoder, TextEncoder } from "../encoding.ts";

/** Percent-encode sets of the URL standard, as tests on one ASCII character. Everything else is always encoded. */
export const C0 = /[\x20-\x7e]/;
export const FRAGMENT = /[^ "<>`]/;
export const QUERY = /[^ "#<>]/;
export const SPECIAL_QUERY = /[^ "#<>']/;
export const PATH = /[^ "#<>?^`{}]/;
export const USERINFO = /[^ "#<>?^`{}/:;=@[\\\]|]/;

const encoder = new TextEncoder();
const decoder = new TextDecoder("utf-8", { ignoreBOM: true });

export function percentEncodeByte(byte: number): string {
  return `%${byte.toString(16).toUpperCase().padStart(2, "0")}`;
}

/** Encodes what `keep` does not keep. A lone surrogate becomes U+FFFD. */
export function percentEncode(text: string, keep: RegExp): string {
  let encoded = "";
  for (const character of text) {
    const kept = character >= " " && character <= "~" && keep.test(character);
    encoded += kept ? character : Array.from(encoder.encode(character), percentEncodeByte).join("");
  }
  return encoded;
}

/** Decodes `%XX` of a string's UTF-8 ("UTF-8 decode without BOM"). What is not an escape stays. */
export function percentDecodeText(text: string): string {
  const bytes = encoder.encode(text);
  const decoded = new Uint8Array(bytes.length);
  let length = 0;
  for (let at = 0; at < bytes.length; at++) {
    const hex =
      bytes[at] === 0x25 ? String.fromCharCode(bytes[at + 1] ?? 0, bytes[at + 2] ?? 0) : "";
    if (/^[0-9A-Fa-f]{2}$/.test(hex)) {
      decoded[length++] = Number.parseInt(hex, 16);
      at += 2;
    } else decoded[length++] = bytes[at]!;
  }
  return decoder.decode(decoded.subarray(0, length));
}
