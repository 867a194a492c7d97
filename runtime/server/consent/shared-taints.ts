import { isJsonObject } from "@glovebox/host-api/json";
import type { Taint, TaintKey, TaintStore } from "../../consent/taint-store.ts";
import { storeKey, TTL_MS_MAX, type SharedStore } from "../store/shared-store.ts";

/** What is marked is not marked again before so long, or so large a part of its time, is over. */
const RENEWED_AFTER_MS = 60_000;
const RENEWED_AFTER_PART = 1 / 16;
const KNOWN_MAX = 10_000;
const KIND = "taint";
const MARKS = ["strangers", "private"] as const;

/**
 * What conversations and principals have seen, for every replica. Each kind of mark is a value of its own that is only ever
 * set, so that two who mark at once lose neither.
 */
export function makeSharedTaints(store: SharedStore, nowMs: () => number): TaintStore {
  const keyOf = (key: TaintKey, mark: keyof Taint): string =>
    storeKey(KIND, key.kind, key.name, mark);
  /** Until when this process need not mark it again. */
  const known = new Map<string, number>();

  const markOne = async (key: string, alias: string, leftMs: number): Promise<void> => {
    if ((known.get(key) ?? 0) > nowMs()) return;
    // It lasts longer than was asked for, by as long as the next mark may be left out.
    const restMs = Math.min(RENEWED_AFTER_MS, leftMs * RENEWED_AFTER_PART);
    const ttlMs = Math.min(TTL_MS_MAX, Math.max(1, Math.ceil(leftMs + restMs)));
    await store.put(key, JSON.stringify({ alias }), { ttlMs });
    known.delete(key);
    known.set(key, nowMs() + restMs);
    if (known.size > KNOWN_MAX) known.delete(known.keys().next().value ?? "");
  };

  return {
    async read(keys) {
      const found: { -readonly [Mark in keyof Taint]: Taint[Mark] } = {};
      const reads = keys.flatMap((key) =>
        MARKS.map(async (mark) => {
          const stored = await store.get(keyOf(key, mark));
          if (stored) found[mark] ??= aliasOf(stored.value);
        }),
      );
      await Promise.all(reads);
      return found;
    },
    async mark(key, taint, untilMs) {
      for (const mark of MARKS) {
        const alias = taint[mark];
        if (alias !== undefined) await markOne(keyOf(key, mark), alias, untilMs - nowMs());
      }
    },
  };
}

/** A mark that cannot be read is a mark all the same. */
function aliasOf(text: string): string {
  try {
    const value: unknown = JSON.parse(text);
    if (isJsonObject(value) && typeof value["alias"] === "string") return value["alias"];
  } catch {
    // Somebody else wrote it.
  }
  return "?";
}
