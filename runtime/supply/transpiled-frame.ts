import type { Transpiled } from "../sandbox/sandbox.ts";

const FRESH = "fresh";
const RESTORABLE = "restorable";
const KERNEL = "kernel";
/** The parts that are no core modules. */
const WORDS: readonly string[] = [FRESH, RESTORABLE, KERNEL];

/**
 * Transpiled code as one run of bytes:
 *
 *     u32le parts | for each part: u32le name length, u32le length, name (UTF-8), bytes
 *
 * The first part is the script and has no name; `restorable` has no content and says that instances can be restored,
 * `fresh` says why not; `kernel` holds the number of an Extism plugin; the others are core modules.
 */
export function encodeTranspiled(transpiled: Transpiled): Uint8Array {
  const { script, modules, fresh, restorable, kernelBytes } = transpiled;
  const parts = [
    { name: "", bytes: script },
    ...(restorable ? [{ name: RESTORABLE, bytes: Buffer.alloc(0) }] : []),
    ...(fresh === undefined ? [] : [{ name: FRESH, bytes: Buffer.from(fresh) }]),
    ...(kernelBytes === undefined ? [] : [{ name: KERNEL, bytes: u32(kernelBytes) }]),
    ...modules,
  ];
  return Buffer.concat([
    u32(parts.length),
    ...parts.flatMap(({ name, bytes }) => {
      const encoded = Buffer.from(name);
      return [u32(encoded.length), u32(bytes.length), encoded, bytes];
    }),
  ]);
}

/** Reads what `encodeTranspiled` wrote. Undefined for anything else. */
export function decodeTranspiled(frame: Uint8Array): Transpiled | undefined {
  const bytes = Buffer.from(frame.buffer, frame.byteOffset, frame.byteLength);
  if (bytes.length < 4) return undefined;
  let offset = 4;
  const parts: { name: string; bytes: Uint8Array }[] = [];
  for (let left = bytes.readUInt32LE(0); left > 0; left -= 1) {
    if (offset + 8 > bytes.length) return undefined;
    const name = offset + 8 + bytes.readUInt32LE(offset);
    const end = name + bytes.readUInt32LE(offset + 4);
    if (end > bytes.length) return undefined;
    parts.push({
      name: bytes.toString("utf8", offset + 8, name),
      bytes: bytes.subarray(name, end),
    });
    offset = end;
  }
  const [script, ...others] = parts;
  if (script === undefined || script.name !== "" || offset !== bytes.length) return undefined;
  const modules = others.filter(({ name }) => !WORDS.includes(name));
  const fresh = others.find(({ name }) => name === FRESH)?.bytes;
  const kernel = others.find(({ name }) => name === KERNEL)?.bytes;
  if (kernel !== undefined && kernel.length !== 4) return undefined;
  return {
    script: script.bytes,
    modules,
    ...(kernel === undefined ? {} : { kernelBytes: Buffer.from(kernel).readUInt32LE(0) }),
    ...(others.some(({ name }) => name === RESTORABLE) ? { restorable: true } : {}),
    ...(fresh === undefined ? {} : { fresh: Buffer.from(fresh).toString() }),
  };
}

function u32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
}
