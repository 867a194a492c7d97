import { withoutObeyed } from "../text-view.ts";

/** Text that is written in characters that show as nothing. */
export interface Decoded {
  readonly via: string;
  readonly text: string;
}

const TAGS = /[\u{E0020}-\u{E007E}]+/gu;
const SELECTORS = /[\uFE00-\uFE0F\u{E0100}-\u{E01EF}]{4,}/gu;
/** Characters without width that come in pairs of bits; one pair spells at least two letters. */
const ZERO_WIDTH = /(?:[\u200B-\u200F\u2060-\u2064\uFEFF\u180E\u00AD]|\u034F){14,}/g;
const REVERSED = /[\u202E\u2067]([^\u202A-\u202E\u2066-\u2069\n]{4,})/gu;

/** What the invisible characters of `raw` spell, and what a terminal makes of it. */
export function decodeHidden(raw: string): readonly Decoded[] {
  const found: Decoded[] = [];
  for (const [run] of raw.matchAll(TAGS)) found.push({ via: "Unicode tags", text: fromTags(run) });
  for (const [run] of raw.matchAll(SELECTORS)) {
    found.push({ via: "variation selectors", text: fromSelectors(run) });
  }
  for (const [run] of raw.matchAll(ZERO_WIDTH)) {
    for (const text of fromBits(run)) found.push({ via: "characters without width", text });
  }
  for (const [, run = ""] of raw.matchAll(REVERSED)) {
    found.push({ via: "reversed writing", text: Array.from(run).toReversed().join("") });
  }
  const shown = withoutObeyed(raw);
  if (shown !== raw) found.push({ via: "terminal sequences", text: shown });
  return found;
}

function fromTags(run: string): string {
  return Array.from(run, (tag) => String.fromCodePoint((tag.codePointAt(0) ?? 0) - 0xe0000)).join(
    "",
  );
}

function fromSelectors(run: string): string {
  const bytes = Array.from(run, (selector) => {
    const point = selector.codePointAt(0) ?? 0;
    return point >= 0xe0100 ? point - 0xe0100 + 16 : point - 0xfe00;
  });
  return new TextDecoder().decode(Uint8Array.from(bytes));
}

/** Both ways round, in eight bits and in seven: whichever can be read is told by the caller. */
function fromBits(run: string): readonly string[] {
  const zero = run.charCodeAt(0);
  let one = zero;
  const bits: number[] = [];
  for (let index = 0; index < run.length; index++) {
    const code = run.charCodeAt(index);
    if (one === zero && code !== zero) one = code;
    if (code === zero) bits.push(0);
    else if (code === one) bits.push(1);
  }
  if (one === zero) return [];
  return [0, 1].flatMap((flip) => [fromBinary(bits, 8, flip), fromBinary(bits, 7, flip)]);
}

function fromBinary(bits: readonly number[], width: number, flip: number): string {
  const units = new Uint8Array(Math.floor(bits.length / width));
  for (let index = 0; index < units.length * width; index++) {
    const at = Math.floor(index / width);
    units[at] = ((units[at] ?? 0) << 1) | ((bits[index] ?? 0) ^ flip);
  }
  return new TextDecoder("latin1").decode(units);
}
