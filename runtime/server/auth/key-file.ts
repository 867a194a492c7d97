import type { Cursor } from "../../plugin/cursor.ts";
import { readDocument } from "../../plugin/document.ts";
import { readFormatVersion } from "../../plugin/format-version.ts";
import { isPrincipalName, isTenantName, TENANT_CHARS_MAX } from "../../policy/principal.ts";
import { readScopeNames } from "../../policy/server/read-scopes.ts";
import { API_KEY_ID } from "./api-key.ts";
import { AuthError } from "./errors.ts";

/** One API key as the server keeps it: whose it is, and the hash of it. */
export interface StoredKey {
  readonly id: string;
  /** What the client is called. Two valid keys of one name, tenant and subject are one client that changes its key. */
  readonly name: string;
  readonly tenant: string;
  readonly subject?: string;
  readonly scopes: readonly string[];
  /** SHA-256 of the whole key, in hexadecimal. */
  readonly hash: string;
  /** UTC times, ISO 8601. */
  readonly created: string;
  /** Null for a key that ends only by being revoked. */
  readonly expires: string | null;
  readonly revoked?: string;
}

export const KEY_FILE_BYTES_MAX = 16 * 1024 * 1024;
/** Only its owner may read or change it. */
export const KEY_FILE_MODE = 0o600;
const KEYS_MAX = 20_000;
/** So that a key can be replaced while its predecessor is still in use, and no third one is forgotten. */
const VALID_KEYS_MAX = 2;

const LIMITS = { bytesMax: KEY_FILE_BYTES_MAX, depthMax: 6, nodesMax: 1_000_000 };
const HASH = { lengthMax: 64, pattern: /^[0-9a-f]{64}$/, shape: "a SHA-256 in hexadecimal" };
const TIME = {
  lengthMax: 24,
  pattern: /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}Z$/,
  shape: "a UTC time such as 2027-01-31T12:00:00.000Z",
};

/** Reads the file of keys. Nothing in it is guessed: throws `ERR_KEYS_INVALID`, or `Refusals` of several. */
export function parseKeyFile(bytes: Uint8Array, file: string): readonly StoredKey[] {
  const invalid = (message: string, detail: ConstructorParameters<typeof AuthError>[2]) =>
    new AuthError("ERR_KEYS_INVALID", message, detail);
  return readDocument(bytes, { file, limits: LIMITS, invalid, hidden: invalid }, (root) => {
    readFormatVersion(root, "version", file);
    const fields = root.fields(["version", "keys"]);
    fields.get("version").exactly(1);
    const seen = new Set<string>();
    return fields
      .get("keys")
      .items(0, KEYS_MAX)
      .map((item) => {
        const key = readKey(item);
        if (seen.has(key.id)) item.problem(`the id ${key.id} stands here twice`);
        seen.add(key.id);
        return key;
      });
  });
}

export function formatKeyFile(keys: readonly StoredKey[]): string {
  return `${JSON.stringify({ version: 1, keys }, null, 2)}\n`;
}

function readKey(item: Cursor): StoredKey {
  const fields = item.fields(
    ["id", "name", "tenant", "scopes", "hash", "created", "expires"],
    ["subject", "revoked"],
  );
  const expires = fields.get("expires");
  const name = readName(fields.get("name"), isPrincipalName);
  return {
    id: fields.get("id").string(API_KEY_ID),
    name,
    tenant: readName(fields.get("tenant"), isTenantName),
    ...fields.optional("subject", (subject) => readName(subject, isPrincipalName)),
    scopes: readScopeNames(fields.get("scopes")),
    hash: fields.get("hash").string(HASH),
    created: readTime(fields.get("created")),
    expires: expires.value === null ? null : readTime(expires),
    ...fields.optional("revoked", readTime),
  };
}

function readName(member: Cursor, isName: (name: string) => boolean): string {
  const name = member.string({ lengthMin: 1, lengthMax: 2 * TENANT_CHARS_MAX });
  if (name !== "" && !isName(name)) member.problem("not a name that can be used");
  return name;
}

function readTime(member: Cursor): string {
  const text = member.string(TIME);
  if (TIME.pattern.test(text) && Number.isNaN(Date.parse(text))) member.problem("not a time");
  return text;
}

/** Whether the key counts at this moment. */
export function isValidKey(key: StoredKey, nowMs: number): boolean {
  if (key.revoked !== undefined) return false;
  return key.expires === null || nowMs < Date.parse(key.expires);
}

/** Adds a key. Throws `ERR_API_KEY_ROTATION` where its client has two valid ones. */
export function addKey(
  keys: readonly StoredKey[],
  added: StoredKey,
  nowMs: number,
): readonly StoredKey[] {
  const valid = keys.filter(
    (key) =>
      key.name === added.name &&
      key.tenant === added.tenant &&
      key.subject === added.subject &&
      isValidKey(key, nowMs),
  );
  if (valid.length >= VALID_KEYS_MAX)
    throw new AuthError(
      "ERR_API_KEY_ROTATION",
      `${JSON.stringify(added.name)} has ${valid.length} valid keys already: ${valid.map(({ id }) => id).join(", ")}.`,
    );
  return [...keys, added];
}

/** Marks a key as revoked. It stays in the file, so that its id goes on to say whose it was. Throws `ERR_API_KEY_UNKNOWN`. */
export function revokeKey(
  keys: readonly StoredKey[],
  id: string,
  nowMs: number,
): readonly StoredKey[] {
  if (!keys.some((key) => key.id === id))
    throw new AuthError(
      "ERR_API_KEY_UNKNOWN",
      `There is no key ${JSON.stringify(id.slice(0, 80))}.`,
    );
  const revoked = new Date(nowMs).toISOString();
  return keys.map((key) => (key.id === id ? { ...key, revoked: key.revoked ?? revoked } : key));
}
