import { isJsonObject, type JsonValue } from "@glovebox/host-api/json";
import type { ProbeResult } from "../../debt/probe-result.ts";
import { EXIT } from "../../errors.ts";
import type { ProgramEnd } from "../../powers/own-program.ts";
import type { Probe } from "./probe.ts";
import { RESULT_CHARS_MAX, textOf } from "./read-results.ts";

/** Stands in the results of a run that could not be made. */
export const UNTRIED_ID = "probes.run";

type Claim = Pick<Probe, "id" | "ring" | "claim">;

export interface ReadRun {
  readonly results: readonly ProbeResult[];
  /** Why there are none of the probes' own. */
  readonly why?: string;
}

/**
 * What came of a run, in the order of `probes`. It is believed where it says of each of them exactly once what came of it, and
 * ended as that calls for; else no claim was shown. Never throws.
 */
export function readRun(
  { how, code, signal, stdout }: ProgramEnd,
  probes: readonly Claim[],
  msMax: number,
): ReadRun {
  if (how === "late") return untried(`they had not ended after ${msMax / 1000} s`);
  if (how === "too-much") return untried("they said more than is read");
  if (how === "not-started") return untried("their process could not be started");
  if (how === "cancelled") return untried("they were ended before they were done");
  if (code === null) return untried(`their process was ended by ${signal ?? "a signal"}`);
  const said = parseQuietly(stdout);
  const { results, error } = isJsonObject(said) ? said : {};
  const reasons = Array.isArray(error) ? error.filter(isJsonObject) : [];
  const codes = reasons.map((reason) => `${textOf(reason["code"])}: ${textOf(reason["message"])}`);
  if (codes.length > 0) return untried(codes.join(" "));
  if (!Array.isArray(results)) return untried(`their process ended with ${code}`);
  const read = readEach(results, probes);
  if (!read) return untried("they did not say of each claim once what came of it");
  const due = read.every(({ held }) => held) ? EXIT.done : EXIT.escaped;
  return code === due
    ? { results: read }
    : untried(`their process ended with ${code}, where what they say calls for ${due}`);
}

export function untried(why: string): ReadRun {
  const says = why.slice(0, RESULT_CHARS_MAX);
  const claim = "The probes can be run on this machine";
  return { why, results: [{ id: UNTRIED_ID, ring: null, claim, held: false, says }] };
}

/** Only what came of each is taken over: what it claims is known here. */
function readEach(
  results: readonly JsonValue[],
  probes: readonly Claim[],
): readonly ProbeResult[] | undefined {
  if (results.length !== probes.length) return undefined;
  const told = new Map(
    results.filter(isJsonObject).map((result) => [textOf(result["id"]), result]),
  );
  const read: ProbeResult[] = [];
  for (const { id, ring, claim } of probes) {
    const { held, says } = told.get(id) ?? {};
    if (typeof held !== "boolean" || textOf(says) === "") return undefined;
    read.push({ id, ring, claim, held, says: textOf(says) });
  }
  return read;
}

function parseQuietly(text: string): JsonValue {
  try {
    return JSON.parse(text) as JsonValue;
  } catch {
    return null;
  }
}
