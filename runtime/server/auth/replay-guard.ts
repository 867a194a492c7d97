import { storeKey, type SharedStore } from "../store/shared-store.ts";

/** Remembers what may be used once, until it could not be used any more anyway. */
export interface ReplayGuard {
  /** Whether it is the first time. `owner` keeps whoever floods it from crowding others out. Throws when it cannot remember. */
  addOnce(owner: string, id: string, ttlMs: number): boolean | Promise<boolean>;
}

/** The guard has no room: what cannot be remembered is not accepted. */
export class ReplayGuardFull extends Error {
  override readonly name = "ReplayGuardFull";
}

const ENTRIES_MAX = 200_000;
/** About 90 requests a second with one key. */
const ENTRIES_PER_OWNER_MAX = 6_000;

/** In this process alone. `nowMs` only ever goes up. */
// debt("GB-050"): each process remembers for itself.
export function makeLocalReplayGuard(
  nowMs: () => number,
  limits = { entriesMax: ENTRIES_MAX, perOwnerMax: ENTRIES_PER_OWNER_MAX },
): ReplayGuard {
  const owners = new Map<string, Map<string, number>>();
  let count = 0;

  /** What was put in first ends first, or nearly: sweeping stops at the first that has not ended. */
  const sweep = (owner: string, entries: Map<string, number>): void => {
    const now = nowMs();
    for (const [id, endsMs] of entries) {
      if (endsMs > now) break;
      entries.delete(id);
      count -= 1;
    }
    if (entries.size === 0) owners.delete(owner);
  };

  return {
    addOnce(owner, id, ttlMs) {
      const own = owners.get(owner);
      if (own !== undefined) sweep(owner, own);
      if (count >= limits.entriesMax) for (const [other, entries] of owners) sweep(other, entries);
      const entries = owners.get(owner) ?? new Map<string, number>();
      const endsMs = entries.get(id);
      if (endsMs !== undefined && endsMs > nowMs()) return false;
      if (endsMs === undefined) {
        if (count >= limits.entriesMax || entries.size >= limits.perOwnerMax)
          throw new ReplayGuardFull("too many proofs at once");
        count += 1;
      }
      entries.set(id, nowMs() + ttlMs);
      owners.set(owner, entries);
      return true;
    },
  };
}

/** Shared by replicas: what was used at one of them is used. Throws where the store is away. */
export function makeSharedReplayGuard(store: SharedStore): ReplayGuard {
  return {
    async addOnce(owner, id, ttlMs) {
      const key = storeKey("dpop", owner, id);
      return (await store.put(key, "1", { ttlMs, when: null })) !== undefined;
    },
  };
}
