import { isAlphanumeric } from "./characters.ts";
import { endOfInstruction } from "./instruction-extent.ts";
import { readElement, readMarkdown } from "./links.ts";
import type { SpanList } from "./span.ts";

/** Elements and marks that stand for a role of the talk with a model. */
const ROLE_MARK =
  /<(?:\/?\|[a-z_]{2,20}\|?>|\|\/?[a-z_]{2,20}\|>|\/?(?:INFORMATION|IMPORTANT|SYSTEM|CRITICAL|INSTRUCTIONS?|system_prompt|system_message|system-reminder|secret_instructions?|admin)>|<\/?SYS>>)/y;
const HASH_MARK =
  /###? ?\(?(?:system|new|updated)[ _-]?(?:message|instructions?|prompt|override)\)?/iy;
const BRACKET_MARK =
  /\[\/?(?:INST|SYSTEM|ADMIN|(?:[A-Z]{2,12}[ _])?(?:INSTRUCTIONS?|OVERRIDE|DIRECTIVE|SYSTEM[ _](?:MESSAGE|PROMPT)))\]/y;
const USER_INFO = /:\/\/([^\s:@/"'`<>]{0,80}):([^\s@/"'`<>]{1,100})@(?=[\w.\-[\]*]{1,255})/y;
const SCHEME_LENGTH_MAX = 24;
const PASSWORD_HASH =
  /\$(?:1\$[./\w]{8}\$[./\w]{22}|2[abxy]\$\d\d\$[./\w]{53}|[568]\$(?:rounds=\d{3,9}\$)?[./\w]{8,16}\$[./\w]{43,86})(?![./\w])/y;
const AZURE_SECRET = /[\w.~]{3}\dQ~[\w.~-]{31,34}(?![\w.~-])/y;
const FACEBOOK_TOKEN = /\d{15,16}\|[\w-]{27,40}(?![\w-])/y;
/** Escapes that stand for letters, digits or an ESC: those of blanks and signs are in every address. */
const ESCAPE =
  /%(?:3[0-9]|[4-7][0-9A-Fa-f]|1[bB])|&#(?:x[0-9A-Fa-f]{1,6}|\d{1,7});|\\(?:u00[0-7][0-9A-Fa-f]|u\{|u[2Ff][0-9A-Fa-f]{3}|x[0-7][0-9A-Fa-f])/y;
/** `user:pass`, as manuals write it. */
const DOCUMENTED = /^(?:user|username|usr|login|name|pass|password|passwd|pwd|token|key|secret)$/i;
const REFERENCE =
  /^(?:\$|<|\{|%|\*+$|x+$|\.+$|\[)|\$\{|\{\{|\*\*\*|redacted|^(?:your|replace|change|insert|enter|my)[_-]|_password$|_here$/i;

/** A sign at which something may begin. Answers how far the reader may jump: escapes belong to no word. */
export function readSign(text: string, index: number, code: number, list: SpanList): number {
  switch (code) {
    case 0x3c: // <
      if (mayBeMark(text, index)) readMark(text, index, ROLE_MARK, list);
      readElement(text, index, list);
      return index;
    case 0x23: // #
      if (text.charCodeAt(index + 1) === 0x23 && text.charCodeAt(index - 1) !== 0x23)
        readMark(text, index, HASH_MARK, list);
      return index;
    case 0x5b: // [
      if (mayBeBracketed(text.charCodeAt(index + 1))) readMark(text, index, BRACKET_MARK, list);
      return index;
    case 0x5d: // ]
      if (text.charCodeAt(index + 1) === 0x28) readMarkdown(text, index, list);
      return index;
    case 0x3a: // :
      if (text.charCodeAt(index + 1) === 0x2f && text.charCodeAt(index + 2) === 0x2f)
        readUserInfo(text, index, list);
      else if (text.charCodeAt(index + 1) === 0x41 && text.charCodeAt(index + 2) === 0x41)
        readTelegram(text, index, list);
      return index;
    case 0x24: // $
      return readAt(text, index, index, PASSWORD_HASH, "password-hash", list);
    case 0x7e: // ~
      if (text.charCodeAt(index - 1) === 0x51)
        return readAt(
          text,
          index,
          Math.max(0, index - 5),
          AZURE_SECRET,
          "azure-client-secret",
          list,
        );
      return index;
    case 0x7c: // |
      return readFacebook(text, index, list);
    case 0x25: // %
    case 0x26: // &
      if (isEscape(text, index)) list.noteOdd(index, true);
      return index;
    case 0x5c: // \
      if (isEscape(text, index)) {
        list.noteOdd(index, true);
        return index;
      }
      // `\n` in the text of a string: its letter is none of the next word.
      return index + 1;
    default:
      return index;
  }
}

/** `[/INST]`, `[SYSTEM]`: capitals. */
function mayBeBracketed(code: number): boolean {
  return code === 0x2f || (code >= 0x41 && code <= 0x5a);
}

/** `<` of a mark, and not one of hundreds of others. */
function mayBeMark(text: string, index: number): boolean {
  const next = text.charCodeAt(index + 1);
  return next === 0x7c || next === 0x2f || next === 0x3c || isAlphanumeric(next);
}

function isEscape(text: string, index: number): boolean {
  ESCAPE.lastIndex = index;
  return ESCAPE.test(text);
}

function readMark(text: string, index: number, pattern: RegExp, list: SpanList): void {
  if (index < list.instructionsTo) return;
  pattern.lastIndex = index;
  if (!pattern.test(text)) return;
  list.add("instructions", "role-mark", "high", index, endOfInstruction(text, pattern.lastIndex));
}

function readAt(
  text: string,
  index: number,
  at: number,
  pattern: RegExp,
  id: string,
  list: SpanList,
): number {
  pattern.lastIndex = at;
  if (!pattern.test(text)) return index;
  list.add("secrets", id, "high", at, pattern.lastIndex);
  return Math.max(index, pattern.lastIndex - 1);
}

function readFacebook(text: string, index: number, list: SpanList): number {
  for (const length of [16, 15]) {
    FACEBOOK_TOKEN.lastIndex = Math.max(0, index - length);
    if (isAlphanumeric(text.charCodeAt(index - length - 1))) continue;
    if (!FACEBOOK_TOKEN.test(text)) continue;
    list.add("secrets", "facebook-token", "high", index - length, FACEBOOK_TOKEN.lastIndex);
    return FACEBOOK_TOKEN.lastIndex - 1;
  }
  return index;
}

const TELEGRAM_TOKEN = /\d{8,10}:AA[\w-]{33}(?![\w-])/y;

function readTelegram(text: string, index: number, list: SpanList): void {
  for (const length of [10, 9, 8]) {
    if (isAlphanumeric(text.charCodeAt(index - length - 1))) continue;
    TELEGRAM_TOKEN.lastIndex = Math.max(0, index - length);
    if (!TELEGRAM_TOKEN.test(text)) continue;
    list.add("secrets", "telegram-token", "high", index - length, TELEGRAM_TOKEN.lastIndex);
    return;
  }
}

/** `scheme://user:password@host`. The whole of it tells where the password is good. */
function readUserInfo(text: string, index: number, list: SpanList): void {
  USER_INFO.lastIndex = index;
  const found = USER_INFO.exec(text);
  if (!found) return;
  const [whole, user = "", password = ""] = found;
  if (user === password || REFERENCE.test(password) || DOCUMENTED.test(password)) return;
  let start = index;
  const limit = Math.max(0, index - SCHEME_LENGTH_MAX);
  while (start > limit && isSchemeCharacter(text.charCodeAt(start - 1))) start--;
  if (start === index) return;
  const end = index + whole.length;
  list.add("secrets", "url-password", "high", end - 1 - password.length, end - 1);
}

function isSchemeCharacter(code: number): boolean {
  return isAlphanumeric(code) || code === 0x2b || code === 0x2d || code === 0x2e || code === 0x3a;
}

/* oxlint-disable no-control-regex -- escape sequences are meant */
const SEQUENCE =
  /\u001B(?:\[[0-?]{0,40}[ -/]{0,4}[@-~]|\][^\u0007\u001B]{0,400}(?:\u0007|\u001B\\)|[PX^_][^\u001B]{0,400}\u001B\\|[ -/]{0,4}[0-~])/y;
const COLOUR = /\u001B\[[0-9;:]{0,40}m/y;
/* oxlint-enable no-control-regex */

/** A control character and what belongs to it. Answers where it ends. */
export function readControl(text: string, index: number, list: SpanList): number {
  COLOUR.lastIndex = index;
  if (COLOUR.test(text)) {
    list.add("terminal", "colour", "low", index, COLOUR.lastIndex);
    return COLOUR.lastIndex;
  }
  SEQUENCE.lastIndex = index;
  if (SEQUENCE.test(text)) {
    list.add("terminal", "sequence", "medium", index, SEQUENCE.lastIndex);
    return SEQUENCE.lastIndex;
  }
  let end = index + 1;
  while (end < text.length && isControl(text.charCodeAt(end))) end++;
  list.add("terminal", "control", "low", index, end);
  return end;
}

function isControl(code: number): boolean {
  return (
    (code < 0x20 && code !== 0x0a && code !== 0x0d && code !== 0x09 && code !== 0x1b) ||
    code === 0x7f
  );
}
