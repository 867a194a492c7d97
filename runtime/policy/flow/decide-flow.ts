import type { Approvals } from "../approvals.ts";
import { EVERY_TOOL } from "../approvals.ts";
import { PolicyError } from "../errors.ts";
import type { FlowGraph, FlowPath } from "./paths.ts";
import type { AcceptedPath, FlowPolicy } from "./policy.ts";

/** What becomes of one path. */
export type PathState =
  /** Nobody is asked: the operator puts up with it. */
  | { readonly kind: "accepted"; readonly accepted: AcceptedPath }
  /** A human is asked, as the operator has said. */
  | { readonly kind: "held" }
  /** A human is asked, and nobody has said so: enough for development. */
  | { readonly kind: "undecided"; readonly expired?: AcceptedPath };

/** What the gate looks at. */
export interface FlowGateFacts {
  readonly mode: "development" | "production";
  readonly graphs: readonly FlowGraph[];
  readonly flow: FlowPolicy;
  readonly plugins: Readonly<Record<string, { readonly approvals?: Approvals }>>;
  readonly nowMs: number;
}

const REASONS_MAX = 100;

/** An acceptance counts until the end of its day, UTC, like a waiver. */
export function decidePath(
  path: FlowPath,
  { flow, plugins, nowMs }: Omit<FlowGateFacts, "mode" | "graphs">,
): PathState {
  const accepted = flow.accept.find((entry) => entry.path === path.id);
  const isInForce = accepted && nowMs <= Date.parse(`${accepted.until}T23:59:59.999Z`);
  if (accepted && isInForce) return { kind: "accepted", accepted };
  if (flow.hold === "all" || flow.hold?.includes(path.id)) return { kind: "held" };
  if (isAlwaysAsked(plugins[path.to.alias]?.approvals)) return { kind: "held" };
  return { kind: "undecided", ...(accepted ? { expired: accepted } : {}) };
}

/** Production wants a word about each path. Every reason is listed; none means that the start may go on. */
export function decideFlow(facts: FlowGateFacts): readonly PolicyError[] {
  if (facts.mode === "development") return [];
  const undecided = facts.graphs
    .flatMap(({ paths }) => paths)
    .flatMap((path) => {
      const state = decidePath(path, facts);
      return state.kind === "undecided" ? [{ path, state }] : [];
    });
  const reasons = undecided.slice(0, REASONS_MAX).map(({ path, state }) => {
    const ended = state.expired ? ` It was accepted until ${state.expired.until}.` : "";
    return new PolicyError("ERR_GATE_FLOW", `${describePath(path)}${ended}`, {
      place: { path: "flow" },
    });
  });
  const more = undecided.length - reasons.length;
  if (more > 0)
    reasons.push(new PolicyError("ERR_GATE_FLOW", `There are ${more} more such paths.`));
  return reasons;
}

/** One path in one sentence. */
export function describePath({ id, from, to, through }: FlowPath): string {
  const bringers = through.map(({ alias }) => `\`${alias}\``).join(", ");
  return `Path \`${id}\`: what \`${from.alias}\` reads can leave through \`${to.alias}\` when text that ${bringers} brought in tells the model to.`;
}

/** Only `always` shows a human each call. */
function isAlwaysAsked(approvals: Approvals | undefined): boolean {
  if (approvals?.[EVERY_TOOL] !== "always") return false;
  return Object.values(approvals).every((approval) => approval === "always");
}
