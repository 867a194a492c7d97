/** Takes the words of a text in their order. */
export interface WordSink {
  /**
   * `position` counts words, and more where a sentence or a paragraph ended between.
   * `isMixed`: it has letters and digits.
   */
  word(start: number, end: number, position: number, isMixed: boolean): void;
  /** A run without blanks that is more than one word: an address, a path, a name with underscores. */
  chunk(start: number, end: number, position: number): void;
}

/** A sentence's end keeps its words as far from the next as so many words; a semicolon, a paragraph too. */
const SENTENCE_GAP = 3;
const CLAUSE_GAP = 2;
const PARAGRAPH_GAP = 6;

const BLANK = 1;
const LETTER = 2;
const DIGIT = 3;
const UNDERSCORE = 4;
const JOINER = 5;
const CLASSES = Uint8Array.from({ length: 128 }, (_, code) => classOf(String.fromCharCode(code)));

function classOf(character: string): number {
  if (/\s/.test(character)) return BLANK;
  if (/[a-z]/.test(character)) return LETTER;
  if (/\d/.test(character)) return DIGIT;
  if (character === "_") return UNDERSCORE;
  return /[./@\\~$%:+-]/.test(character) ? JOINER : 0;
}

/** Splits `text`, which is folded, into words, in one pass. */
export function readWords(text: string, sink: WordSink): void {
  let position = 0;
  let [wordStart, chunkStart, chunkPosition] = [-1, -1, 0];
  let joins = false;
  let kinds = 0;
  for (let index = 0; index <= text.length; index++) {
    const code = index < text.length ? text.charCodeAt(index) : 0x20;
    const kind = code < 128 ? (CLASSES[code] ?? 0) : LETTER;
    const isWord = kind >= LETTER && kind <= UNDERSCORE;
    if (isWord || kind === JOINER) {
      if (chunkStart < 0) [chunkStart, chunkPosition] = [index, position];
      if (kind >= UNDERSCORE) joins = true;
    }
    if (isWord) {
      if (wordStart < 0) wordStart = index;
      kinds |= kind === LETTER ? 1 : kind === DIGIT ? 2 : 0;
      continue;
    }
    if (wordStart >= 0) {
      if (code === 0x27 && isLetter(text, index + 1)) continue;
      sink.word(wordStart, index, position++, kinds === 3);
      wordStart = -1;
      kinds = 0;
    }
    if (kind === JOINER) continue;
    if (joins) sink.chunk(chunkStart, index, chunkPosition);
    chunkStart = -1;
    joins = false;
    if (kind === BLANK) position += gapAt(text, index, code);
    else if (code === 0x3b) position += CLAUSE_GAP;
  }
}

function gapAt(text: string, index: number, code: number): number {
  const before = text.charCodeAt(index - 1);
  if (code === 0x0a && before === 0x0a) return PARAGRAPH_GAP;
  if (code === 0x0a && isBullet(text.charCodeAt(index + 1))) return SENTENCE_GAP;
  return before === 0x2e || before === 0x21 || before === 0x3f ? SENTENCE_GAP : 0;
}

/** `-`, `*`, `#`, or a digit: a list's item or a heading is a sentence of its own. */
function isBullet(code: number): boolean {
  return code === 0x2d || code === 0x2a || code === 0x23 || (code >= 0x30 && code <= 0x39);
}

function isLetter(text: string, index: number): boolean {
  const code = text.charCodeAt(index);
  return code >= 0x61 && code <= 0x7a;
}
