import { isJsonObject } from "@glovebox/host-api/json";

/**
 * Which tenants were erased last, by digest, and how many ever were: what processes that hold keys look at. Whoever looks
 * late, and finds more erasures since than are listed, drops every key.
 */
export interface Erasures {
  readonly count: number;
  /** The last of them, oldest first. */
  readonly last: readonly string[];
}

export const NO_ERASURES: Erasures = { count: 0, last: [] };
export const ERASURES_BYTES_MAX = 64 * 1024;
const LISTED_MAX = 256;
const DIGEST = /^[0-9a-f]{64}$/;

export function addErasure({ count, last }: Erasures, tenant: string): Erasures {
  return { count: count + 1, last: [...last, tenant].slice(-LISTED_MAX) };
}

/**
 * The tenants erased between the two; `all` where that cannot be told. Numbers alone do not tell: a store that was emptied,
 * or a folder that was put back, begins to count anew.
 */
export function erasedBetween(before: Erasures, now: Erasures): "all" | readonly string[] {
  const known = now.last.length - (now.count - before.count);
  if (now.count < before.count || known < 0 || known > before.last.length) return "all";
  const isContinued = now.last
    .slice(0, known)
    .every((tenant, index) => tenant === before.last.at(index - known));
  return isContinued ? now.last.slice(known) : "all";
}

export function formatErasures(erasures: Erasures): string {
  return `${JSON.stringify(erasures)}\n`;
}

/** What cannot be read is not what it was: undefined, and every key is dropped. */
export function parseErasures(text: string): Erasures | undefined {
  try {
    const value: unknown = JSON.parse(text);
    if (!isJsonObject(value)) return undefined;
    const { count, last } = value;
    if (!Number.isSafeInteger(count) || !Array.isArray(last) || last.length > LISTED_MAX)
      return undefined;
    const isWhole = last.every((each) => typeof each === "string" && DIGEST.test(each));
    return isWhole ? { count: Number(count), last: last as string[] } : undefined;
  } catch {
    return undefined;
  }
}
