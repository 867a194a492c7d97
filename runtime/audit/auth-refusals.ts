import { makeEvent, type EventRecord } from "./record.ts";

/** Why somebody was not let in. A closed list, for whoever counts. */
export type RefusalReason =
  | "no-credentials"
  | "invalid_request"
  | "invalid_token"
  | "invalid_dpop_proof"
  | "insufficient_scope"
  | "forbidden"
  | "not-checked"
  | "wrong-host"
  | "wrong-origin"
  | "around-proxy"
  | "too-many";

/** One request that was refused at the door. Nothing of what it sent as a credential stands in it. */
export interface AuthRefusal {
  readonly reason: RefusalReason;
  /** Of HTTP. */
  readonly status: number;
  /** The client's, as it is counted: behind a trusted proxy that which the proxy names. */
  readonly address: string;
  /** The id of a key that this server made, where the request named one. */
  readonly key?: string;
  /** Who it came from, where that is known and was not enough. */
  readonly principal?: string;
}

export interface RefusalCounter {
  note(refusal: AuthRefusal): void;
  /** Writes what is not written yet. */
  close(): void;
}

/** No more than one record in so long, however many are refused. */
const INTERVAL_MS = 1000;
/** The same of those that were refused for being too many: they are what a flood is made of. */
const FLOOD_INTERVAL_MS = 60_000;
/** Told apart in one record. Those beyond it are counted together. */
const GROUPS_MAX = 8;

/**
 * Records refused requests: the first at once, and what follows it once a second and counted, so that no flood fills the disk
 * or hides that it was one; those that were too many for their address or caller once a minute, and apart.
 * `write` may throw: then the refusals are lost, and stay refusals.
 */
export function makeRefusalCounter(
  write: (event: EventRecord, count: number) => void,
): RefusalCounter {
  const refused = countRefusals(write, INTERVAL_MS);
  const floods = countRefusals(write, FLOOD_INTERVAL_MS);
  return {
    note: (refusal) => (refusal.reason === "too-many" ? floods : refused).note(refusal),
    close() {
      refused.close();
      floods.close();
    },
  };
}

function countRefusals(
  write: (event: EventRecord, count: number) => void,
  intervalMs: number,
): RefusalCounter {
  const groups = new Map<string, { readonly refusal: AuthRefusal; count: number }>();
  let others = 0;
  let timer: NodeJS.Timeout | undefined;

  const flush = (): void => {
    const refusals = [...groups.values()].map(({ refusal, count }) => ({ ...refusal, count }));
    const count = refusals.reduce((sum, group) => sum + group.count, others);
    timer = undefined;
    if (count === 0) return;
    const detail = { count, refusals, ...(others > 0 ? { others } : {}) };
    groups.clear();
    others = 0;
    timer = setTimeout(flush, intervalMs).unref();
    write(makeEvent("auth-refused", { detail }), count);
  };

  return {
    note(refusal) {
      const { reason, status, address, key = "", principal = "" } = refusal;
      const name = JSON.stringify([reason, status, address, key, principal]);
      const group = groups.get(name);
      if (group) group.count += 1;
      else if (groups.size < GROUPS_MAX) groups.set(name, { refusal, count: 1 });
      else others += 1;
      if (!timer) flush();
    },
    close() {
      clearTimeout(timer);
      flush();
      clearTimeout(timer);
    },
  };
}
