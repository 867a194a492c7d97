/** What to write into one header, true or not. */
export interface RawEntry {
  readonly name: string | Uint8Array;
  readonly body?: Uint8Array | string;
  readonly type?: string;
  readonly link?: string;
  readonly prefix?: string;
  /** The size field's 12 bytes, when they are not to tell the truth. */
  readonly size?: string | Uint8Array;
  readonly magic?: string;
  readonly padding?: string;
  readonly checksumOff?: number;
}

/** One entry, byte by byte: no library that could mend what is wrong on purpose. */
export function rawEntry({
  name,
  body = "",
  type = "0",
  link = "",
  prefix = "",
  padding = "",
  ...more
}: RawEntry): Buffer {
  const bytes = Buffer.from(body);
  const block = Buffer.alloc(512);
  block.set(Buffer.from(name), 0);
  block.write("0000644\x000000000\x000000000\x00", 100, "latin1");
  block.set(Buffer.from(more.size ?? `${bytes.length.toString(8).padStart(11, "0")}\0`), 124);
  block.write("00000000000\0", 136, "latin1");
  block.write(" ".repeat(8), 148, "latin1");
  block.write(type, 156, "latin1");
  block.write(link, 157, "latin1");
  block.write(more.magic ?? "ustar\x0000", 257, "latin1");
  block.write(prefix, 345, "latin1");
  const sum = block.reduce((total, byte) => total + byte, 0) + (more.checksumOff ?? 0);
  block.write(`${sum.toString(8).padStart(6, "0")}\0 `, 148, "latin1");
  const rest = Buffer.alloc((512 - (bytes.length % 512)) % 512);
  rest.write(padding);
  return Buffer.concat([block, bytes, rest]);
}

/** The mark at the end of an archive. */
export const RAW_END = Buffer.alloc(1024);
