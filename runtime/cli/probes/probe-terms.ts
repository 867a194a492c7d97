import type { JsonValue } from "@glovebox/host-api/json";
import type { Configuration } from "../../policy/configuration.ts";
import { isInForce } from "../../policy/gates/waivers.ts";
import type { Isolation } from "../../sandbox/sandbox.ts";

/** What the probes take over of the operator's configuration: all of it that decides how a runner is held. */
export interface ProbeTerms {
  /** Whether the probes go on where the operating system's seal does not hold: somebody else reports that. */
  readonly withoutSeal: boolean;
  /** The weakest and the strongest that a plugin of the workspace runs with. */
  readonly isolation: readonly [weakest: Isolation, strongest: Isolation];
}

const ISOLATIONS: readonly Isolation[] = ["plugin", "instance", "call"];

/** Where there is no workspace: what a new one would begin with. */
export const TERMS_OF_NONE: ProbeTerms = {
  withoutSeal: true,
  isolation: ["plugin", "plugin"],
};

// debt("GB-073"): the operator's plugins, grants and sections are not what is attacked.
/**
 * What a server of this configuration is probed under. `mode` decides on starts alone, and the probes try those themselves.
 * `limits` are not taken over, since small ones are exhausted in moments, nor is `filter`: what an operator lets pass is no
 * escape, and what he withholds could hide one.
 */
export function termsOf(
  { plugins, waivers }: Pick<Configuration, "plugins" | "waivers">,
  mode: Configuration["mode"],
  nowMs: number,
): ProbeTerms {
  const used = ISOLATIONS.filter((one) =>
    Object.values(plugins).some(({ isolation }) => isolation === one),
  );
  const [weakest = "plugin"] = used;
  const isWaived = waivers.some((waiver) => waiver.gate === "ring5" && isInForce(waiver, nowMs));
  return {
    withoutSeal: mode === "development" || isWaived,
    isolation: [weakest, used.at(-1) ?? weakest],
  };
}

/** As the command line carries them, from one process of this release to another. */
export function formatTerms({ withoutSeal, isolation }: ProbeTerms): string {
  return [withoutSeal ? "any-seal" : "sealed", ...isolation].join(",");
}

/** Undefined where the words are none of `formatTerms`. */
export function parseTerms(words: JsonValue): ProbeTerms | undefined {
  const [seal, ...isolation] = typeof words === "string" ? words.split(",") : [];
  const [weakest, strongest] = isolation.map((word) => ISOLATIONS.find((one) => one === word));
  const isKnown = seal === "any-seal" || seal === "sealed";
  if (!isKnown || !weakest || !strongest || isolation.length !== 2) return undefined;
  return { withoutSeal: seal === "any-seal", isolation: [weakest, strongest] };
}
