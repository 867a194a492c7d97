import { GrantError } from "../errors.ts";
import type { JsonValue } from "../json.ts";
import { formatSize, parseSize } from "../size.ts";

/** What an operator lets a plugin do in its own folder. A read-only grant has no quota: both numbers are 0. */
export type FilesystemGrant = {
  readonly access: "read" | "read-write";
  /** Bytes of all files together. */
  readonly quotaBytes: number;
  /** Files and directories together. */
  readonly filesMax: number;
};

export const QUOTA_BYTES_DEFAULT = 64 * 1024 * 1024;
export const FILES_DEFAULT = 10_000;
export const FILES_LIMIT = 100_000;

const KEYS = ["access", "quota", "files_max"] as const;

/**
 * Reads `read`, `read-write`, or `{ access, quota?: "64MiB", files_max?: 10000 }`.
 * Throws `GrantError` with the path of the key that is wrong.
 */
export function parseGrant(value: unknown): FilesystemGrant {
  if (typeof value === "string") return parseGrant({ access: value });
  if (typeof value !== "object" || value === null || Array.isArray(value))
    throw new GrantError("not a filesystem grant", 'Write "read", "read-write" or { access: … }.');
  const settings = new Map<string, unknown>(Object.entries(value));
  for (const key of settings.keys()) assertKnownKey(key);
  const access = parseAccess(settings.get("access"));
  const quota = settings.get("quota");
  const filesMax = settings.get("files_max");
  if (access === "read") {
    if (quota === undefined && filesMax === undefined)
      return { access, quotaBytes: 0, filesMax: 0 };
    const key = quota === undefined ? "files_max" : "quota";
    throw new GrantError(`${key} has no meaning for read`, `Remove ${key}, or grant read-write.`, [
      key,
    ]);
  }
  return {
    access,
    quotaBytes: quota === undefined ? QUOTA_BYTES_DEFAULT : parseSize(quota, ["quota"]),
    filesMax: filesMax === undefined ? FILES_DEFAULT : parseFilesMax(filesMax),
  };
}

/** Reads `--grant filesystem=TEXT`: `read-write`, or `read-write,quota=10MiB,files_max=100`. Throws `GrantError`. */
export function parseFlag(text: string): JsonValue {
  const [access = "", ...settings] = text.split(",");
  const grant = new Map<string, JsonValue>([["access", access]]);
  for (const setting of settings) {
    const [key = "", ...rest] = setting.split("=");
    const word = rest.join("=");
    assertKnownKey(key);
    if (grant.has(key)) throw new GrantError(`${key} is given twice`, `Give ${key} once.`, [key]);
    grant.set(key, key === "files_max" && /^[0-9]{1,7}$/.test(word) ? Number(word) : word);
  }
  const value = Object.fromEntries(grant);
  parseGrant(value);
  return settings.length === 0 ? access : value;
}

/** One line for people: `read-write, at most 64 MiB in 10000 files`. */
export function formatGrant(grant: FilesystemGrant): string {
  if (grant.access === "read") return "read";
  return `read-write, at most ${formatSize(grant.quotaBytes)} in ${grant.filesMax} files`;
}

/** Whether everything `requested` allows is also allowed by `granted`. */
export function covers(granted: FilesystemGrant, requested: FilesystemGrant): boolean {
  return (
    (granted.access === "read-write" || requested.access === "read") &&
    granted.quotaBytes >= requested.quotaBytes &&
    granted.filesMax >= requested.filesMax
  );
}

function parseAccess(value: unknown): FilesystemGrant["access"] {
  if (value === "read" || value === "read-write") return value;
  throw new GrantError("access is neither read nor read-write", 'Write "read" or "read-write".', [
    "access",
  ]);
}

function parseFilesMax(value: unknown): number {
  if (typeof value === "number" && Number.isInteger(value) && value >= 1 && value <= FILES_LIMIT)
    return value;
  throw new GrantError("not a number of files", `Write a whole number from 1 to ${FILES_LIMIT}.`, [
    "files_max",
  ]);
}

function assertKnownKey(key: string): void {
  if (KEYS.some((known) => known === key)) return;
  const near = KEYS.find((known) => known[0] === key[0]?.toLowerCase());
  const remedy = near === undefined ? `The keys are ${KEYS.join(", ")}.` : `Did you mean ${near}?`;
  throw new GrantError(`unknown key ${JSON.stringify(key)}`, remedy, [key]);
}
