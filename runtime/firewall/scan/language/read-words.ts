/**
 * Splits a folded text into words and marks how far apart they stand, in one pass.
 */
export interface WordSink {
  /** `position` counts words, and more where a sentence or a paragraph ended between. */
  word(start: number, end: number, position: number): void;
  /** A run without blanks that is more than words: an address, a path, a name with underscores. */
  chunk(start: number, end: number, position: number): void;
}

/** A sentence's end keeps its words as far from the next as so many words. */
const SENTENCE_GAP = 3;
/** So does a semicolon. */
const CLAUSE_GAP = 2;
const PARAGRAPH_GAP = 6;

const BLANK = 1;
const WORD = 2;
const JOINER = 4;
const CLASSES = new Uint8Array(128);
for (let code = 0; code < 128; code++) {
  const character = String.fromCharCode(code);
  if (/[\s]/.test(character)) CLASSES[code] = BLANK;
  else if (/[a-z0-9_]/.test(character)) CLASSES[code] = WORD;
  else if (/[./@\\~$%:+-]/.test(character)) CLASSES[code] = JOINER;
}

export function readWords(text: string, sink: WordSink): void {
  let position = 0;
  let wordStart = -1;
  let chunkStart = -1;
  let chunkPosition = 0;
  let joins = false;
  const length = text.length;
  for (let index = 0; index <= length; index++) {
    const code = index < length ? text.charCodeAt(index) : 0x20;
    const kind = code < 128 ? (CLASSES[code] ?? 0) : WORD;
    if (code === 0x27 && wordStart >= 0 && isLetter(text.charCodeAt(index + 1))) continue;
    if (kind === WORD) {
      if (wordStart < 0) wordStart = index;
      if (chunkStart < 0) {
        chunkStart = index;
        chunkPosition = position;
      }
      if (code === 0x5f) joins = true;
      continue;
    }
    if (wordStart >= 0) {
      sink.word(wordStart, index, position++);
      wordStart = -1;
    }
    if (kind === JOINER) {
      if (chunkStart < 0) {
        chunkStart = index;
        chunkPosition = position;
      }
      joins = true;
      continue;
    }
    if (chunkStart >= 0) {
      if (joins) sink.chunk(chunkStart, index, chunkPosition);
      chunkStart = -1;
      joins = false;
    }
    if (kind === BLANK) position += gapAt(text, index, code);
    else if (code === 0x3b) position += CLAUSE_GAP;
  }
}

function gapAt(text: string, index: number, code: number): number {
  if (code === 0x0a && index > 0 && text.charCodeAt(index - 1) === 0x0a) return PARAGRAPH_GAP;
  if (code === 0x0a && isBullet(text.charCodeAt(index + 1))) return SENTENCE_GAP;
  const before = index > 0 ? text.charCodeAt(index - 1) : 0;
  const ends = before === 0x2e || before === 0x21 || before === 0x3f;
  return ends ? SENTENCE_GAP : 0;
}

/** `-`, `*`, `#`, or a digit: a list's item or a heading is a sentence of its own. */
function isBullet(code: number): boolean {
  return code === 0x2d || code === 0x2a || code === 0x23 || (code >= 0x30 && code <= 0x39);
}

function isLetter(code: number): boolean {
  return code >= 0x61 && code <= 0x7a;
}
