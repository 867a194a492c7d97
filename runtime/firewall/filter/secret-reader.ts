import { isAlphanumeric, isKeyCharacter } from "./characters.ts";
import { lookAtValue } from "./judge-value.ts";
import { beginsLikeKey, formatsAt } from "./key-formats.ts";
import type { SpanList } from "./span.ts";
import { COMMON_SERVICE, CREDENTIAL, CREDENTIAL_HINT, PASSWORD, SERVICE } from "./vocabulary.ts";

/** What the words before a value say of it: their sorts together, and where the last of them ended. */
export interface Surroundings {
  sorts: number;
  wordEnd: number;
  /** How far values were looked at: their parts are no values of their own. */
  valueTo: number;
}

export function makeSurroundings(): Surroundings {
  return { sorts: 0, wordEnd: -1000, valueTo: 0 };
}

/** Words further apart than this do not speak of one thing. */
const WORD_GAP_MAX = 24;
const VALUE_GAP_MAX = 32;
const VALUE_LENGTH_MIN = 10;
const VALUE_LENGTH_MAX = 400;
const RUN_LENGTH_MAX = 400;

export function noteWord(around: Surroundings, sorts: number, start: number, end: number): void {
  around.sorts = start - around.wordEnd > WORD_GAP_MAX ? sorts : around.sorts | sorts;
  around.wordEnd = end;
}

/** A short run before a sign, with which some providers' keys begin. */
export function readHead(text: string, start: number, list: SpanList): void {
  if (start >= list.secretsTo) readFormat(text, start, list);
}

/** A run of letters, digits, `_` and `-` that is long enough for a key. */
export function readRun(
  text: string,
  start: number,
  end: number,
  around: Surroundings,
  list: SpanList,
): void {
  if (start < list.secretsTo) return;
  if (readFormats(text, start, end, list)) return;
  if (readShape(text, start, end, list)) return;
  if (start >= around.valueTo) readValue(text, start, end, around, list);
}

/** Forms that begin with nothing of their own. */
const SHAPES: readonly (readonly [string, number, number, RegExp])[] = [
  ["discord-token", 24, 26, /[MNO][\w-]{23,25}\.[\w-]{6}\.[\w-]{27,38}(?![\w-])/y],
  ["mailchimp-key", 36, 37, /[0-9a-f]{32}-us\d{1,2}(?![\w-])/y],
  ["terraform-token", 14, 14, /\w{14}\.atlasv1\.[\w=-]{60,70}(?![\w-])/y],
  ["airtable-token", 17, 17, /pat\w{14}\.[a-z0-9]{62,66}(?!\w)/y],
  ["maxmind-key", 40, 40, /[A-Za-z0-9]{6}_[A-Za-z0-9]{29}_mmk(?!\w)/y],
  ["salesforce-token", 15, 15, /00[A-Za-z0-9]{13}![\w.]{90,110}(?![\w.])/y],
];

function readShape(text: string, start: number, end: number, list: SpanList): boolean {
  const size = end - start;
  for (const [id, sizeMin, sizeMax, pattern] of SHAPES) {
    if (size < sizeMin || size > sizeMax) continue;
    pattern.lastIndex = start;
    if (!pattern.test(text)) continue;
    list.add("secrets", id, "high", start, pattern.lastIndex);
    return true;
  }
  return false;
}

/** Keys that their provider's form tells: at the run's beginning, and after each joiner in it. */
function readFormats(text: string, start: number, end: number, list: SpanList): boolean {
  if (readFormat(text, start, list)) return true;
  const stop = Math.min(end - 12, start + RUN_LENGTH_MAX);
  for (let index = start + 1; index < stop; index++) {
    const before = text.charCodeAt(index - 1);
    if ((before === 0x5f || before === 0x2d) && readFormat(text, index, list)) return true;
  }
  return false;
}

function readFormat(text: string, index: number, list: SpanList): boolean {
  for (const { id, prefix, pattern } of formatsAt(text, index) ?? []) {
    if (!text.startsWith(prefix, index)) continue;
    pattern.lastIndex = index;
    if (!pattern.test(text)) continue;
    const end = pattern.lastIndex;
    if (isDrawn(text, index + prefix.length, end)) continue;
    if (id === "jwt" && !isTokenHeader(text, index)) continue;
    list.add("secrets", id, "high", index, end);
    return true;
  }
  return false;
}

const TOKEN_HEAD_MAX = 600;
const TOKEN_HEADER = /^\{[^{}]{0,400}"(?:alg|typ|enc|kid)"\s{0,4}:[^{}]{0,400}\}\s{0,4}$/;

/** The first part of a JSON Web Token is an object that names an algorithm (RFC 7515). */
function isTokenHeader(text: string, index: number): boolean {
  const dot = text.indexOf(".", index);
  if (dot < 0 || dot - index > TOKEN_HEAD_MAX) return false;
  return TOKEN_HEADER.test(Buffer.from(text.slice(index, dot), "base64url").toString("latin1"));
}

const DRAWN = /abcdefghijklmnop.{0,10}$|x{6,}|X{6,}|\*{4,}|your[-_]|EXAMPLE$/;

