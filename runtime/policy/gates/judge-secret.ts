import { createHash } from "node:crypto";
import { countGuessBits } from "./guess-bits.ts";
import { PLACEHOLDER_WORDS, PUBLISHED_SECRETS } from "./weak-words.ts";

/** Whose secret it is, and so what can be asked of it. */
export type SecretKind =
  /** A key that the operator drew for this server. */
  | "key"
  /** The URL of a service, with the password of the server in it. */
  | "url"
  /** Another service's token, as long as that service makes them. */
  | "token";

/** What is wrong with a secret. None of these tells anything of its value. */
export type SecretFault =
  | "placeholder"
  | "published"
  | "short"
  | "guessable"
  | "no address"
  | "no password";

export const KEY_CHARACTERS_MIN = 32;
/** 128 random bits are counted with a loss: repetitions that come by chance are charged as if they were meant. */
export const KEY_BITS_MIN = 90;
const PASSWORD_CHARACTERS_MIN = 16;
const PASSWORD_BITS_MIN = 60;
const SECRET_CHARACTERS_JUDGED = 4096;
const ENCODINGS_DEEP = 3;

/**
 * What is wrong with a secret, worst first; empty when it passes. It can show that a secret is weak, and never that it is
 * strong: whoever drew it from a generator passes, and most who typed it do not.
 */
// debt("GB-054"): weakness shows, strength does not.
export function judgeSecret(value: string, kind: SecretKind): readonly SecretFault[] {
  const text = value.slice(0, SECRET_CHARACTERS_JUDGED);
  if (kind === "url") return judgeUrl(text);
  const readings = decodings(text);
  if (readings.some(isPublished)) return ["published"];
  if (kind === "token") return readings.some(isPlaceholder) ? ["placeholder"] : [];
  return judgePassword(text, KEY_CHARACTERS_MIN, KEY_BITS_MIN);
}

function judgePassword(text: string, charactersMin: number, bitsMin: number): SecretFault[] {
  const readings = decodings(text);
  if (readings.some(isPublished)) return ["published"];
  if (readings.some(isPlaceholder)) return ["placeholder"];
  if (text.length < charactersMin) return ["short"];
  // What is drawn at random does not decode to words with blanks between them.
  const isSentence = readings.slice(1).some((reading) => reading.includes(" "));
  const bits = Math.min(...readings.map(countGuessBits));
  return isSentence || bits < bitsMin ? ["guessable"] : [];
}

const NO_ADDRESS = { password: "", hostname: "", protocol: "" };

function judgeUrl(text: string): readonly SecretFault[] {
  const { password, hostname, protocol } = URL.canParse(text) ? new URL(text) : NO_ADDRESS;
  const isSocket = /^(unix|redis\+unix):$/.test(protocol);
  // `localhost:6379` reads as a scheme and a path.
  if (hostname === "" && !isSocket) return ["no address"];
  const isLocal =
    isSocket ||
    hostname === "localhost" ||
    hostname === "[::1]" ||
    /^127(\.[0-9]+){3}$/.test(hostname);
  if (password === "") return isLocal ? [] : ["no password"];
  return judgePassword(passwordOf(text), PASSWORD_CHARACTERS_MIN, PASSWORD_BITS_MIN);
}

/** The password in a URL, as it is meant; the whole text when there is none. */
export function passwordOf(text: string): string {
  const password = URL.canParse(text) ? new URL(text).password : "";
  try {
    return decodeURIComponent(password) || text;
  } catch {
    return password;
  }
}

/** The text, and what it is when it is read as Base64 or hexadecimal that spells a text, a few times over. */
function decodings(text: string): readonly string[] {
  const readings = [text];
  for (const reading of readings) {
    if (readings.length > ENCODINGS_DEEP) break;
    for (const encoding of ["base64", "hex"] as const) {
      const decoded = decodeText(reading, encoding);
      if (decoded !== undefined && !readings.includes(decoded)) readings.push(decoded);
    }
  }
  return readings;
}

function decodeText(text: string, encoding: "base64" | "hex"): string | undefined {
  const shape = encoding === "hex" ? /^(?:[0-9a-fA-F]{2}){4,}$/ : /^[A-Za-z0-9+/_-]{8,}={0,2}$/;
  if (!shape.test(text)) return undefined;
  const bytes = Buffer.from(text, encoding);
  const printable = bytes.filter((byte) => byte >= 0x20 && byte < 0x7f).length;
  return bytes.length >= 4 && printable >= 0.9 * bytes.length
    ? bytes.toString("latin1")
    : undefined;
}

/** The text as its author meant it: in lower case, without separators, with digits and signs read as letters. */
function simplify(text: string): string {
  return text
    .normalize("NFKC")
    .toLowerCase()
    .replaceAll(/[013457@$!]/g, (sign) => LOOKS_LIKE[sign] ?? sign)
    .replaceAll(/[^a-z]/g, "");
}

const LOOKS_LIKE: Readonly<Record<string, string>> = {
  "0": "o",
  "1": "i",
  "3": "e",
  "4": "a",
  "5": "s",
  "7": "t",
  "@": "a",
  $: "s",
  "!": "i",
};
/** What is to be filled in: `<KEY>`, `${KEY}`, `{{ key }}`, `[key]`, `%KEY%`. */
const TEMPLATE =
  /^\s*(?:<[^<>]*>|\$[A-Z_][A-Z0-9_]*|\$\{[^{}]*\}|\{\{.*\}\}|\[[^[\]]*\]|%[A-Za-z_]+%)\s*$/;
/** Besides the words a placeholder has at most so much of its own: a number, a year, an exclamation mark. */
const REST_PART_MAX = 0.3;

/** Whether little is left of a text when the words of examples are taken out of it, again and again. */
function isPlaceholder(text: string): boolean {
  if (TEMPLATE.test(text)) return true;
  const plain = text.trim();
  if (plain === "" || /^(.)\1*$/su.test(plain)) return true;
  return [simplify(plain), plain.toLowerCase().replaceAll(/[^a-z]/g, "")].some((letters) => {
    if (letters === "") return false;
    let rest = letters;
    for (const word of PLACEHOLDER_WORDS) rest = rest.replaceAll(word, " ");
    const isMostlyLetters = letters.length >= 0.5 * plain.replaceAll(/[^\p{L}\p{N}]/gu, "").length;
    return isMostlyLetters && rest.replaceAll(" ", "").length <= REST_PART_MAX * letters.length;
  });
}

/** A digest of a word is as easy to guess as the word. */
const KNOWN: ReadonlySet<string> = new Set(PUBLISHED_SECRETS.map((secret) => secret.toLowerCase()));
let knownDigests: ReadonlySet<string> | undefined;

function isPublished(text: string): boolean {
  const plain = text.trim();
  if (KNOWN.has(plain.toLowerCase())) return true;
  if (!/^[A-Za-z0-9+/_-]{22,128}={0,2}$/.test(plain)) return false;
  knownDigests ??= new Set(
    ["", "123456", "1234567890", ...PLACEHOLDER_WORDS].flatMap((word) =>
      ["md5", "sha1", "sha256", "sha512"].flatMap((name) => {
        const digest = createHash(name).update(word).digest();
        return [digest.toString("hex"), digest.toString("base64url")];
      }),
    ),
  );
  const spelled = plain.replace(/=+$/, "").replaceAll("+", "-").replaceAll("/", "_");
  return knownDigests.has(spelled) || knownDigests.has(plain.toLowerCase());
}
