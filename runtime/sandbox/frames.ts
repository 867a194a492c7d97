import { Buffer } from "node:buffer";
import { SandboxError } from "./errors.ts";
import { HEADER_BYTES_MAX } from "./protocol.ts";

/** Lengths of header and body, two u32 little-endian, before each frame. */
export const PREFIX_BYTES = 8;

/** One frame as it came: a JSON header, not yet parsed, and raw bytes. Both are copies that nobody else holds. */
export interface Frame {
  readonly header: Buffer;
  readonly body: Buffer;
}

export interface FrameCaps {
  readonly headerBytesMax: number;
  readonly bodyBytesMax: number;
}

/**
 * Prefix and header of a frame; `bodyBytes` raw bytes must follow it.
 * Throws `RangeError` when the header is larger than a reader accepts, and `TypeError` when it is not JSON.
 */
export function encodeHead(
  message: object,
  bodyBytes: number,
  headerBytesMax = HEADER_BYTES_MAX,
): Buffer {
  const text = JSON.stringify(message);
  const headerBytes = Buffer.byteLength(text);
  if (headerBytes > headerBytesMax) throw new RangeError(`a header of ${headerBytes} bytes`);
  const head = Buffer.allocUnsafe(PREFIX_BYTES + headerBytes);
  head.writeUInt32LE(headerBytes, 0);
  head.writeUInt32LE(bodyBytes, 4);
  head.write(text, PREFIX_BYTES);
  return head;
}

/**
 * Cuts a byte stream into frames, however it is chopped. The sender is hostile: a length beyond the caps that hold when
 * its prefix is there throws `ERR_CHANNEL_BREACH` at once, so memory held is at most one frame of the permitted size.
 * After a throw the decoder must not be used again.
 */
export class FrameDecoder {
  readonly #capsNow: () => FrameCaps;
  readonly #prefix = Buffer.alloc(PREFIX_BYTES);
  #prefixBytes = 0;
  #headerBytes = 0;
  #frame: Buffer | undefined;
  #frameBytes = 0;

  constructor(caps: FrameCaps | (() => FrameCaps)) {
    this.#capsNow = typeof caps === "function" ? caps : () => caps;
  }

  /** Whether a part of a frame has come that is not whole yet. */
  get isMidFrame(): boolean {
    return this.#prefixBytes > 0;
  }

  /** The frame that `chunk` is, whole and alone, as most are. Undefined for anything else: that is for `push`. */
  whole(chunk: Buffer): Frame | undefined {
    if (this.#prefixBytes > 0 || chunk.length < PREFIX_BYTES) return undefined;
    const headerBytes = chunk.readUInt32LE(0);
    const bodyBytes = chunk.readUInt32LE(4);
    if (chunk.length !== PREFIX_BYTES + headerBytes + bodyBytes) return undefined;
    this.#assertCaps(headerBytes, bodyBytes);
    const frame = Buffer.allocUnsafeSlow(headerBytes + bodyBytes);
    chunk.copy(frame, 0, PREFIX_BYTES);
    return { header: frame.subarray(0, headerBytes), body: frame.subarray(headerBytes) };
  }

  /** Yields each frame that `chunk` completes. A consumer that stops early must not push again. */
  *push(chunk: Uint8Array): Generator<Frame, void> {
    let offset = 0;
    while (offset < chunk.length) {
      if (this.#frame === undefined) {
        offset += this.#fillPrefix(chunk, offset);
        if (this.#frame === undefined) return;
      }
      offset += this.#fillFrame(chunk, offset);
      if (this.#frameBytes < this.#frame.length) return;
      yield this.#takeFrame();
    }
  }

  #fillPrefix(chunk: Uint8Array, offset: number): number {
    const part = chunk.subarray(offset, offset + PREFIX_BYTES - this.#prefixBytes);
    this.#prefix.set(part, this.#prefixBytes);
    this.#prefixBytes += part.length;
    if (this.#prefixBytes === PREFIX_BYTES) {
      this.#headerBytes = this.#prefix.readUInt32LE(0);
      const bodyBytes = this.#prefix.readUInt32LE(4);
      this.#assertCaps(this.#headerBytes, bodyBytes);
      // Not zeroed: a frame is handed out only when every byte of it has been received.
      this.#frame = Buffer.allocUnsafeSlow(this.#headerBytes + bodyBytes);
      this.#frameBytes = 0;
    }
    return part.length;
  }

  #assertCaps(headerBytes: number, bodyBytes: number): void {
    const { headerBytesMax, bodyBytesMax } = this.#capsNow();
    if (headerBytes <= headerBytesMax && bodyBytes <= bodyBytesMax) return;
    throw new SandboxError(
      "ERR_CHANNEL_BREACH",
      `the runner announced a frame of ${headerBytes} + ${bodyBytes} bytes; at most ${headerBytesMax} + ${bodyBytesMax} are allowed`,
    );
  }

  #fillFrame(chunk: Uint8Array, offset: number): number {
    const frame = this.#frame as Buffer;
    const part = chunk.subarray(offset, offset + frame.length - this.#frameBytes);
    frame.set(part, this.#frameBytes);
    this.#frameBytes += part.length;
    return part.length;
  }

  #takeFrame(): Frame {
    const frame = this.#frame as Buffer;
    this.#frame = undefined;
    this.#prefixBytes = 0;
    return {
      header: frame.subarray(0, this.#headerBytes),
      body: frame.subarray(this.#headerBytes),
    };
  }
}
