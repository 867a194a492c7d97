import type { GloveboxError } from "../../errors.ts";
import type { Seal } from "../../sandbox/sandbox.ts";
import { PolicyError } from "../errors.ts";
import type { StartFacts } from "./facts.ts";
import type { Gate } from "./gate.ts";
import { LOCAL_GATES } from "./local-gates.ts";
import { HTTP_GATES, isInForce } from "./waivers.ts";

/**
 * Decides whether a start may go on. Every reason is listed; none means yes.
 * Development lets a missing ring 5 and plugins marked `unsigned: true` pass, and they stay visible in `list`, `doctor` and the debt report.
 */
export function decideStart(facts: StartFacts): readonly GloveboxError[] {
  const served = decideServed(facts).flatMap(({ reasons, state }) =>
    state === "refused" ? reasons : [],
  );
  return facts.mode === "development" ? served : [...decideRelease(facts), ...served];
}

/** What production refuses whatever is served, and where nothing is. */
export function decideRelease(facts: StartFacts): readonly GloveboxError[] {
  return [...expiredWaivers(facts), ...unsignedPlugins(facts), ...missingSeal(facts)];
}

/** What one gate says. */
export interface GateState {
  readonly gate: Pick<Gate, "id" | "question" | "always" | "isWaivable">;
  readonly state: "open" | "waived" | "refused";
  /** Whether there was anything to ask about. */
  readonly applies: boolean;
  readonly reasons: readonly GloveboxError[];
}

/** Every gate that is asked in this mode of what is served, over HTTP all of them. */
export function decideServed(facts: StartFacts): readonly GateState[] {
  const { http, local } = facts;
  if (http) return ask(HTTP_GATES, http, facts);
  return local ? ask(LOCAL_GATES, local, facts) : [];
}

function ask<Facts>(
  gates: readonly Gate<Facts>[],
  about: Facts,
  { mode, waivers, nowMs }: StartFacts,
): readonly GateState[] {
  return gates
    .filter(({ always }) => always === true || mode === "production")
    .map((gate) => {
      const reasons = gate.refuse(about);
      const isWaived =
        gate.isWaivable &&
        waivers.some((waiver) => waiver.gate === gate.id && isInForce(waiver, nowMs));
      const state = reasons.length === 0 ? "open" : isWaived ? "waived" : "refused";
      return { gate, state, applies: gate.applies?.(about) ?? true, reasons };
    });
}

/** The forms that were attacked on real machines. Seatbelt holds back what it can, and nobody has seen it do so. */
const ATTACKED: readonly Seal["name"][] = ["bubblewrap", "landlock"];

/** Whether the probe saw every attempt denied, behind a form that may be relied on. A probe that tried nothing has shown nothing. */
export function isSealed(seal: Seal): boolean {
  return ATTACKED.includes(seal.name) && seal.allowed.length === 0 && seal.denied.length > 0;
}

function expiredWaivers({ waivers, nowMs }: StartFacts): PolicyError[] {
  return waivers.flatMap((waiver, index) => {
    if (isInForce(waiver, nowMs)) return [];
    const message = `The waiver of gate \`${waiver.gate}\` ended on ${waiver.until}.`;
    return new PolicyError("ERR_GATE_WAIVER_EXPIRED", message, {
      place: { path: `waivers[${index}].until` },
    });
  });
}

function unsignedPlugins({ plugins }: StartFacts): PolicyError[] {
  return Object.entries(plugins).flatMap(([alias, plugin]) => {
    if (!plugin.unsigned) return [];
    const message = `Plugin \`${alias}\` is marked \`unsigned: true\`, which production refuses.`;
    return new PolicyError("ERR_GATE_UNSIGNED", message, {
      place: { path: `plugins.${alias}.unsigned` },
    });
  });
}

function missingSeal({ seal, waivers, nowMs }: StartFacts): PolicyError[] {
  const isWaived = waivers.some((waiver) => waiver.gate === "ring5" && isInForce(waiver, nowMs));
  if (isSealed(seal) || isWaived) return [];
  const seen = seal.allowed.length > 0 ? [`The probe could: ${seal.allowed.join(", ")}.`] : [];
  const message = ["Ring 5 is not in force on this machine.", ...seen, ...seal.remarks].join(" ");
  return [new PolicyError("ERR_GATE_RING5", message)];
}
