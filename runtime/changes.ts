import { matchTemplate } from "@glovebox/host-api/uri-template";
import type { ExposedOffers } from "./policy/expose-offers.ts";
import type { Change } from "./sandbox/sandbox.ts";

export type ChangeListener = (change: Change, tenant: string) => void;

/** Tells whoever listens that something which clients may have read has changed. */
export interface Changes {
  /** What a plugin said in a call of a tenant. Only its own resources change by its word, and only that tenant's. */
  note(alias: string, tenant: string, change: Change): void;
  /** Answers how to stop listening. */
  listen(listener: ChangeListener): () => void;
  close(): void;
}

/** The same change is told at most this often; what comes in between is told once, at the end. */
const INTERVAL_MS = 1000;
/** Different changes of one plugin and tenant within that time. More are lost. */
const WAITING_MAX = 100;

export function makeChanges(offers: ExposedOffers): Changes {
  const listeners = new Set<ChangeListener>();
  const recent = new Map<string, Map<string, { timer: NodeJS.Timeout; isAgain: boolean }>>();
  const tell: ChangeListener = (change, tenant) => {
    for (const listener of listeners) listener(change, tenant);
  };
  return {
    note(alias, tenant, change) {
      if (change.what === "updated" && !isOwn(offers, alias, change.uri)) return;
      const key = change.what === "updated" ? `updated ${change.uri}` : change.what;
      const own = JSON.stringify([alias, tenant]);
      const told =
        recent.get(own) ?? new Map<string, { timer: NodeJS.Timeout; isAgain: boolean }>();
      recent.set(own, told);
      const known = told.get(key);
      if (known) known.isAgain = true;
      if (known || told.size >= WAITING_MAX) return;
      tell(change, tenant);
      const again = (): void => {
        const entry = told.get(key);
        told.delete(key);
        if (!entry?.isAgain) {
          if (told.size === 0) recent.delete(own);
          return;
        }
        tell(change, tenant);
        told.set(key, { timer: setTimeout(again, INTERVAL_MS).unref(), isAgain: false });
      };
      told.set(key, { timer: setTimeout(again, INTERVAL_MS).unref(), isAgain: false });
    },
    listen(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    close() {
      for (const told of recent.values())
        for (const { timer } of told.values()) clearTimeout(timer);
      recent.clear();
      listeners.clear();
    },
  };
}

function isOwn({ resources, templates }: ExposedOffers, alias: string, uri: string): boolean {
  return (
    resources.some((one) => one.alias === alias && one.resource.uri === uri) ||
    templates.some(
      (one) => one.alias === alias && matchTemplate(one.template.uriTemplate, uri) !== undefined,
    )
  );
}
