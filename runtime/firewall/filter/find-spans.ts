import { foldText, type HiddenRun } from "./folded-text.ts";
import { judgeHidden } from "./hidden.ts";
import { readPersonal, type PersonalKind } from "./personal.ts";
import { readText } from "./read-text.ts";
import { SpanList, type Span } from "./span.ts";

/** What is decoded of one text, all its runs of base 64 together. */
const DECODED_LENGTH_MAX = 1024 * 1024;
/** What a short run costs besides its length. */
const RUN_COST = 256;
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
  readText(text, list);
  if (personal.length > 0) readPersonal(text, personal, list);
  for (const { start, end, hasEscapes } of list.odd)
    readFolded(text, start, Math.min(end, text.length), hasEscapes, personal, list);
  if (goesDeeper && list.encoded.length > 0) readEncoded(text, personal, list);
}

/** A part of the text again, as it looks. */
function readFolded(
  text: string,
  from: number,
  to: number,
  undoEscapes: boolean,
  personal: readonly PersonalKind[],
  list: SpanList,
): void {
  const part = text.slice(from, to);
  const hidden: HiddenRun[] = [];
  const folded = foldText(part, undoEscapes, hidden);
  const found = new SpanList();
  judgeHidden(part, hidden, found);
  for (const span of found.spans)
    list.push({ ...span, start: from + span.start, end: from + span.end });
  const inFolded = new SpanList();
  readText(folded.text, inFolded);
  if (personal.length > 0) readPersonal(folded.text, personal, inFolded);
  for (const span of inFolded.spans)
    // What an escape spells drives no terminal until somebody undoes it, and then an ESC says so.
    if (span.id !== "terminal.control")
      list.push({
        ...span,
        start: from + folded.startOf(span.start),
        end: from + folded.endOf(span.end),
      });
}

/** A run whose text has something in it goes as a whole: half of it would read as something else. */
function readEncoded(text: string, personal: readonly PersonalKind[], list: SpanList): void {
  let left = DECODED_LENGTH_MAX;
  for (const { start, end, as } of list.encoded) {
    if ((left -= end - start + RUN_COST) < 0) {
      // More than anybody reads is not read, so it does not leave.
      list.add("secrets", "unread", "medium", start, end);
      continue;
    }
    const decoded = DECODER.decode(Buffer.from(text.slice(start, end), as));
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
