import type { CompiledPolicy } from "./compile-policy.ts";
import { findCrossings } from "./crossings.ts";
import { filterText, markOf } from "./filter-text.ts";

/** So much of what was said before is read together with what comes. */
const TAIL_LENGTH = 512;

/**
 * Filters what a call says while it runs: reports of progress and lines of its log, one after the other. What only two of
 * them spell together is taken out of the second: the first has left.
 */
export function makeWordFilter(policy: CompiledPolicy): (text: string) => string {
  let tail = "";
  return (text) => {
    const filtered = filterText(text, policy);
    const isBlocked = filtered.spans.some(({ kind }) => policy.actions[kind] === "block");
    let said = isBlocked ? markOf(filtered.spans[0]?.kind ?? "secrets") : filtered.text;
    const crossing = findCrossings([tail, text], policy).get(1);
    const action = crossing && policy.actions[crossing.kind];
    if (crossing && (action === "redact" || action === "block")) said = markOf(crossing.kind);
    tail = (tail + text).slice(-TAIL_LENGTH);
    return said;
  };
}
