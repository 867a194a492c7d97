import { foldText, type HiddenRun } from "./folded-text.ts";
import { judgeHidden } from "./hidden.ts";
import { readPersonal, type PersonalKind } from "./personal.ts";
import { readText } from "./read-text.ts";
import { SpanList, type Span } from "./span.ts";

/** What is decoded of one text, all its runs of base 64 together. */
const DECODED_LENGTH_MAX = 1024 * 1024;
const DECODER = new TextDecoder();

/**
 * Everything that the filter knows of in `text`: read as it stands, as it looks and with its escapes undone, and what it
 * holds in base 64, one level deep. Linear in the text.
 */
export function findSpans(text: string, personal: readonly PersonalKind[]): SpanList {
  const list = new SpanList();
  read(text, personal, list, true);
  return list;
}

function read(
  text: string,
  personal: readonly PersonalKind[],
  list: SpanList,
  goesDeeper: boolean,
): void {
  const { fold, unescape } = readText(text, list);
  if (personal.length > 0) readPersonal(text, personal, list);
  if (fold || unescape) readFolded(text, unescape, personal, list);
  if (goesDeeper && list.encoded.length > 0) readEncoded(text, personal, list);
}

function readFolded(
  text: string,
  unescape: boolean,
  personal: readonly PersonalKind[],
  list: SpanList,
): void {
  const hidden: HiddenRun[] = [];
  const folded = foldText(text, unescape, hidden);
  judgeHidden(text, hidden, list);
  const found = new SpanList();
  readText(folded.text, found);
  if (personal.length > 0) readPersonal(folded.text, personal, found);
  for (const span of found.spans)
    // What an escape spells drives no terminal until somebody undoes it, and then an ESC says so.
    if (span.kind !== "terminal" || span.id !== "terminal.control")
      list.push({ ...span, start: folded.startOf(span.start), end: folded.endOf(span.end) });
}

/** A run whose text has something in it goes as a whole: half of it would read as something else. */
function readEncoded(text: string, personal: readonly PersonalKind[], list: SpanList): void {
  let left = DECODED_LENGTH_MAX;
  for (const { start, end } of list.encoded) {
    if ((left -= end - start) < 0) return;
    const decoded = DECODER.decode(Buffer.from(text.slice(start, end), "base64"));
    if (!isText(decoded)) continue;
    const found = new SpanList();
    read(decoded, personal, found, false);
    const worst = found.spans.find(({ severity }) => severity === "high");
    if (worst) list.push({ ...worst, id: `${worst.id}-encoded`, start, end });
  }
}

function isText(decoded: string): boolean {
  let odd = 0;
  const length = Math.min(decoded.length, 256);
  for (let index = 0; index < length; index++) {
    const code = decoded.charCodeAt(index);
    if (code === 0xfffd || (code < 0x20 && code !== 0x0a && code !== 0x0d && code !== 0x09)) odd++;
  }
  return length > 0 && odd * 20 <= length;
}

/** Spans in their order without those that lie within another; of two that overlap, both reach as far as the two together. */
export function mergeSpans(spans: readonly Span[]): readonly Span[] {
  const sorted = spans.toSorted((left, right) => left.start - right.start || right.end - left.end);
  const merged: Span[] = [];
  for (const span of sorted) {
    const last = merged.at(-1);
    if (!last || span.start >= last.end) merged.push(span);
    else if (span.end > last.end) merged[merged.length - 1] = { ...last, end: span.end };
  }
  return merged;
}
