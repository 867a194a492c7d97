import { randomUUID } from "node:crypto";
import type { Caller } from "../call.ts";
import { isSessionless } from "../policy/principal.ts";
import { whenKnown, type Awaitable } from "./awaitable.ts";
import type { Taint, TaintKey, TaintStore } from "./taint-store.ts";

/** A session's model forgets nothing: its taint outlives any pause that a session does. Where there are none, the window counts. */
// debt("GB-057"): a model's memory has no such end.
const CONVERSATION_MS = 24 * 60 * 60 * 1000;
/** What a store holds stays in it. */
export const FOREVER_MS = 8.64e15;

/**
 * What each model of one profile has seen. A mark is kept twice: at the conversation, as long as it lasts, and at its principal
 * for the window. So a client does not shed it by opening a new session, or by restarting the server under its model,
 * and what one principal does holds up no other.
 */
export class Conversations {
  readonly #store: TaintStore;
  readonly #profile: string;
  readonly #windowMs: number;
  readonly #nowMs: () => number;
  readonly #run = randomUUID();

  constructor(setting: {
    readonly store: TaintStore;
    readonly profile: string | undefined;
    readonly windowMs: number;
    readonly nowMs: () => number;
  }) {
    this.#store = setting.store;
    this.#profile = setting.profile ?? "";
    this.#windowMs = setting.windowMs;
    this.#nowMs = setting.nowMs;
  }

  /** What the conversation has seen, and what its principal has lately. As long as somebody asks, it does not end. */
  read(caller: Caller): Awaitable<Taint> {
    const key = this.#conversation(caller);
    return whenKnown(this.#store.read([key]), (own) =>
      whenKnown(this.#store.read([this.#principal(caller)]), (others) => {
        const taint = { ...others, ...own };
        if (own.strangers === undefined) return taint;
        return whenKnown(this.#store.mark(key, own, this.#endOf(caller)), () => taint);
      }),
    );
  }

  mark(caller: Caller, taint: Taint): Awaitable<void> {
    return whenKnown(this.#store.mark(this.#conversation(caller), taint, this.#endOf(caller)), () =>
      this.#store.mark(this.#principal(caller), taint, this.#nowMs() + this.#windowMs),
    );
  }

  /**
   * Before a plugin's own data is read or changed: what a tainted conversation writes is tainted for every later reader,
   * and whoever reads it is tainted as if it had read the stranger's text itself.
   */
  touch(caller: Caller, storeName: string, writes: boolean): Awaitable<void> {
    const key: TaintKey = { kind: "store", name: storeName };
    return whenKnown(this.#store.read([key]), ({ strangers }) => {
      if (strangers !== undefined) return this.mark(caller, { strangers });
      if (!writes) return undefined;
      return whenKnown(this.read(caller), (taint) =>
        taint.strangers === undefined
          ? undefined
          : this.#store.mark(key, { strangers: taint.strangers }, FOREVER_MS),
      );
    });
  }

  /** Names a conversation among those of all profiles, principals and processes. Whoever holds the pipes has one for each process. */
  nameOf({ principal, conversation }: Caller): string {
    const run = principal.via === "local" ? this.#run : "";
    return JSON.stringify([this.#profile, principal.id, conversation, run]);
  }

  #endOf({ principal, conversation }: Caller): number {
    const lastsMs = isSessionless(conversation, principal)
      ? this.#windowMs
      : Math.max(CONVERSATION_MS, this.#windowMs);
    return this.#nowMs() + lastsMs;
  }

  #conversation(caller: Caller): TaintKey {
    return { kind: "conversation", name: this.nameOf(caller) };
  }

  #principal({ principal }: Caller): TaintKey {
    return { kind: "principal", name: JSON.stringify([this.#profile, principal.id]) };
  }
}
