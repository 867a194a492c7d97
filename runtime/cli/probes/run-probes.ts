import type { ProbeResult, Verdict } from "../../debt/probe-result.ts";
import type { Machine } from "../machine.ts";
import type { Output } from "../output.ts";
import { findProbePlugin } from "../../powers/probe-plugin.ts";
import { ANSWER_PROBES } from "./answer-probes.ts";
import { CALL_PROBES } from "./call-probes.ts";
import { CAPABILITY_PROBES } from "./capability-probes.ts";
import { COMPONENT_PROBES } from "./component-probes.ts";
import { HTTP_PROBES } from "./http-probes.ts";
import { PIN_PROBES } from "./pin-probes.ts";
import { RUNNER_PROBES } from "./runner-probes.ts";
import type { Probe } from "./probe.ts";
import type { ProbeTerms } from "./probe-terms.ts";
import { openStage, type ProbeStage } from "./stage.ts";
import { HOSTILE } from "./stage-configuration.ts";

/** In the order of the report. A new probe belongs here, and a mutation that it catches in `test/probes`. */
export const PROBES: readonly Probe[] = [
  ...PIN_PROBES,
  ...COMPONENT_PROBES,
  ...CAPABILITY_PROBES,
  ...HTTP_PROBES,
  ...CALL_PROBES,
  ...RUNNER_PROBES,
  ...ANSWER_PROBES,
];

/**
 * Attacks this release on this machine through the real path: a hostile plugin is packed, signed, approved and called as
 * any other. What a probe throws counts as an escape: a claim that could not be tried has not been shown. Leaves nothing
 * behind, not even where `signal` ends it.
 */
export async function runProbes(
  machine: Machine,
  out: Output,
  terms: ProbeTerms,
  signal: AbortSignal,
): Promise<readonly ProbeResult[]> {
  const stage = await openStage(machine, out, { ...findProbePlugin(), terms });
  try {
    await assertAlive(stage);
    const attack = async (probe: Probe): Promise<Verdict> => {
      out.progress(probe.claim);
      return judged(() => probe.attempt(stage));
    };
    const waiting = new Map(
      PROBES.filter(({ waits }) => waits).map((probe) => [probe.id, attack(probe)]),
    );
    const results: ProbeResult[] = [];
    for (const probe of PROBES) {
      signal.throwIfAborted();
      const { id, ring, claim } = probe;
      results.push({ id, ring, claim, ...(await (waiting.get(id) ?? attack(probe))) });
    }
    return results;
  } finally {
    out.progressDone();
    await stage.close();
  }
}

/** An attempt that could not be made is made once more: a machine that is busy for a moment is no escape. */
async function judged(attempt: () => Promise<Verdict>): Promise<Verdict> {
  try {
    return await attempt().catch(attempt);
  } catch (error) {
    const what = error instanceof Error ? error.name : typeof error;
    return { held: false, says: `it could not be tried: ${what}` };
  }
}

/** What was granted works: else nothing that is refused says anything. */
async function assertAlive(stage: ProbeStage): Promise<void> {
  const { whole } = HOSTILE;
  await stage.attempt(whole, "write", "own", "own words");
  await stage.attempt(whole, "keep", "own", "own value");
  const seen = [
    await stage.attempt(whole, "read", "own"),
    await stage.attempt(whole, "recall", "own"),
    await stage.attempt(whole, "env", "PROBE"),
  ].map(({ text }) => text);
  if (seen.join() !== "own words,own value,granted")
    throw new Error(`the hostile plugin cannot use what it was granted: ${seen.join()}`);
}
