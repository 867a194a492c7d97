import { isJsonObject, type JsonObject } from "@glovebox/host-api/json";
import type {
  ListedApproval,
  OperatorDecision,
  OperatorDesk,
  PendingApproval,
} from "../../consent/desk.ts";
import { storeKey, type SharedStore } from "../store/shared-store.ts";
import { PLAIN_VAULT, type TenantVault } from "../store/tenant-vault.ts";

/** A client that keeps on calling fills neither the store nor the operator's day. */
const PENDING_MAX = 256;
const PENDING_PER_PRINCIPAL_MAX = 32;
const PENDING_BYTES_MAX = 256 * 1024;
const LIST = storeKey("approvals", "pending");

/**
 * The operator's desk in the store that all replicas share, and the command line with them.
 * A value that is not of its shape is refused: nothing is approved by what nobody can read.
 */
export function makeSharedDesk(
  store: SharedStore,
  nowMs: () => number,
  vault: TenantVault = PLAIN_VAULT,
): OperatorDesk {
  const pendingKey = (id: string): string => storeKey("approval", id);
  const decisionKey = (id: string): string => storeKey("approval-decision", id);
  const listOf = (principal: string): string => storeKey("approvals", "principal", principal);
  const read = async (key: string): Promise<JsonObject | undefined> => {
    const stored = await store.get(key);
    return stored && parseObject(stored.value);
  };
  const seal = ({ tenant, id }: PendingApproval, text: string): Promise<string> =>
    vault.seal(tenant, pendingKey(id), text);
  /** What waits by an id; undefined when nothing does that can be read. */
  const find = async (id: string): Promise<JsonObject | undefined> => {
    const stored = await store.get(pendingKey(id));
    const text = stored && (await vault.open(pendingKey(id), stored.value));
    return text === undefined ? undefined : parseObject(text);
  };
  const forget = async (id: string, principal: string): Promise<void> => {
    await store.delist(LIST, id);
    await store.delist(listOf(principal), id);
  };
  return {
    async put(pending) {
      const text = JSON.stringify(pending);
      if (Buffer.byteLength(text) > PENDING_BYTES_MAX) return false;
      const now = nowMs();
      const ttlMs = Math.max(1, Math.ceil(pending.untilMs - now));
      const before = await find(pending.id);
      if (before) {
        // What is decided counts for the reasons that were shown.
        if (JSON.stringify(before["reasons"]) !== JSON.stringify(pending.reasons))
          await store.put(pendingKey(pending.id), await seal(pending, text), { ttlMs });
        return true;
      }
      const order = { score: pending.untilMs, ttlMs, dropBelow: now };
      const own = listOf(pending.principal);
      if (!(await store.enlist(own, pending.id, { ...order, countMax: PENDING_PER_PRINCIPAL_MAX })))
        return false;
      if (!(await store.enlist(LIST, pending.id, { ...order, countMax: PENDING_MAX }))) {
        await store.delist(own, pending.id);
        return false;
      }
      await vault.note(pending.tenant, pendingKey(pending.id), ttlMs);
      await store.put(pendingKey(pending.id), await seal(pending, text), { ttlMs });
      return true;
    },
    async take(id) {
      const key = decisionKey(id);
      const stored = await store.get(key);
      if (!stored) return undefined;
      const decision = parseObject(stored.value) as unknown as OperatorDecision;
      if (decision.id !== id) throw new Error("a decision about another call");
      if (decision.decision !== "allow") return { ...decision, decision: "deny" };
      // Of two calls, on whatever replicas, one takes this version away.
      if (!(await store.delete(key, stored.version))) return undefined;
      const pending = await find(id);
      await store.delete(pendingKey(id));
      const principal = pending?.["principal"];
      if (typeof principal === "string") await forget(id, principal);
      return decision;
    },
    async list() {
      const ids = await store.listed(LIST, { countMax: PENDING_MAX });
      const found = await Promise.all(
        ids.map(async (id) => [await find(id), await read(decisionKey(id))] as const),
      );
      return found
        .flatMap(([pending, decided]): ListedApproval[] =>
          pending
            ? [
                {
                  ...(pending as unknown as PendingApproval),
                  ...(decided ? { decided: decided as unknown as OperatorDecision } : {}),
                },
              ]
            : [],
        )
        .toSorted((left, right) => left.createdMs - right.createdMs);
    },
    async decide(decision) {
      const ttlMs = Math.max(1, Math.ceil(decision.untilMs - nowMs()));
      await store.put(decisionKey(decision.id), JSON.stringify(decision), { ttlMs });
    },
  };
}

function parseObject(text: string): JsonObject {
  const value: unknown = JSON.parse(text);
  if (!isJsonObject(value)) throw new Error("a value of the store is not one of ours");
  return value;
}
