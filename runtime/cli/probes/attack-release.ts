import type { ProbeRun } from "../../debt/probe-result.ts";
import { reasonsOf } from "../../errors.ts";
import { runOwnProgram } from "../../powers/own-program.ts";
import { makeScratchFolder, removeStale } from "../../powers/scratch.ts";
import { formatTerms, type ProbeTerms } from "./probe-terms.ts";
import { readRun, untried, type ReadRun } from "./read-run.ts";

/** How long one run may take: a quiet machine needs three seconds. What takes longer hangs. */
const RUN_MS_MAX = 60_000;
const RESULT_BYTES_MAX = 1024 * 1024;
/** No run takes that long: whoever left such a folder was killed. */
const STALE_MS = 60 * 60_000;
const PREFIX = "glovebox-probes-";

export interface Attack {
  readonly terms: ProbeTerms;
  /** Where else a temporary folder may go, where the system's own cannot be used. */
  readonly near?: readonly string[];
  readonly signal?: AbortSignal;
  /** For tests of what is late. */
  readonly msMax?: number;
}

/**
 * Runs the probes in a process of their own: nothing of this process is in their reach, and what hangs is killed. A run that
 * could not be made is made once more; then it stands in the results as a claim that did not hold. Never throws but for
 * `signal`.
 */
export async function attackRelease(attack: Attack): Promise<ProbeRun> {
  const first = await attackOnce(attack);
  const run = first.why === undefined ? first : await attackOnce(attack);
  attack.signal?.throwIfAborted();
  return { at: new Date().toISOString(), results: run.results };
}

async function attackOnce(attack: Attack): Promise<ReadRun> {
  const { terms, near = [], signal, msMax = RUN_MS_MAX } = attack;
  try {
    // Loaded when there is a run: a server starts without.
    const { PROBES } = await import("./run-probes.ts");
    removeStale(PREFIX, STALE_MS, near);
    const scratch = makeScratchFolder(PREFIX, near);
    try {
      const end = await runOwnProgram({
        words: ["probe", "--json", "--terms", formatTerms(terms)],
        temporary: scratch.folder,
        msMax,
        bytesMax: RESULT_BYTES_MAX,
        ...(signal ? { signal } : {}),
      });
      return readRun(end, PROBES, msMax);
    } finally {
      scratch.remove();
    }
  } catch (error) {
    return untried(
      reasonsOf(error)
        .map(({ code, message }) => `${code}: ${message}`)
        .join(" "),
    );
  }
}
