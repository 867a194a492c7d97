import type { Seal } from "../sandbox/sandbox.ts";
import type { Configuration, Waiver } from "./configuration.ts";
import { PolicyError } from "./errors.ts";

/** What the gates look at. Plain facts, gathered by the composition root. */
export interface StartFacts {
  readonly mode: Configuration["mode"];
  readonly plugins: Readonly<Record<string, { readonly unsigned: boolean }>>;
  readonly waivers: readonly Waiver[];
  readonly seal: Seal;
  readonly nowMs: number;
}

/**
 * Decides whether a start may go on. Every reason is listed; none means yes.
 * Development lets a missing ring 5 and plugins marked `unsigned: true` pass, and they stay visible in `list`, `doctor` and the debt report.
 */
export function decideStart(facts: StartFacts): readonly PolicyError[] {
  if (facts.mode === "development") return [];
  return [...expiredWaivers(facts), ...unsignedPlugins(facts), ...missingSeal(facts)];
}

/** The forms that were attacked on real machines. Seatbelt holds back what it can, and nobody has seen it do so. */
const ATTACKED: readonly Seal["name"][] = ["bubblewrap", "landlock"];

/** Whether the probe saw every attempt denied, behind a form that may be relied on. A probe that tried nothing has shown nothing. */
export function isSealed(seal: Seal): boolean {
  return ATTACKED.includes(seal.name) && seal.allowed.length === 0 && seal.denied.length > 0;
}

/** A waiver counts until the end of its day, UTC. A day that cannot be read is past. */
export function isInForce(waiver: Waiver, nowMs: number): boolean {
  return nowMs <= Date.parse(`${waiver.until}T23:59:59.999Z`);
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
