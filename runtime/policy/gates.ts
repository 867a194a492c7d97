import type { Seal } from "../sandbox/sandbox.ts";
import type { Configuration, Waiver } from "./configuration.ts";
import { PolicyError } from "./errors.ts";

/** What the gates look at. Plain facts, gathered by the composition root. */
export interface StartFacts {
  readonly mode: Configuration["mode"];
  readonly plugins: Configuration["plugins"];
  readonly waivers: readonly Waiver[];
  readonly seal: Seal;
  readonly nowMs: number;
}

/**
 * Decides whether a start may go on. Every reason is listed; none means yes.
 * Development lets a missing ring 5 and plugins marked `unsigned: true` pass, and they stay visible in `list`, `doctor` and the debt report.
 */
export function decideStart(facts: StartFacts): PolicyError[] {
  const reasons = facts.waivers.flatMap((waiver) => (isInForce(waiver, facts.nowMs) ? [] : expired(waiver)));
  if (facts.mode === "development") return [];
  for (const [alias, plugin] of Object.entries(facts.plugins)) {
    if (plugin.unsigned)
      reasons.push(
        new PolicyError("ERR_GATE_UNSIGNED", `Plugin \`${alias}\` is marked \`unsigned: true\`, which production refuses.`, {
          place: { path: `plugins.${alias}.unsigned` },
        }),
      );
  }
  if (!isSealed(facts.seal) && !isWaived("ring5", facts.waivers, facts.nowMs))
    reasons.push(new PolicyError("ERR_GATE_RING5", `Ring 5 is not in force on this machine. ${facts.seal.remarks.join(" ")}`.trim()));
  return reasons;
}

/** Whether the probe saw every attempt denied. */
export function isSealed(seal: Seal): boolean {
  return seal.name !== "none" && seal.allowed.length === 0 && seal.denied.length > 0;
}

export function isWaived(gate: string, waivers: readonly Waiver[], nowMs: number): boolean {
  return waivers.some((waiver) => waiver.gate === gate && isInForce(waiver, nowMs));
}

/** A waiver counts until the end of its day, UTC. */
function isInForce(waiver: Waiver, nowMs: number): boolean {
  return nowMs < Date.parse(`${waiver.until}T23:59:59.999Z`);
}

function expired(waiver: Waiver): PolicyError[] {
  return [
    new PolicyError("ERR_GATE_WAIVER_EXPIRED", `The waiver of gate \`${waiver.gate}\` ended on ${waiver.until}.`, {
      place: { path: "waivers" },
    }),
  ];
}
