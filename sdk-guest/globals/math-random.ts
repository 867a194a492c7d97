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
