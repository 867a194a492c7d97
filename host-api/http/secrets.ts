import { joinBytes } from "../bytes.ts";
import { GrantError, HostError } from "../errors.ts";
import type { Powers } from "../powers.ts";
import type { HttpGrant } from "./grant.ts";
import { isHeaderValue } from "./headers.ts";
import type { Header } from "./headers.ts";
import type { HttpRule, HttpSecret } from "./rule.ts";

/** Undoing escapes can take 0.5 ms for each KiB that a server fills with them. */
const PART_BYTES = 32 * 1024;
/** Two layers of escapes: `&amp;#x0041;`. Each part reaches so far into the next that a secret across the border is whole in one. */
const ESCAPED_BYTES_PER_CHARACTER = 16;

/** A shorter secret would be found in ordinary answers by chance. */
const SECRET_CHARACTERS_MIN = 8;

/**
 * The operator's secrets of one grant, as one request needs them: read at its start, gone with it.
 * The guest never sees a value; an answer in which one appears is refused.
 */
export interface RequestSecrets {
  /** The header that `rule` adds; `undefined` when it has no secret. */
  headerFor(rule: HttpRule): Header | undefined;
  /** Whether any secret of the grant appears, in any spelling that echoes use. A body is searched in parts, with turns for others between them. */
  appearsIn(bytes: Uint8Array, signal: AbortSignal): Promise<boolean>;
  appearsInText(text: string): boolean;
  /**
   * Passes a body on as it comes, without ever passing on a byte of a secret: as much as the longest spelling could take is
   * held back until what follows it is known. Throws `HostError` where a secret ends.
   */
  passClean(chunks: AsyncIterable<Uint8Array>, signal: AbortSignal): AsyncIterable<Uint8Array>;
}

/** Reads every secret once, so that a missing or unusable one stops the start and not a call. Throws `GrantError`. */
export function assertSecretsReadable(grant: HttpGrant, powers: Powers): void {
  grant.allow.forEach(({ secret }, index) => {
    if (secret === undefined) return;
    try {
      readValue(secret, powers);
    } catch (cause) {
      const reason = cause instanceof Error ? cause.message : "it cannot be read";
      const error = new GrantError(
        `the secret ${secret.reference} is not usable: ${reason}`,
        "Set it, readable by the operator alone, or change the reference.",
        ["allow", index, "secret", "reference"],
      );
      error.cause = cause;
      throw error;
    }
  });
}

/** Reads the grant's secrets for one request, so that a rotated file counts at once. Throws `HostError` `internal`. */
export function openSecrets(grant: HttpGrant, powers: Powers): RequestSecrets {
  const values = new Map<string, string>();
  for (const { secret } of grant.allow) {
    if (secret === undefined || values.has(secret.reference)) continue;
    try {
      values.set(secret.reference, readValue(secret, powers));
    } catch (cause) {
      throw new HostError("internal", `the secret ${secret.reference} is not usable`, { cause });
    }
  }
  const spellings = [...values.values()].flatMap(spellingsOf);
  const appearsInText = (text: string) =>
    spellings.length > 0 &&
    readings(text).some((reading) => {
      const folded = reading.toLowerCase();
      return spellings.some((spelling) => folded.includes(spelling));
    });
  const longest = Math.max(0, ...[...values.values()].map((value) => value.length));
  const overlapBytes = longest * ESCAPED_BYTES_PER_CHARACTER;
  const appearsIn: RequestSecrets["appearsIn"] = async (bytes, signal) => {
    if (spellings.length === 0) return false;
    for (let start = 0; start < bytes.length; start += PART_BYTES) {
      const part = bytes.subarray(start, start + PART_BYTES + overlapBytes);
      if (appearsInText(new TextDecoder("latin1").decode(part))) return true;
      await new Promise((resolve) => setImmediate(resolve));
      signal.throwIfAborted();
    }
    return false;
  };
  return {
    headerFor({ secret }) {
      const value = secret === undefined ? undefined : values.get(secret.reference);
      return secret === undefined || value === undefined
        ? undefined
        : [secret.header, secret.format.replace("{}", () => value)];
    },
    appearsInText,
    appearsIn,
    async *passClean(chunks, signal) {
      let held: Uint8Array[] = [];
      let freshBytes = 0;
      for await (const chunk of chunks) {
        held.push(chunk);
        freshBytes += chunk.length;
        // Searched by so much at a time: a server that sends single bytes must not have each of them searched for anew.
        if (freshBytes < overlapBytes) continue;
        const bytes = joinBytes(held);
        assertNoSecret(await appearsIn(bytes, signal));
        const borderBytes = bytes.length - overlapBytes;
        if (borderBytes > 0) yield bytes.subarray(0, borderBytes);
        held = [bytes.subarray(borderBytes)];
        freshBytes = 0;
      }
      const rest = joinBytes(held);
      assertNoSecret(await appearsIn(rest, signal));
      if (rest.length > 0) yield rest;
    },
  };
}

