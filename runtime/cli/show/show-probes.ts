import type { ProbeResult } from "../../debt/probe-result.ts";
import type { Output } from "../output.ts";

/** Ring by ring, claim by claim, for people. */
export function showProbes(results: readonly ProbeResult[], out: Output): void {
  const ringOf = ({ ring }: ProbeResult): number => ring ?? Infinity;
  const rows = results
    .toSorted((left, right) => ringOf(left) - ringOf(right))
    .map(({ ring, id, held, claim, says }) => [
      ring === null ? "all" : String(ring),
      id,
      held ? "held" : "ESCAPED",
      `${claim}: ${says}`,
    ]);
  out.table(["RING", "PROBE", "STATE", "CLAIM"], rows);
  const escaped = results.filter(({ held }) => !held).length;
  out.line();
  out.line(
    escaped === 0
      ? `${results.length} claims were attacked, and all held.`
      : `${escaped} of ${results.length} claims did not hold.`,
  );
}
