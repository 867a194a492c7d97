import type { Awaitable } from "./awaitable.ts";

/** What has come into a context, and the alias of the plugin it came through. */
export interface Taint {
  readonly strangers?: string;
  readonly private?: string;
}

/** Whose taint it is. What holds these is told apart by `kind`: conversations end with a process, the others outlive it. */
export interface TaintKey {
  readonly kind: "conversation" | "principal" | "store";
  /** Unique among keys of its kind. May hold anything that a client or the operator wrote. */
  readonly name: string;
}

/** A mark never ends early: of two, the later end counts. */
export interface TaintStore {
  /** What is marked at any of the keys now. */
  read(keys: readonly TaintKey[]): Awaitable<Taint>;
  mark(key: TaintKey, taint: Taint, untilMs: number): Awaitable<void>;
}

interface Mark {
  taint: Taint;
  untilMs: number;
}

const KEYS_MAX = 100_000;

/** In this process. Where there are more keys than it keeps, the oldest conversations go: what their principals read still counts. */
export function makeMemoryTaints(nowMs: () => number): TaintStore {
  const marks = new Map<string, Mark>();
  const nameOf = ({ kind, name }: TaintKey): string => `${kind} ${name}`;
  return {
    read(keys) {
      let found: Taint = {};
      for (const key of keys) {
        const mark = marks.get(nameOf(key));
        if (mark && mark.untilMs > nowMs()) found = { ...mark.taint, ...found };
      }
      return found;
    },
    mark(key, taint, untilMs) {
      const name = nameOf(key);
      const old = marks.get(name);
      const isKept = old !== undefined && old.untilMs > nowMs();
      marks.delete(name);
      marks.set(name, {
        taint: isKept ? { ...taint, ...old.taint } : taint,
        untilMs: isKept ? Math.max(old.untilMs, untilMs) : untilMs,
      });
      if (marks.size > KEYS_MAX) marks.delete(oldest(marks));
    },
  };
}

function oldest(marks: ReadonlyMap<string, Mark>): string {
  let first: string | undefined;
  for (const name of marks.keys()) {
    first ??= name;
    if (name.startsWith("conversation ")) return name;
  }
  return first ?? "";
}
