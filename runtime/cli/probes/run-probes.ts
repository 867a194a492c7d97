import { setTimeout as sleep } from "node:timers/promises";
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

/** Long enough for an answer that is on its way. */
const TURN_MS = 4;
const TRIES_MAX = 3;
const RETRY_MS = 500;

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
    const verdicts = new Map<string, Verdict>();
    const attack = async (lane: readonly Probe[]): Promise<void> => {
      for (const probe of lane) {
        // The other lanes' answers come in between.
        await sleep(TURN_MS);
        signal.throwIfAborted();
        out.progress(probe.claim);
        verdicts.set(probe.id, await judged(() => probe.attempt(stage)));
      }
    };
    await Promise.all(inLanes(PROBES).map(attack));
    return PROBES.map(({ id, ring, claim }) => ({ id, ring, claim, ...verdicts.get(id)! }));
  } finally {
    out.progressDone();
    await stage.close();
  }
}

/** Side by side: what waits, what works on copies in this process, runners of their own, and the calls one after the other. */
function inLanes(probes: readonly Probe[]): readonly (readonly Probe[])[] {
  const waiting = probes.filter(({ waits }) => waits);
  const apart = [[...PIN_PROBES, ...COMPONENT_PROBES], RUNNER_PROBES];
  const elsewhere = new Set([...waiting, ...apart.flat()]);
  return [
    ...waiting.map((probe) => [probe]),
    ...apart.map((lane) => lane.filter(({ waits }) => !waits)),
    probes.filter((probe) => !elsewhere.has(probe)),
  ];
}

/** An attempt that could not be made is made again after a moment: a machine that is busy then is no escape. */
async function judged(attempt: () => Promise<Verdict>, tries = TRIES_MAX): Promise<Verdict> {
  try {
    return await attempt();
  } catch (error) {
    if (tries > 1) return sleep(RETRY_MS).then(() => judged(attempt, tries - 1));
    const { name, message } = error instanceof Error ? error : new Error();
    // Other messages may name a path.
    const what = message.startsWith("not made") ? message : name;
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
