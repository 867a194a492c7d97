import { binaryToBytes, bytesToBinary } from "./base64.ts";

/** UTF-8 only, as the standard says. */
export class TextEncoder {
  get encoding(): string {
    return "utf-8";
  }

  encode(input: unknown = ""): Uint8Array {
    // encodeURIComponent is the engine's own UTF-8, in C; a loop over code points here is many times slower.
    return binaryToBytes(unescape(encodeURIComponent(String(input).toWellFormed())));
  }

  encodeInto(source: unknown, destination: Uint8Array): { read: number; written: number } {
    let read = 0;
    let written = 0;
    for (const character of String(source)) {
      const bytes = this.encode(character);
      if (written + bytes.length > destination.length) break;
      destination.set(bytes, written);
      written += bytes.length;
      read += character.length;
    }
    return { read, written };
  }
}

type Decode = (bytes: Uint8Array, fatal: boolean) => string;

/** Labels of the encodings that pages still use. Others throw `RangeError`. */
const ENCODINGS: Readonly<Record<string, string>> = {
  "unicode-1-1-utf-8": "utf-8",
  utf8: "utf-8",
  "utf-8": "utf-8",
  "utf-16": "utf-16le",
  "utf-16le": "utf-16le",
  ascii: "windows-1252",
  "us-ascii": "windows-1252",
  latin1: "windows-1252",
  l1: "windows-1252",
  "iso-8859-1": "windows-1252",
  "iso8859-1": "windows-1252",
  cp1252: "windows-1252",
  "windows-1252": "windows-1252",
};

/** Bytes 0x80–0x9f of windows-1252. */
const WINDOWS_1252 = "€\x81‚ƒ„…†‡ˆ‰Š‹Œ\x8dŽ\x8f\x90‘’“”•–—˜™š›œ\x9džŸ";

const DECODERS: Readonly<Record<string, Decode>> = {
  "utf-8": decodeUtf8,
  "utf-16le": decodeUtf16,
  "windows-1252": (bytes) =>
    bytesToBinary(bytes).replace(
      /[\x80-\x9f]/g,
      (byte) => WINDOWS_1252[byte.charCodeAt(0) - 0x80]!,
    ),
};

export class TextDecoder {
  readonly encoding: string;
  readonly fatal: boolean;
  readonly ignoreBOM: boolean;
  /** Bytes of a character that the last chunk began. */
  #rest: Uint8Array = new Uint8Array(0);
  #begun = false;

  constructor(
    label: unknown = "utf-8",
    options: { readonly fatal?: boolean; readonly ignoreBOM?: boolean } = {},
  ) {
    const name = String(label)
      .replace(/^[\t\n\f\r ]+|[\t\n\f\r ]+$/g, "")
      .toLowerCase();
    const encoding = Object.hasOwn(ENCODINGS, name) ? ENCODINGS[name] : undefined;
    if (encoding === undefined) throw new RangeError(`TextDecoder: unknown encoding "${name}"`);
    this.encoding = encoding;
    this.fatal = options.fatal === true;
    this.ignoreBOM = options.ignoreBOM === true;
  }

