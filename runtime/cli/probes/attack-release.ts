import { isJsonObject, type JsonValue } from "@glovebox/host-api/json";
import type { ProbeResult, ProbeRun } from "../../debt/probe-result.ts";
import { reasonsOf } from "../../errors.ts";
import { runOwnProgram, type ProgramEnd } from "../../powers/own-program.ts";
import { makeScratchFolder, removeStale } from "../../powers/scratch.ts";
import { formatTerms, type ProbeTerms } from "./probe-terms.ts";
import { readResults, RESULT_CHARS_MAX, textOf } from "./read-results.ts";

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

interface Once {
  readonly results: readonly ProbeResult[];
  /** Why there are none of the probes' own. */
  readonly why?: string;
}

async function attackOnce({ terms, near = [], signal, msMax = RUN_MS_MAX }: Attack): Promise<Once> {
  try {
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
      return readEnd(end, msMax);
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

function readEnd({ how, code, stdout }: ProgramEnd, msMax: number): Once {
  if (how === "late") return untried(`they had not ended after ${msMax / 1000} s`);
  if (how !== "ended") return untried(`their process was ${how}`);
  const said = parseQuietly(stdout);
  const { results, error } = isJsonObject(said) ? said : {};
  const read = readResults(results);
  if (read) return { results: read };
  const reasons = Array.isArray(error) ? error.filter(isJsonObject) : [];
  const codes = reasons.map((reason) => `${textOf(reason["code"])}: ${textOf(reason["message"])}`);
  return untried(codes.length > 0 ? codes.join(" ") : `their process ended with ${code}`);
}

function untried(why: string): Once {
  const says = `they could not be run: ${why}`.slice(0, RESULT_CHARS_MAX);
  const claim = "The probes can be run on this machine";
  return { why, results: [{ id: "probes.run", ring: null, claim, held: false, says }] };
}

function parseQuietly(text: string): JsonValue {
  try {
    return JSON.parse(text) as JsonValue;
  } catch {
    return null;
  }
}
