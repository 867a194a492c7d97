import { GrantError } from "../errors.ts";
import type { JsonValue } from "../json.ts";
import { formatSize, parseSize } from "../size.ts";

/** A store of the plugin's own, of at most `quotaBytes` in keys and values together. */
export type KvGrant = { readonly quotaBytes: number };

const MIB = 1024 * 1024;
const DEFAULT_QUOTA_BYTES = MIB;
/** More than this is a database, and the broker answers while it writes. */
export const QUOTA_BYTES_MAX = 1024 * MIB;
const REMEDY = 'Write `true` for 1 MiB, or a size such as "4MiB".';

/** Reads `true`, `"1MiB"` or `{ quota: "1MiB" }`. Throws `GrantError`. */
export function parseKvGrant(value: unknown): KvGrant {
  if (value === true) return { quotaBytes: DEFAULT_QUOTA_BYTES };
  if (typeof value === "string") return parseQuota(value, []);
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new GrantError("the kv grant is neither true, a size nor an object", REMEDY);
  }
  for (const key of Object.keys(value)) {
    if (key !== "quota")
      throw new GrantError("the kv grant has an unknown key", "Its only key is `quota`.", [key]);
  }
  return parseQuota("quota" in value ? value.quota : undefined, ["quota"]);
}

function parseQuota(value: unknown, path: readonly string[]): KvGrant {
  const quotaBytes = parseSize(value, path);
  if (quotaBytes > QUOTA_BYTES_MAX) throw new GrantError("the quota is over 1 GiB", REMEDY, path);
  return { quotaBytes };
}

/** Reads the text after `--grant kv=`. Throws `GrantError`. */
export function parseKvFlag(text: string): JsonValue {
  if (text === "") return true;
  parseKvGrant(text);
  return text;
}

export function formatKvGrant(grant: KvGrant): string {
  return `keep at most ${formatSize(grant.quotaBytes)}`;
}

export function kvCovers(granted: KvGrant, requested: KvGrant): boolean {
  return requested.quotaBytes <= granted.quotaBytes;
}
