import { Header } from "tar";
import { quoteText } from "../plugin/text.ts";
import { SupplyError } from "./errors.ts";

const BLOCK_BYTES = 512;
/** Plain octal, closed by space and NUL, by one of them, or by nothing. */
const SIZE_FIELD = /^[0-7]{10,12}[ \0]{0,2}$/;
/** The ustar fields that name something else than a file of ours, when anything but NUL is in them. */
const LINK_NAME = [157, 257] as const;
const PREFIX = [345, 512] as const;
const MAGIC = [257, 263] as const;

export interface TarEntry {
  readonly name: string;
  readonly bytes: Uint8Array;
}

/** Writes a ustar archive (POSIX.1-1988) of regular files, all of the same mode, owner and time. */
export function writeTar(entries: readonly TarEntry[]): Uint8Array {
  const blocks = entries.flatMap(({ name, bytes }) => {
    const header = new Header({
      path: name,
      size: bytes.length,
      type: "File",
      mode: 0o644,
      uid: 0,
      gid: 0,
      mtime: new Date(0),
    });
    if (header.encode()) throw new TypeError(`${name} does not fit a plain header`);
    return [header.block ?? new Uint8Array(), bytes, new Uint8Array(paddingOf(bytes.length))];
  });
  return Buffer.concat([...blocks, new Uint8Array(2 * BLOCK_BYTES)]);
}

/**
 * Reads an archive of regular files whose names are among `names`, which gives the most bytes of each.
 *
 * Readers of tar differ on everything beyond the plain header, and what one takes for a file hides from another.
 * So there is nothing beyond: no link, folder, device, prefix, pax or GNU header, base-256 size, name twice,
 * byte in a padding, or byte after the end. Mode, owner and time are not looked at.
 * Throws `ERR_PACKAGE_INVALID`, `ERR_PACKAGE_TOO_LARGE` or `ERR_PACKAGE_ENTRY`.
 */
export function readTar(
  archive: Buffer,
  names: ReadonlyMap<string, number>,
): ReadonlyMap<string, Uint8Array> {
  const entries = new Map<string, Uint8Array>();
  let offset = 0;
  for (;;) {
    const header = archive.subarray(offset, offset + BLOCK_BYTES);
    if (header.length < BLOCK_BYTES) throw damaged("it ends before the archive does");
    if (isZero(header)) break;
    const { name, size } = readHeader(header);
    const bytesMax = names.get(name);
    if (bytesMax === undefined) {
      throw new SupplyError("ERR_PACKAGE_ENTRY", `unknown name ${quoteText(name)}`);
    }
    if (entries.has(name)) throw new SupplyError("ERR_PACKAGE_ENTRY", `${name} is there twice`);
    if (size > bytesMax) {
      throw new SupplyError(
        "ERR_PACKAGE_TOO_LARGE",
        `${name} has ${size} bytes, more than ${bytesMax}`,
      );
    }
    const start = offset + BLOCK_BYTES;
    const end = start + size;
    offset = end + paddingOf(size);
    if (offset > archive.length) throw damaged(`it ends within ${name}`);
    if (!isZero(archive.subarray(end, offset))) throw damaged(`there are bytes behind ${name}`);
    entries.set(name, archive.subarray(start, end));
  }
  if (archive.length < offset + 2 * BLOCK_BYTES) throw damaged("its end is not marked");
  if (!isZero(archive.subarray(offset))) throw damaged("there are bytes behind its end");
  return entries;
}

/** Every byte of the header was written by whoever made the package. */
function readHeader(block: Buffer): { readonly name: string; readonly size: number } {
  if (!isWhole(block)) throw damaged("a header has a wrong checksum, or numbers that nobody needs");
  const type = block[156];
  if (type !== 0x30 && type !== 0) {
    const name = quoteText(String.fromCharCode(type ?? 0));
    throw new SupplyError("ERR_PACKAGE_ENTRY", `an entry of type ${name}, where only files belong`);
  }
  if (!isZero(block.subarray(...LINK_NAME)) || hasPrefix(block)) {
    throw new SupplyError("ERR_PACKAGE_ENTRY", "an entry that names a link or a folder");
  }
  const field = block.toString("latin1", 124, 136);
  if (!SIZE_FIELD.test(field)) throw damaged("a header has a size that is not plain octal");
  return { name: readName(block.subarray(0, 100)), size: Number.parseInt(field, 8) };
}

/** The reader of the library throws errors of its own at numbers that are too large, in fields that are not looked at here. */
function isWhole(block: Buffer): boolean {
  try {
    return new Header(block).cksumValid;
  } catch {
    return false;
  }
}

/** Where ustar keeps a folder's name, GNU keeps times and holes, and others more: nothing of it is wanted. */
function hasPrefix(block: Buffer): boolean {
  const magic = block.toString("latin1", ...MAGIC);
  return (magic !== "ustar\0" && magic !== "ustar ") || !isZero(block.subarray(...PREFIX));
}

/** The name up to its first NUL. Behind it nothing may hide: other readers would see another name. */
function readName(field: Buffer): string {
  const end = field.indexOf(0);
  if (end === -1 || !isZero(field.subarray(end))) throw damaged("a header has an unclear name");
  return field.toString("latin1", 0, end);
}

function paddingOf(size: number): number {
  return (BLOCK_BYTES - (size % BLOCK_BYTES)) % BLOCK_BYTES;
}

function isZero(bytes: Uint8Array): boolean {
  return bytes.every((byte) => byte === 0);
}

function damaged(message: string): SupplyError {
  return new SupplyError("ERR_PACKAGE_INVALID", `the package cannot be read: ${message}`);
}
