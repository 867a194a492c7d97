import { matchTemplate } from "@glovebox/host-api/uri-template";
import type { ExposedOffers } from "./policy/expose-offers.ts";
import type { Change } from "./sandbox/sandbox.ts";

export type ChangeListener = (change: Change) => void;

/** Tells whoever listens that something which clients may have read has changed. */
export interface Changes {
  /** What a plugin said. Only its own resources change by its word. */
  note(alias: string, change: Change): void;
  /** Answers how to stop listening. */
  listen(listener: ChangeListener): () => void;
  close(): void;
}

/** The same change is told at most this often; what comes in between is told once, at the end. */
const INTERVAL_MS = 1000;
/** Different changes of one plugin within that time. More are lost. */
const WAITING_MAX = 100;

export function makeChanges(offers: ExposedOffers): Changes {
  const listeners = new Set<ChangeListener>();
  const recent = new Map<string, Map<string, { timer: NodeJS.Timeout; isAgain: boolean }>>();
  const tell = (change: Change): void => {
    for (const listener of listeners) listener(change);
  };
  return {
    note(alias, change) {
      if (change.what === "updated" && !isOwn(offers, alias, change.uri)) return;
      const key = change.what === "updated" ? `updated ${change.uri}` : change.what;
      const told =
        recent.get(alias) ?? new Map<string, { timer: NodeJS.Timeout; isAgain: boolean }>();
      recent.set(alias, told);
      const known = told.get(key);
      if (known) known.isAgain = true;
      if (known || told.size >= WAITING_MAX) return;
      tell(change);
      const again = (): void => {
        const entry = told.get(key);
        told.delete(key);
        if (!entry?.isAgain) return;
        tell(change);
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
