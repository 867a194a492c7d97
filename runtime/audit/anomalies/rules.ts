/** What is done when a rule finds something. Each includes what stands before it. */
export const ANOMALY_ACTIONS = ["log", "alert", "suspend"] as const;
export type AnomalyAction = (typeof ANOMALY_ACTIONS)[number];

interface RuleBase {
  readonly name: string;
  readonly action: AnomalyAction;
  /** Aliases of the plugins that it watches; undefined watches all. */
  readonly plugins?: readonly string[];
}

/** One rule: the operator's data, and no code. */
export type AnomalyRule =
  /** One principal calls one tool more than so many times within a time. */
  | (RuleBase & { readonly kind: "burst"; readonly calls: number; readonly withinMs: number })
  /** An answer is larger than so many characters, or than so many times the usual of its tool. */
  | (RuleBase & { readonly kind: "size"; readonly chars?: number; readonly times?: number })
  /** A plugin sends to a host that it never sent to before. */
  | (RuleBase & { readonly kind: "destination"; readonly known: readonly string[] })
  /** So many calls of a plugin in a row were refused something. */
  | (RuleBase & { readonly kind: "denied"; readonly streak: number });

/** Something unusual that a call did. */
export interface Anomaly {
  readonly rule: AnomalyRule;
  readonly alias: string;
  readonly toolName: string;
  readonly principal: string;
  readonly callId: string;
  /** What was seen, in the runtime's words: `destination x.example`. */
  readonly what: string;
}