/** The answer to a request under the grant must not have a secret in it. */
export function assertNoSecret(appears: boolean): void {
  if (appears)
    throw new HostError("refused-by-policy", "the answer repeats a secret of the operator's");
}

function readValue(secret: HttpSecret, powers: Powers): string {
  const value = powers.readSecret(secret.reference);
  if (value.length < SECRET_CHARACTERS_MIN)
    throw new Error(`it has fewer than ${SECRET_CHARACTERS_MIN} characters`);
  if (!isHeaderValue(value) || value !== value.trim())
    throw new Error("a header cannot carry it as it is");
  return value;
}

/**
 * What to look for, in lower case: the secret, in hexadecimal, and in base64 at each of the three offsets
 * that text before it can give it. Escapes are undone in the answer instead.
 * A server that means to give the secret away can invent another spelling; the operator chose to send it there.
 */
function spellingsOf(secret: string): readonly string[] {
  const hex = Array.from(secret, (character) => character.charCodeAt(0).toString(16)).join("");
  const plain = [
    secret,
    secret.replaceAll(" ", "+"),
    unescapeText(secret),
    unescapeText(unescapeText(secret)),
  ];
  return [
    ...new Set(
      [...plain, hex, ...base64Spellings(secret)].map((spelling) => spelling.toLowerCase()),
    ),
  ];
}

/** Base64 works in groups of three bytes: what is certain is the inside, without the groups shared with neighbours. */
function base64Spellings(secret: string): readonly string[] {
  return [0, 1, 2].flatMap((offset) => {
    const encoded = btoa(" ".repeat(offset) + secret);
    const first = Math.ceil((offset * 8) / 6);
    const last = Math.floor(((offset + secret.length) * 8) / 6);
    const inside = encoded.slice(first, last);
    return [inside, inside.replaceAll("+", "-").replaceAll("/", "_")];
  });
}

/** A text as it stands, and with two layers of escapes undone: a form in JSON, a page in a page. */
function readings(text: string): readonly string[] {
  const once = unescapeText(text);
  return [text, once, unescapeText(once)];
}

const ESCAPES =
  /%([0-9a-f]{2})|\\u00([0-9a-f]{2})|\\x([0-9a-f]{2})|&#x0*([0-9a-f]{2});|&#0*([0-9]{2,3});|&(amp|lt|gt|quot|apos);|\\(["'\\/])|[\0\r\n]/gi;
const ENTITIES: Readonly<Record<string, string>> = {
  amp: "&",
  lt: "<",
  gt: ">",
  quot: '"',
  apos: "'",
};

/** Undoes percent, JSON and HTML escapes; drops line breaks (wrapped base64) and zero bytes (UTF-16). */
function unescapeText(text: string): string {
  return text.replaceAll(ESCAPES, (_whole, ...groups: readonly (string | undefined)[]) => {
    const [percent, unicode, byte, hexEntity, entity, name, character] = groups;
    const hex = percent ?? unicode ?? byte ?? hexEntity;
    if (hex !== undefined) return String.fromCharCode(Number.parseInt(hex, 16));
    if (entity !== undefined) return String.fromCharCode(Number(entity));
    return name === undefined ? (character ?? "") : (ENTITIES[name.toLowerCase()] ?? "");
  });
}
