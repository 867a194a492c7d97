import { gunzipSync } from "node:zlib";
import { Header, Pax } from "tar";
import { LAYER_ENTRIES_MAX, LAYER_UNPACKED_BYTES_MAX } from "../limits.ts";
import { RegistryError } from "./errors.ts";

const BLOCK_BYTES = 512;
const WANTED = "plugin.wasm";
/** How a layer says that a lower layer's file is gone, or all of them. */
const WHITEOUTS: ReadonlySet<string> = new Set([`.wh.${WANTED}`, ".wh..wh..opq"]);
/** More than anything real. A file of one byte over and over reaches 1000. */
const RATIO_MAX = 200;
const EXTENSION_BYTES_MAX = 64 * 1024;

/**
 * Finds `/plugin.wasm` in one layer of an image: gzip or not, as its media type says. Everything happens in memory, nothing
 * else is looked at, and no link is followed. Undefined when the layer has no such file.
 * Throws `ERR_REGISTRY_LAYER` for what cannot be read, is too much, or has the file twice, as a link, or removed.
 */
export function findInLayer(
  layer: Uint8Array,
  isCompressed: boolean,
  bytesMax: number,
): Uint8Array | undefined {
  const archive = isCompressed
    ? inflate(layer)
    : Buffer.from(layer.buffer, layer.byteOffset, layer.length);
  let found: Uint8Array | undefined;
  for (const entry of entriesOf(archive)) {
    const name = entry.name.replace(/^(\.?\/)+/, "");
    if (WHITEOUTS.has(name)) throw refused("it removes files of a lower layer");
    if (name !== WANTED) continue;
    if (entry.type !== "File" && entry.type !== "OldFile")
      throw refused(`/${WANTED} is not a regular file in it`);
    if (found !== undefined) throw refused(`it has /${WANTED} twice`);
    if (entry.bytes.length > bytesMax) throw refused(`/${WANTED} is larger than ${bytesMax} bytes`);
    found = entry.bytes;
  }
  return found;
}

function inflate(layer: Uint8Array): Buffer {
  const maxOutputLength = Math.min(LAYER_UNPACKED_BYTES_MAX, layer.length * RATIO_MAX);
  try {
    return gunzipSync(layer, { maxOutputLength });
  } catch (cause) {
    const isBomb = (cause as NodeJS.ErrnoException).code === "ERR_BUFFER_TOO_LARGE";
    throw refused(
      isBomb ? `it unpacks to more than ${maxOutputLength} bytes` : "it is not gzip",
      cause,
    );
  }
}

interface LayerEntry {
  readonly name: string;
  readonly type: string;
  readonly bytes: Uint8Array;
}

/** The entries of a tar archive, with the long names that POSIX and GNU extensions give them. Sizes are counted, not believed. */
function* entriesOf(archive: Buffer): Generator<LayerEntry> {
  let longName: string | undefined;
  for (let offset = 0, count = 0; offset + BLOCK_BYTES <= archive.length; count += 1) {
    if (count >= LAYER_ENTRIES_MAX) throw refused(`it has more than ${LAYER_ENTRIES_MAX} entries`);
    const block = archive.subarray(offset, offset + BLOCK_BYTES);
    if (block.every((byte) => byte === 0)) return;
    const { path, type, size } = readHeader(block);
    const start = offset + BLOCK_BYTES;
    const end = start + size;
    if (end > archive.length) throw refused("it ends within a file");
    const bytes = archive.subarray(start, end);
    offset = start + Math.ceil(size / BLOCK_BYTES) * BLOCK_BYTES;
    if (type === "ExtendedHeader" || type === "OldExtendedHeader") longName = readPaxName(bytes);
    else if (type === "NextFileHasLongPath" || type === "OldGnuLongPath")
      longName = readGnuName(bytes);
    else if (type !== "GlobalExtendedHeader" && type !== "NextFileHasLongLinkpath") {
      yield { name: longName ?? path, type, bytes };
      longName = undefined;
    }
  }
}

function readHeader(block: Buffer): { path: string; type: string; size: number } {
  try {
    const { cksumValid, path, type, size } = new Header(block);
    if (
      cksumValid &&
      path !== undefined &&
      size !== undefined &&
      Number.isSafeInteger(size) &&
      size >= 0
    )
      return { path, type, size };
  } catch {
    // The reader of the library throws errors of its own at numbers that are too large.
  }
  throw refused("a header in it is damaged");
}

/** POSIX.1-2001. A size of its own would move every entry behind it, and holes would need to be filled: both are refused. */
function readPaxName(bytes: Buffer): string | undefined {
  if (bytes.length > EXTENSION_BYTES_MAX) throw refused("a header in it is too long");
  const text = bytes.toString("utf8");
  if (/\d (size|GNU\.sparse\.[a-z.]+)=/.test(text)) throw refused("a header in it changes sizes");
  return Pax.parse(text).path;
}

function readGnuName(bytes: Buffer): string {
  if (bytes.length > EXTENSION_BYTES_MAX) throw refused("a header in it is too long");
  return bytes.toString("utf8").replace(/\0[^]*$/, "");
}

function refused(why: string, cause?: unknown): RegistryError {
  return new RegistryError("ERR_REGISTRY_LAYER", `A layer of the image is refused: ${why}.`, {
    cause,
  });
}
