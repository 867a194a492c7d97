/** An instruction's own words follow its marker: so much of a text goes with it at most. */
const LENGTH_MAX = 1500;
/** A paragraph that is over so soon announces the next. */
const PARAGRAPH_MIN = 80;

/**
 * Where the instruction ends whose marker ends at `from`: with its paragraph, with the next ones as long as they are short,
 * and no later than the string, the comment or the element it stands in.
 */
export function endOfInstruction(text: string, from: number): number {
  const limit = Math.min(text.length, from + LENGTH_MAX);
  let paragraph = from;
  for (let index = from; index < limit; index++) {
    const code = text.charCodeAt(index);
    if (code === 0x22 && isStringEnd(text, index)) return index;
    if (code === 0x2d && text.startsWith("-->", index)) return index;
    if (code !== 0x0a || text.charCodeAt(index + 1) !== 0x0a) continue;
    if (index - paragraph >= PARAGRAPH_MIN) return index;
    paragraph = index + 2;
  }
  return limit;
}

/** A quotation mark after which a list or an object goes on. */
function isStringEnd(text: string, index: number): boolean {
  if (text.charCodeAt(index - 1) === 0x5c) return false;
  const next = text.charCodeAt(index + 1);
  return next === 0x2c || next === 0x7d || next === 0x5d || next === 0x3a;
}
