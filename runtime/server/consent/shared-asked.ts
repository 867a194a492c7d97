import { isJsonObject } from "@glovebox/host-api/json";
import type { Asked, AskedStore } from "../../consent/asked-store.ts";
import { storeKey, type SharedStore } from "../store/shared-store.ts";

const MARK = "1";

/** Questions to clients, wherever the answer arrives: another replica may hear it, and one alone is given the token. */
export function makeSharedAsked(store: SharedStore, nowMs: () => number): AskedStore {
  const questionKey = (token: string): string => storeKey("asked", token);
  const firstKey = (key: string): string => storeKey("first-call", key);
  return {
    async put(token, asked) {
      const ttlMs = Math.max(1, Math.ceil(asked.untilMs - nowMs()));
      await store.put(questionKey(token), JSON.stringify(asked), { ttlMs });
    },
    async take(token) {
      const key = questionKey(token);
      const stored = await store.get(key);
      if (!stored || !(await store.delete(key, stored.version))) return undefined;
      return parseAsked(stored.value);
    },
    async noteFirst(key, untilMs) {
      await store.put(firstKey(key), MARK, { ttlMs: Math.max(1, Math.ceil(untilMs - nowMs())) });
    },
    hasFirst: async (key) => (await store.get(firstKey(key))) !== undefined,
  };
}

/** Undefined for what we did not write: whoever can write to the store is a stranger. */
function parseAsked(text: string): Asked | undefined {
  const value: unknown = JSON.parse(text);
  if (!isJsonObject(value)) return undefined;
  const { id, state, reasons, untilMs } = value;
  const isState = state === "question" || state === "round" || state === "approved";
  if (typeof id !== "string" || !isState || typeof untilMs !== "number" || !Array.isArray(reasons))
    return undefined;
  return {
    id,
    state,
    untilMs,
    reasons: (["approval", "flow"] as const).filter((reason) => reasons.includes(reason)),
  };
}
