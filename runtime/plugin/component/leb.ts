/** An unsigned number as LEB128, core specification 5.2.2. */
export function leb(value: number): Uint8Array {
  const bytes: number[] = [];
  let left = value;
  do {
    const low = left % 128;
    left = Math.floor(left / 128);
    bytes.push(left === 0 ? low : low + 128);
  } while (left > 0);
  return Uint8Array.from(bytes);
}

/** A section of a module: its number, its length, its content. */
export function writeSection(id: number, content: Uint8Array): Uint8Array {
  return Buffer.concat([Uint8Array.of(id), leb(content.length), content]);
}
