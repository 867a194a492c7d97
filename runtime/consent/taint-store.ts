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
