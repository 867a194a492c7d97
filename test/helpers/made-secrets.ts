import { randomInt } from "node:crypto";

/** Secrets in real forms, made when a test runs: none of them stands in the tree, and none opens anything. */
const LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnpqrstuvwxyz";
const DIGITS = "23456789";

/** Letters and digits, mixed, without sequences. */
export function madeText(length: number, alphabet: string = LETTERS + DIGITS): string {
  let text = "";
  while (text.length < length) text += alphabet.charAt(randomInt(alphabet.length));
  return text;
}

export function madeHex(length: number): string {
  return madeText(length, "0123456789abcdef");
}

/** A number with this beginning and length that passes the check of Luhn. */
export function madeCard(beginning: string, length: number): string {
  const body = beginning + madeText(length - beginning.length - 1, "0123456789");
  let sum = 0;
  for (let index = 0; index < body.length; index++) {
    const digit = Number(body.charAt(body.length - 1 - index));
    const doubled = index % 2 === 0 ? digit * 2 : digit;
    sum += doubled > 9 ? doubled - 9 : doubled;
  }
  return body + String((10 - (sum % 10)) % 10);
}

export function madeToken(): string {
  const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString("base64url");
  return `${part({ alg: "HS256", typ: "JWT" })}.${part({ sub: madeText(12) })}.${madeText(43)}`;
}

/** One of each of the forms that are tested, by the rule that finds it. */
export const MADE_KEYS: Readonly<Record<string, () => string>> = {
  "secrets.github-token": () => `ghp_${madeText(36)}`,
  "secrets.gitlab-token": () => `glpat-${madeText(20)}`,
  "secrets.aws-access-key": () => `AKIA${madeText(16, "ABCDEFGHJKLMNPQRSTUVWXYZ234567")}`,
  "secrets.stripe-key": () => `sk_live_${madeText(24)}`,
  "secrets.slack-token": () =>
    `xoxb-${madeText(12, DIGITS)}-${madeText(12, DIGITS)}-${madeText(24)}`,
  "secrets.google-api-key": () => `AIza${madeText(35)}`,
  "secrets.npm-token": () => `npm_${madeText(36)}`,
  "secrets.sendgrid-key": () => `SG.${madeText(22)}.${madeText(43)}`,
  "secrets.jwt": madeToken,
};
