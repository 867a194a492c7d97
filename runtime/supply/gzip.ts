import { crc32, inflateRawSync } from "node:zlib";
import { SupplyError } from "./errors.ts";

/** RFC 1952: magic, deflate, no flags, no time, no level, unknown system. */
const HEADER = Uint8Array.of(0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0xff);
const TRAILER_BYTES = 8;
/** One bit that says whether it is the last block, two that it is stored, padding; its length, and that inverted. */
const STORED_HEAD_BYTES = 5;
const STORED_BYTES_MAX = 0xffff;
/** More than anything real: WebAssembly packs to a third. A file of one byte over and over reaches 1000. */
const RATIO_MAX = 200;

/**
 * Wraps bytes as one gzip member, stored and not compressed.
 * What a compressor writes changes with its version, its build and the machine's instruction set; so a package that
 * is to be the same bytes wherever it is built again cannot come out of one.
 */
export function writeGzip(bytes: Uint8Array): Uint8Array {
  const blocks: Uint8Array[] = [HEADER];
  for (let offset = 0; offset < bytes.length || offset === 0; offset += STORED_BYTES_MAX) {
    const block = bytes.subarray(offset, offset + STORED_BYTES_MAX);
    const isLast = offset + STORED_BYTES_MAX >= bytes.length;
    const head = Buffer.alloc(STORED_HEAD_BYTES);
    head.writeUInt8(isLast ? 1 : 0, 0);
    head.writeUInt16LE(block.length, 1);
    head.writeUInt16LE(block.length ^ 0xffff, 3);
    blocks.push(head, block);
  }
  return Buffer.concat([...blocks, trailerOf(bytes)]);
}

/**
 * Unwraps one gzip member, in memory, to at most `bytesMax`.
 * Refuses a second member and any byte behind the first: tools differ on whether these count.
 * Throws `ERR_PACKAGE_INVALID` or `ERR_PACKAGE_TOO_LARGE`.
 */
export function readGzip(packed: Uint8Array, bytesMax: number): Buffer {
  const start = endOfHeader(packed);
  const limit = Math.min(bytesMax, packed.length * RATIO_MAX);
  const data = packed.subarray(start);
  const { buffer, bytesRead } = readStored(data, limit) ?? inflate(data, limit);
  const trailer = packed.subarray(start + bytesRead);
  if (trailer.length > TRAILER_BYTES) throw damaged("there are bytes behind its end");
  if (Buffer.compare(trailer, trailerOf(buffer)) !== 0) throw damaged("its checksum is wrong");
  return buffer;
}

interface Unpacked {
  readonly buffer: Buffer;
  /** Of the deflate data. */
  readonly bytesRead: number;
}

/** Reads what `writeGzip` wrote, in a fraction of the time. Undefined for anything else, and then the library decides. */
function readStored(data: Uint8Array, bytesMax: number): Unpacked | undefined {
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  const blocks: Uint8Array[] = [];
  for (let offset = 0, total = 0; offset + STORED_HEAD_BYTES <= data.length;) {
    const isLast = view.getUint8(offset);
    const length = view.getUint16(offset + 1, true);
    const start = offset + STORED_HEAD_BYTES;
    offset = start + length;
    total += length;
    // All but the last are full: else a small file could be millions of empty ones.
    const isOurs = isLast === 1 || (isLast === 0 && length === STORED_BYTES_MAX);
    const isStored = isOurs && view.getUint16(start - 2, true) === (length ^ 0xffff);
    if (!isStored || offset > data.length || total > bytesMax) return undefined;
    blocks.push(data.subarray(start, offset));
    if (isLast === 1) return { buffer: Buffer.concat(blocks), bytesRead: offset };
  }
  return undefined;
}

function inflate(data: Uint8Array, bytesMax: number): Unpacked {
  try {
    // Node's types leave out that `info` makes it answer the engine too.
    const { buffer, engine } = inflateRawSync(data, {
      info: true,
      maxOutputLength: bytesMax,
    }) as unknown as { buffer: Buffer; engine: { bytesWritten: number } };
    return { buffer, bytesRead: engine.bytesWritten };
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === "ERR_BUFFER_TOO_LARGE") {
      const message = `the package unpacks to more than ${bytesMax} bytes`;
      throw new SupplyError("ERR_PACKAGE_TOO_LARGE", message, { cause });
    }
    throw damaged("its data are not deflate, or are cut off", cause);
  }
}

/** Where the data begin. A file name may stand in the header, since common tools write one; nothing else may. */
function endOfHeader(packed: Uint8Array): number {
  const [magic1, magic2, method, flags = 0xff] = packed;
  if (magic1 !== 0x1f || magic2 !== 0x8b || method !== 8) throw damaged("it is not gzip");
  if (flags === 0) return HEADER.length;
  const end = flags === 8 ? packed.subarray(0, HEADER.length + 256).indexOf(0, HEADER.length) : -1;
  if (end === -1) throw damaged("its gzip header has unknown fields");
  return end + 1;
}

function trailerOf(bytes: Uint8Array): Buffer {
  const trailer = Buffer.alloc(TRAILER_BYTES);
  trailer.writeUInt32LE(crc32(bytes), 0);
  trailer.writeUInt32LE(bytes.length, 4);
  return trailer;
}

function damaged(message: string, cause?: unknown): SupplyError {
  return new SupplyError("ERR_PACKAGE_INVALID", `the package cannot be read: ${message}`, {
    cause,
  });
}
