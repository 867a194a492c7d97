import { lookAtValue } from "./judge-value.ts";
import type { SpanList } from "./span.ts";

const PEM_HEADER = /-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----/y;
const PEM_END = /-----END [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----/g;
/** The last line is written in letters that a body may hold too. */
const PEM_END_MAX = 80;
const PEM_LENGTH_MAX = 12_000;
const PEM_BODY_MIN = 40;
const AUTHORIZATION =
  /["'\])]{0,2}\s{0,3}[:=,]{1,2}\s{0,3}["'`]?\s{0,3}(?:(basic|bearer|token|digest|apikey|ssws)\s{1,3})?([A-Za-z0-9+/=_.~-]{8,600})/iy;
const CURL_USER =
  /\s(?:-u|--user)(?:\s{1,3}|=)(?:"([^"\n:]{2,60}:[^"\n]{2,80})"|'([^'\n:]{2,60}:[^'\n]{2,80})'|([\w$@.-]{2,60}:[\w$@.!%-]{3,80}))/g;
const CURL_WINDOW = 400;
const HOOKS: readonly (readonly [string, RegExp])[] = [
  ["slack-webhook", /hooks\.slack\.com\/(?:services|workflows|triggers)\/[A-Za-z0-9+/_-]{20,90}/y],
  ["discord-webhook", /webhooks\/\d{15,20}\/[\w-]{40,90}/y],
  [
    "teams-webhook",
    /webhookb?2?\/[0-9a-f-]{36}@[0-9a-f-]{36}\/IncomingWebhook\/[\w-]{20,60}\/[\w-]{20,60}/y,
  ],
  ["zapier-webhook", /hooks\.zapier\.com\/hooks\/catch\/\d{4,12}\/\w{4,20}/y],
];
const PSEXEC = /\s-p\s{1,3}([^\s"'%$]{3,60})/g;
const NETRC = /\s{1,3}\S{1,100}\s{1,3}login\s{1,3}\S{1,100}\s{1,3}password\s{1,3}(\S{3,100})/y;
const REFERS = /[${}%<>]|\*\*|xxx|example|^user(?:name)?:(?:pass(?:word)?|token|key|secret)$/i;

/** A word at which a secret of a fixed form may stand. */
export function readLandmark(text: string, start: number, end: number, list: SpanList): void {
  if (start < list.secretsTo) return;
  switch (text.charCodeAt(start) | 0x20) {
    case 0x62: // begin
      return readPrivateKey(text, start - 5, list);
    case 0x61: // authorization
      return readAuthorization(text, end, list);
    case 0x63: // curl
      return readCommand(text, end, CURL_USER, "basic-auth", list);
    case 0x70: // psexec
      return readCommand(text, end, PSEXEC, "command-password", list);
    case 0x6d: // machine
      NETRC.lastIndex = end;
      return addLast(text, NETRC, "netrc-password", list);
    default:
      for (const [id, pattern] of HOOKS) {
        pattern.lastIndex = start;
        if (pattern.test(text)) return list.add("secrets", id, "high", start, pattern.lastIndex);
      }
  }
}

/** The whole block, or as much of it as there is. */
function readPrivateKey(text: string, start: number, list: SpanList): void {
  PEM_HEADER.lastIndex = Math.max(0, start);
  if (!PEM_HEADER.test(text)) return;
  const from = PEM_HEADER.lastIndex;
  const rest = text.slice(from, from + PEM_LENGTH_MAX);
  const body = endOfBody(rest);
  if (body < PEM_BODY_MIN) return;
  PEM_END.lastIndex = Math.max(0, body - PEM_END_MAX);
  const ending = PEM_END.exec(rest);
  const end = from + (ending ? PEM_END.lastIndex : body);
  list.add("secrets", "private-key", "high", start, end);
}

const BODY = /^[A-Za-z0-9+/=\s"',\\:-]{0,12000}/;

function endOfBody(rest: string): number {
  return BODY.exec(rest)?.[0].length ?? 0;
}

function readAuthorization(text: string, from: number, list: SpanList): void {
  AUTHORIZATION.lastIndex = from;
  const found = AUTHORIZATION.exec(text);
  if (!found) return;
  const [whole, scheme, value = ""] = found;
  const end = found.index + whole.length;
  const start = end - value.length;
  const look = lookAtValue(text, start, end);
  if (look.isPlaceholder || REFERS.test(value) || look.digits === 0) return;
  if (scheme?.toLowerCase() === "basic" && !isUserInfo(value)) return;
  if (scheme === undefined ? look.length < 16 || look.letters === 0 : look.length < 8) return;
  list.add("secrets", "authorization", "high", start, end);
}

function isUserInfo(value: string): boolean {
  return Buffer.from(value, "base64").toString("latin1").includes(":");
}

function readCommand(
  text: string,
  from: number,
  pattern: RegExp,
  id: string,
  list: SpanList,
): void {
  if (from < list.commandsTo) return;
  list.commandsTo = from + CURL_WINDOW / 2;
  const rest = text.slice(from, from + CURL_WINDOW);
  pattern.lastIndex = 0;
  const found = pattern.exec(rest);
  const value = found?.slice(1).find((part) => part !== undefined);
  if (!found || value === undefined || REFERS.test(value)) return;
  const end = from + found.index + found[0].length;
  list.add("secrets", id, "high", end - value.length, end);
}

function addLast(text: string, pattern: RegExp, id: string, list: SpanList): void {
  const found = pattern.exec(text);
  const value = found?.[1];
  if (!found || value === undefined || REFERS.test(value)) return;
  const end = found.index + found[0].length;
  list.add("secrets", id, "high", end - value.length, end);
}
