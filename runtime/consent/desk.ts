import type { JsonValue } from "@glovebox/host-api/json";
import type { AskReason } from "./asked-store.ts";
import type { Awaitable } from "./awaitable.ts";

/** One call that nobody could be asked about, for an operator to look at. All of it was written by a client but the operator's own names. */
export interface PendingApproval {
  readonly id: string;
  readonly createdMs: number;
  readonly untilMs: number;
  readonly profile?: string;
  /** Its id, which is a hash. */
  readonly principal: string;
  /** Who that is, as the operator knows it: the user, and the client or the name of its key, where they are known. */
  readonly subject?: string;
  readonly client?: string;
  readonly tenant: string;
  readonly tool: string;
  readonly plugin: string;
  readonly signers: readonly string[];
  readonly reasons: readonly AskReason[];
  /** The reasons in words. */
  readonly why: readonly string[];
  /** Where the plugin can send to. */
  readonly sends: readonly string[];
  readonly arguments: JsonValue;
}

/** What the operator said. `allow` lets one call run; `deny` counts until it ends. */
export interface OperatorDecision {
  readonly id: string;
  readonly decision: "allow" | "deny";
  readonly reasons: readonly AskReason[];
  readonly decidedMs: number;
  readonly untilMs: number;
}

export interface ListedApproval extends PendingApproval {
  readonly decided?: Pick<OperatorDecision, "decision" | "untilMs">;
}

/** Where calls wait for an operator, and where the operator's word waits for the calls. */
export interface OperatorDesk {
  /** Lays a call on the desk. False when there is no room for more, or it is too large to be kept. */
  put(pending: PendingApproval): Awaitable<boolean>;
  /** What was decided of it, if anything was. An `allow` is taken away: of two calls, one gets it. */
  take(id: string): Awaitable<OperatorDecision | undefined>;
  /** What waits, with what was decided of it and not yet used. */
  list(): Awaitable<readonly ListedApproval[]>;
  decide(decision: OperatorDecision): Awaitable<void>;
}
