import { ComponentError } from "./errors.ts";
import type { ComponentErrorCode } from "./errors.ts";

/** Names longer than this are written by no toolchain. */
export const NAME_BYTES_MAX = 512;

/**
 * Reads a range of hostile bytes and never past its end. Every refusal says where.
 * Numbers are LEB128 with the exact length rules of the WebAssembly core specification, 5.2.2.
 */
export class ByteReader {
  readonly bytes: Uint8Array;
  readonly end: number;
  /** What is being read, for messages: `component, core module 2`. */
  readonly where: string;
  offset: number;

  constructor(bytes: Uint8Array, where: string, start = 0, end = bytes.length) {
    this.bytes = bytes;
    this.where = where;
    this.offset = start;
    this.end = end;
  }

  get done(): boolean {
    return this.offset >= this.end;
  }

  /** Throws: the caller writes `throw reader.refusal(…)`, so that control flow stays visible. */
  refusal(code: ComponentErrorCode, message: string): ComponentError {
    const path = `${this.where}, byte ${this.offset}`;
    return new ComponentError(code, `${message} (${path})`, { place: { path } });
  }

  byte(): number {
    const value = this.bytes[this.offset];
    if (this.offset >= this.end || value === undefined) throw this.#truncated();
    this.offset += 1;
    return value;
  }

  /** The next byte, not consumed. */
  peek(): number {
    const value = this.bytes[this.offset];
    if (this.offset >= this.end || value === undefined) throw this.#truncated();
    return value;
  }

  u32(): number {
    let value = 0;
    for (let shift = 0; shift < 35; shift += 7) {
      const byte = this.byte();
      if (shift === 28 && byte > 0x0f) break;
      value += (byte & 0x7f) * 2 ** shift;
      if (byte < 0x80) return value;
    }
    throw this.refusal("ERR_COMPONENT_MALFORMED", "a number has more than 32 bits");
  }

  /** A non-negative index in the signed 33-bit encoding that type references share with type codes. */
  index33(): number {
    let value = 0;
    for (let shift = 0; shift < 35; shift += 7) {
      const byte = this.byte();
      value += (byte & 0x7f) * 2 ** shift;
      if (byte >= 0x80) continue;
      if (byte & 0x40 || value >= 2 ** 32) break;
      return value;
    }
    throw this.refusal("ERR_COMPONENT_MALFORMED", "a type index is negative or too large");
  }

  /** A count of things that follow, each of at least one byte. */
  count(countMax: number, what: string): number {
    const count = this.u32();
    if (count > countMax) {
      throw this.refusal("ERR_COMPONENT_TOO_LARGE", `${count} ${what}; at most ${countMax}`);
    }
    if (count > this.end - this.offset) throw this.#truncated();
    return count;
  }

  skip(lengthBytes: number): void {
    if (lengthBytes > this.end - this.offset) throw this.#truncated();
    this.offset += lengthBytes;
  }

  /** A reader of the next `lengthBytes` bytes; this one stands behind them. */
  slice(lengthBytes: number, where = this.where): ByteReader {
    const start = this.offset;
    this.skip(lengthBytes);
    return new ByteReader(this.bytes, where, start, start + lengthBytes);
  }

  /** The rest, without a copy. */
  rest(): Uint8Array {
    return this.bytes.subarray(this.offset, this.end);
  }

  /** A name in printable ASCII. Everything else is refused, because names reach generated code. */
  asciiName(): string {
    const length = this.u32();
    if (length > NAME_BYTES_MAX) {
      throw this.refusal(
        "ERR_COMPONENT_NAME",
        `a name of ${length} bytes; at most ${NAME_BYTES_MAX}`,
      );
    }
    const start = this.offset;
    this.skip(length);
    let name = "";
    for (let at = start; at < this.offset; at += 1) {
      const code = this.bytes[at] ?? 0;
      if (code < 0x20 || code > 0x7e) {
        throw this.refusal(
          "ERR_COMPONENT_NAME",
          "a name holds a character that is not printable ASCII",
        );
      }
      name += String.fromCharCode(code);
    }
    return name;
  }

  /** Ends a section: everything in it must have been read. */
  assertDone(): void {
    if (!this.done)
      throw this.refusal("ERR_COMPONENT_MALFORMED", "bytes are left over in a section");
  }

  #truncated(): ComponentError {
    return this.refusal("ERR_COMPONENT_MALFORMED", "the bytes end too early");
  }
}

export interface Section {
  readonly id: number;
  /** Offset of the section's id byte; it ends at `body.end`. */
  readonly start: number;
  readonly body: ByteReader;
}

/** Walks the sections of a module or component whose eight magic bytes have been read. */
export function* readSections(reader: ByteReader, sectionsMax: number): Generator<Section> {
  let sections = 0;
  while (!reader.done) {
    sections += 1;
    if (sections > sectionsMax) {
      throw reader.refusal("ERR_COMPONENT_TOO_LARGE", `more than ${sectionsMax} sections`);
    }
    const start = reader.offset;
    const id = reader.byte();
    yield { id, start, body: reader.slice(reader.u32()) };
  }
}
