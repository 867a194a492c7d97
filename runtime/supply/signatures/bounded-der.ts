/** Real certificates and timestamps take some hundreds. */
const STEPS_MAX = 10_000;
const DEPTH_MAX = 100;
const TAG = { octets: 0x04, constructed: 0x20 } as const;

/** Every budget that is spent ends the whole walk; any other failure is only one of what the bytes could have meant. */
class Exhausted extends Error {}

/**
 * Whether Sigstore's reader of DER gets through these bytes in bounded time.
 * It tries whether each octet string holds values of its own, lets them run past its end, and starts over behind it when
 * they make no sense: a few kilobytes of nested octet strings keep it busy for longer than anyone waits. So its walk is
 * taken here first, where steps are counted. What the bytes mean is not looked at.
 */
export function isBoundedDer(bytes: Uint8Array): boolean {
  let steps = 0;
  const walk = (start: number, depth: number): number => {
    steps += 1;
    if (steps > STEPS_MAX) throw new Exhausted();
    if (depth > DEPTH_MAX) throw new RangeError("too deep");
    const tag = bytes[start] ?? fail();
    const { at, length } = lengthAt(bytes, start + 1);
    const end = at + length;
    if (end > bytes.length) fail();
    if ((tag & TAG.constructed) !== 0) return walkAll(at, end, depth);
    if (tag === TAG.octets) attempt(() => walkAll(at, end, depth));
    return end;
  };
  const walkAll = (start: number, end: number, depth: number): number => {
    let at = start;
    while (at < end) at = walk(at, depth + 1);
    return at === end ? at : fail();
  };
  const attempt = (work: () => unknown): void => {
    try {
      work();
    } catch (error) {
      if (error instanceof Exhausted) throw error;
    }
  };
  try {
    attempt(() => walk(0, 0));
    return true;
  } catch {
    return false;
  }
}

function lengthAt(bytes: Uint8Array, start: number): { at: number; length: number } {
  const first = bytes[start] ?? fail();
  if (first < 0x80) return { at: start + 1, length: first };
  const count = first & 0x7f;
  let length = 0;
  for (let index = 1; index <= count; index += 1)
    length = length * 256 + (bytes[start + index] ?? fail());
  return { at: start + 1 + count, length };
}

function fail(): never {
  throw new RangeError("no value of DER");
}
