import type { Awaitable } from "./awaitable.ts";

/** Why a human is asked. */
export type AskReason = "approval" | "flow";

/** One question that is out, or one approved call that is not over yet. */
export interface Asked {
  /** The call that it is about: principal, tool, component and arguments together (`approvalId`). */
  readonly id: string;
  /**
   * `question`: whether the call may run with its arguments. `round`: whether it may go on with the answers to the plugin's
   * own questions, which are put at the same time. `approved`: it may, and its plugin had questions of its own.
   */
  readonly state: "question" | "round" | "approved";
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
