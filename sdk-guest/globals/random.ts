import { random } from "../capabilities/random.ts";

const valuesPerFill = 64;
let pool = new Float64Array(0);
let used = 0;

/** `Math.random` from the host's randomness, 64 values for each time it asks. */
export function mathRandom(): number {
  if (used === pool.length) {
    const words = new Uint32Array(random.bytes(valuesPerFill * 8).buffer);
    pool = Float64Array.from(
      { length: valuesPerFill },
      // 53 bits: 26 and 27.
      (_, index) => ((words[2 * index]! >>> 6) * 2 ** 27 + (words[2 * index + 1]! >>> 5)) / 2 ** 53,
    );
    used = 0;
  }
  return pool[used++]!;
}

const requestBytesMax = 65_536;

/** The parts of Web Crypto that need no algorithm. */
export const crypto = {
  getRandomValues<T>(target: T): T {
    if (!ArrayBuffer.isView(target) || target instanceof DataView || isFloatArray(target)) {
      throw new DOMException("getRandomValues needs an integer typed array", "TypeMismatchError");
    }
    if (target.byteLength > requestBytesMax) {
      throw new DOMException("getRandomValues gives at most 65536 bytes", "QuotaExceededError");
    }
    new Uint8Array(target.buffer, target.byteOffset, target.byteLength).set(
      random.bytes(target.byteLength),
    );
    return target;
  },
  randomUUID(): string {
    const bytes = random.bytes(16);
    bytes[6] = (bytes[6]! & 0x0f) | 0x40;
    bytes[8] = (bytes[8]! & 0x3f) | 0x80;
    const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
    return hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
  },
};

function isFloatArray(view: ArrayBufferView): boolean {
  return /^Float/.test(
    (view as unknown as { readonly [Symbol.toStringTag]: string })[Symbol.toStringTag],
  );
}
