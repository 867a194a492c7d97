import type { ProbeResult } from "../../debt/probe-result.ts";
import type { Machine } from "../machine.ts";
import type { Output } from "../output.ts";
import { findProbePlugin } from "../../powers/probe-plugin.ts";
import { CALL_PROBES } from "./call-probes.ts";
import { CAPABILITY_PROBES } from "./capability-probes.ts";
import { PIN_PROBES } from "./pin-probes.ts";
import type { Probe } from "./probe.ts";
import { HOSTILE, openStage, type ProbeStage } from "./stage.ts";

/** In the order of the report. A new probe belongs here, and a mutation that it catches in `test/probes`. */
export const PROBES: readonly Probe[] = [...PIN_PROBES, ...CAPABILITY_PROBES, ...CALL_PROBES];

/**
 * Attacks this release on this machine through the real path: a hostile plugin is packed, signed, approved and called as
 * any other. What a probe throws counts as an escape: a claim that could not be tried has not been shown.
 */
export async function runProbes(machine: Machine, out: Output): Promise<readonly ProbeResult[]> {
  const stage = await openStage(machine, out, findProbePlugin());
  try {
    await assertAlive(stage);
    const results: ProbeResult[] = [];
    for (const probe of PROBES) {
      const { id, ring, claim } = probe;
      out.progress(claim);
      results.push({ id, ring, claim, ...(await judged(() => probe.attempt(stage))) });
    }
    return results;
  } finally {
    out.progressDone();
    await stage.close();
  }
}

async function judged(attempt: () => Promise<Pick<ProbeResult, "held" | "says">>) {
  try {
    return await attempt();
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