  decode(
    input?: ArrayBuffer | ArrayBufferView,
    options: { readonly stream?: boolean } = {},
  ): string {
    let bytes = concatenate(this.#rest, viewOf(input));
    const restLength = options.stream ? unfinishedLength(this.encoding, bytes) : 0;
    this.#rest = bytes.slice(bytes.length - restLength);
    bytes = bytes.subarray(0, bytes.length - restLength);
    let text = DECODERS[this.encoding]!(bytes, this.fatal);
    if (
      !this.#begun &&
      !this.ignoreBOM &&
      this.encoding !== "windows-1252" &&
      text.startsWith("\ufeff")
    ) {
      text = text.slice(1);
    }
    this.#begun = options.stream === true && (this.#begun || bytes.length > 0);
    return text;
  }
}

function viewOf(input: ArrayBuffer | ArrayBufferView | undefined): Uint8Array {
  if (input === undefined) return new Uint8Array(0);
  if (ArrayBuffer.isView(input))
    return new Uint8Array(input.buffer, input.byteOffset, input.byteLength);
  if (input instanceof ArrayBuffer) return new Uint8Array(input);
  throw new TypeError("TextDecoder: not an ArrayBuffer or a view of one");
}

function concatenate(first: Uint8Array, second: Uint8Array): Uint8Array {
  if (first.length === 0) return second;
  const whole = new Uint8Array(first.length + second.length);
  whole.set(first);
  whole.set(second, first.length);
  return whole;
}

/** How many bytes at the end begin a character that more bytes may finish. */
function unfinishedLength(encoding: string, bytes: Uint8Array): number {
  if (encoding === "utf-16le") {
    const odd = bytes.length % 2;
    const high = bytes[bytes.length - odd - 1];
    return odd + (high !== undefined && high >= 0xd8 && high <= 0xdb ? 2 : 0);
  }
  if (encoding !== "utf-8") return 0;
  for (let back = 1; back <= Math.min(3, bytes.length); back++) {
    const at = bytes.length - back;
    if (bytes[at]! >= 0xc0) return sequenceAt(bytes, at).open ? back : 0;
    if (bytes[at]! < 0x80) return 0;
  }
  return 0;
}

/**
 * The UTF-8 sequence that begins at `at`: its code point, or undefined for what must become one U+FFFD, and how many
 * bytes it takes ("maximal subpart"). `open` when the bytes ended before the sequence did.
 */
function sequenceAt(
  bytes: Uint8Array,
  at: number,
): { readonly codePoint: number | undefined; readonly length: number; readonly open: boolean } {
  const lead = bytes[at]!;
  if (lead < 0x80) return { codePoint: lead, length: 1, open: false };
  const need =
    lead >= 0xc2 && lead <= 0xdf
      ? 1
      : lead >= 0xe0 && lead <= 0xef
        ? 2
        : lead >= 0xf0 && lead <= 0xf4
          ? 3
          : 0;
  if (need === 0) return { codePoint: undefined, length: 1, open: false };
  let codePoint = lead & (0x3f >> need);
  for (let index = 1; index <= need; index++) {
    const byte = bytes[at + index];
    if (byte === undefined) return { codePoint: undefined, length: index, open: true };
    const low = index > 1 ? 0x80 : lead === 0xe0 ? 0xa0 : lead === 0xf0 ? 0x90 : 0x80;
    const high = index > 1 ? 0xbf : lead === 0xed ? 0x9f : lead === 0xf4 ? 0x8f : 0xbf;
    if (byte < low || byte > high) return { codePoint: undefined, length: index, open: false };
    codePoint = (codePoint << 6) | (byte & 0x3f);
  }
  return { codePoint, length: need + 1, open: false };
}

function decodeUtf8(bytes: Uint8Array, fatal: boolean): string {
  const binary = bytesToBinary(bytes);
  if (!/[\x80-\xff]/.test(binary)) return binary;
  try {
    // As in `encode`: the engine's own decoder refuses exactly what is not UTF-8.
    return decodeURIComponent(escape(binary));
  } catch {
    if (fatal) throw new TypeError("TextDecoder: not valid UTF-8");
  }
  let text = "";
  for (let at = 0; at < bytes.length;) {
    const sequence = sequenceAt(bytes, at);
    text += sequence.codePoint === undefined ? "\ufffd" : String.fromCodePoint(sequence.codePoint);
    at += sequence.length;
  }
  return text;
}

function decodeUtf16(bytes: Uint8Array, fatal: boolean): string {
  const units: string[] = [];
  for (let at = 0; at + 1 < bytes.length; at += 2) {
    units.push(String.fromCharCode(bytes[at]! | (bytes[at + 1]! << 8)));
  }
  // A byte that is left over is one error, and the same error as a high surrogate before it.
  if (bytes.length % 2 === 1 && !/[\ud800-\udbff]/.test(units.at(-1) ?? "")) units.push("\ud800");
  const text = units.join("");
  if (fatal && !text.isWellFormed()) throw new TypeError("TextDecoder: not valid UTF-16");
  return text.toWellFormed();
}
