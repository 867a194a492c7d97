import { hash, randomBytes } from "node:crypto";
import { crc32 } from "node:zlib";

/**
 * `gbx_<id>_<secret><check>`: a prefix that scanners of leaked secrets find, an id that may be shown, 256 random bits, and
 * a checksum, by which a key that was cut or mistyped is known as such and a find is known to be no accident.
 */
const PREFIX = "gbx";
const DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
const ID_CHARS = 10;
const SECRET_BYTES = 32;
/** 62^43 is the first power beyond 2^256. */
const SECRET_CHARS = 43;
/** 62^6 is the first power beyond 2^32. */
const CHECK_CHARS = 6;
const KEY = /^gbx_([0-9A-Za-z]{10})_([0-9A-Za-z]{43})([0-9A-Za-z]{6})$/;

export const API_KEY_ID = {
  lengthMin: ID_CHARS,
  lengthMax: ID_CHARS,
  pattern: /^[0-9A-Za-z]{10}$/,
  shape: "the id of an API key: ten letters and digits",
};

export interface NewApiKey {
  readonly id: string;
  /** The key itself. It is shown once and kept nowhere. */
  readonly text: string;
  readonly hash: string;
}

export function makeApiKey(): NewApiKey {
  const id = encode(randomBytes(8), ID_CHARS);
  const body = `${PREFIX}_${id}_${encode(randomBytes(SECRET_BYTES), SECRET_CHARS)}`;
  const text = `${body}${checkOf(body)}`;
  return { id, text, hash: hashApiKey(text).toString("hex") };
}

/** The id of what is whole and spelled as a key is; undefined for everything else. Says nothing of whether it is valid. */
export function idOfApiKey(text: string): string | undefined {
  const match = KEY.exec(text);
  if (match === null) return undefined;
  const body = text.slice(0, -CHECK_CHARS);
  return match[3] === checkOf(body) ? match[1] : undefined;
}

/**
 * SHA-256, and no slow function: those make guessing words dear, and nobody guesses 256 random bits.
 * A file of hashes that leaks opens nothing, and a request does not cost 100 ms of processor time.
 */
export function hashApiKey(text: string): Buffer {
  return hash("sha256", text, "buffer");
}

function checkOf(body: string): string {
  return encodeNumber(BigInt(crc32(body)), CHECK_CHARS);
}

function encode(bytes: Uint8Array, charsCount: number): string {
  return encodeNumber(BigInt(`0x${Buffer.from(bytes).toString("hex")}`), charsCount);
}

/** The last `charsCount` digits to the base 62. */
function encodeNumber(number: bigint, charsCount: number): string {
  let text = "";
  for (let rest = number; text.length < charsCount; rest /= 62n)
    text = `${DIGITS[Number(rest % 62n)]}${text}`;
  return text;
}