/** `XXXXXXXX`: a key as manuals draw it. */
function isDrawn(text: string, start: number, end: number): boolean {
  if (DRAWN.test(text.slice(start, Math.min(end, start + RUN_LENGTH_MAX)))) return true;
  let same = 0;
  for (let index = start + 1; index < end; index++)
    if (text.charCodeAt(index) === text.charCodeAt(index - 1)) same++;
  return same > 0.7 * (end - start);
}

/** Between the last word and the value: nothing but signs. */
const TIGHT = /^[^A-Za-z0-9]{0,12}$/;
/** The rest of a name, and a sign that gives it the value. */
const ASSIGNED =
  /^[\w.\]) -]{0,24}["'`\])]{0,3}\s{0,3}(?:=>|:=|={1,3}|:{1,2}|,|\(|>)\s{0,6}["'`\\(]{0,4}$/;
/** A word or two that say nothing. */
const LOOSE = /^[\W_](?:[A-Za-z0-9]{1,10}[\W_]{1,3}){0,2}$/;

/** A value whose form says nothing: what it is, the words before it say. */
function readValue(
  text: string,
  runStart: number,
  runEnd: number,
  around: Surroundings,
  list: SpanList,
): void {
  const { sorts, wordEnd } = around;
  let start = runStart;
  if (wordEnd > runStart) {
    // A name and its value in one: `someServiceKEY-0a1b2c…`.
    start = wordEnd;
    while (start < runEnd && !isAlphanumeric(text.charCodeAt(start))) start++;
  }
  if (sorts === 0 || start - wordEnd > VALUE_GAP_MAX) return;
  if (start >= runEnd) return;
  const end = endOfValue(text, runEnd);
  if (end - start < VALUE_LENGTH_MIN) return;
  around.valueTo = end;
  const gap = text.slice(wordEnd, start);
  const assigned = ASSIGNED.test(gap);
  const tight = TIGHT.test(gap);
  if (!assigned && !tight && !LOOSE.test(gap)) return;
  const id = judge(text, start, end, sorts, tight, assigned);
  if (id !== undefined) list.add("secrets", id, "high", start, end);
}

const UUID = /^[0-9a-z]{8}(?:-[0-9a-z]{4}){3}-[0-9a-z]{12}$/i;
const DOMAIN =
  /\.(?:com|net|org|io|dev|local|internal|cloud|app|ai|co|html?|json|[jt]sx?|py|rb|go|md|ya?ml|png|svg)\b/i;

// debt("GB-065"): what nothing tells is not found.
function judge(
  text: string,
  start: number,
  end: number,
  sorts: number,
  tight: boolean,
  assigned: boolean,
): string | undefined {
  const look = lookAtValue(text, start, end);
  const { length, digits, letters, isMixedCase, entropy, isPlaceholder } = look;
  if (isPlaceholder || length > VALUE_LENGTH_MAX) return undefined;
  const value = text.slice(start, end);
  // What begins as somebody's keys do and has not their form is none of his, and hardly another's.
  if (DOMAIN.test(value) || beginsLikeKey(text, start)) return undefined;
  const isKeyLike = digits >= 2 && letters >= 2;
  const isSigned = /[/+.~_-]/.test(value) && !UUID.test(value);
  // Paths and names have signs between their words; in keys they stand between anything.
  const isDense = (sorts & SERVICE) !== 0 && digits >= 5 && entropy >= 3.6;
  if (isSigned && !isDense && !(isKeyLike && isMixedCase && entropy >= 4)) return undefined;
  // `eyJhbGci..`: a beginning, as manuals show it.
  if (text.startsWith("..", end)) return undefined;
  const isCredential = (sorts & (CREDENTIAL | PASSWORD)) !== 0;
  const isHinted = isCredential || (sorts & CREDENTIAL_HINT) !== 0;
  if ((sorts & SERVICE) !== 0) {
    if (isHinted && length >= 16 && (digits >= 1 || (length >= 20 && !isMixedCase)))
      return "service-key";
    if (isHinted && isKeyLike && length >= 12) return "service-key";
    if (tight && isKeyLike && length >= 20 && entropy >= 3) return "service-key";
  }
  const isPlain = !isSigned && !value.includes("-");
  if ((sorts & COMMON_SERVICE) !== 0 && isHinted && isPlain && (tight || assigned)) {
    if (isKeyLike && length >= 16 && entropy >= 2.8) return "service-key";
  }
  if (!assigned) return undefined;
  if (isCredential && isKeyLike && length >= 20 && entropy >= 3.3 && !UUID.test(value))
    return "credential";
  if (isHinted && isPlain && isKeyLike && isMixedCase && length >= 24 && entropy >= 3.9)
    return "credential";
  return undefined;
}

/** Keys in base 64 and in dotted parts go on after signs that end a run. */
function endOfValue(text: string, runEnd: number): number {
  const limit = Math.min(text.length, runEnd + VALUE_LENGTH_MAX);
  let end = runEnd;
  while (end < limit) {
    const code = text.charCodeAt(end);
    const goesOn =
      isKeyCharacter(code) ||
      code === 0x2b ||
      code === 0x2f ||
      code === 0x3d ||
      code === 0x2e ||
      code === 0x7e;
    if (!goesOn) break;
    end++;
  }
  while (end > runEnd && text.charCodeAt(end - 1) === 0x2e) end--;
  return end;
}
