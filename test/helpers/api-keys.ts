import { crc32 } from "node:zlib";

const DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/** A text with the checksum that an API key has: what whoever makes one up would send. */
export function makeCrcKey(body: string): string {
  let check = "";
  for (let rest = crc32(body); check.length < 6; rest = Math.floor(rest / 62))
    check = `${DIGITS[rest % 62]}${check}`;
  return `${body}${check}`;
}
