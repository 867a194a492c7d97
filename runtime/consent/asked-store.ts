import type { Awaitable } from "./awaitable.ts";

/** Why a human is asked. */
export type AskReason = "approval" | "flow";

/** One question that is out, or one approved call that is not over yet. */
export interface Asked {
  /** The call that it is about: principal, tool, component and arguments together (`approvalId`). */
  readonly id: string;
  readonly state: "question" | "approved";
  /** What the human was told. What came up later was not. */
  readonly reasons: readonly AskReason[];
  readonly untilMs: number;
}

/** What was asked of clients. Tokens are random: nobody answers a question that was not put. */
export interface AskedStore {
  put(token: string, asked: Asked): Awaitable<void>;
  /** Takes it away: of two who bring one token, one is given it. */
  take(token: string): Awaitable<Asked | undefined>;
  /** Notes that the first call of a conversation was approved. */
  noteFirst(key: string, untilMs: number): Awaitable<void>;
  hasFirst(key: string): Awaitable<boolean>;
}

const ENTRIES_MAX = 10_000;

/** In this process: a restart forgets every question and every first call, and they are asked anew. */
export function makeMemoryAsked(nowMs: () => number): AskedStore {
  const questions = new Map<string, Asked>();
  const firsts = new Map<string, number>();
  return {
    put(token, asked) {
      questions.set(token, asked);
      dropOldest(questions);
    },
    take(token) {
      const asked = questions.get(token);
      questions.delete(token);
      return asked && asked.untilMs > nowMs() ? asked : undefined;
    },
    noteFirst(key, untilMs) {
      firsts.delete(key);
      firsts.set(key, untilMs);
      dropOldest(firsts);
    },
    hasFirst: (key) => (firsts.get(key) ?? 0) > nowMs(),
  };
}

function dropOldest(map: Map<string, unknown>): void {
  if (map.size <= ENTRIES_MAX) return;
  for (const key of map.keys()) {
    map.delete(key);
    return;
  }
}
