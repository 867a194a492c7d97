import { isJsonObject, type JsonValue } from "@glovebox/host-api/json";
import type { ProbeResult } from "../../debt/probe-result.ts";

const RESULTS_MAX = 500;
export const RESULT_CHARS_MAX = 400;
const RINGS: readonly JsonValue[] = [0, 1, 2, 3, 4, 5, null];

/** The results of a run as JSON holds them, texts cut to what one may have. Undefined where any of them is none. */
export function readResults(results: JsonValue | undefined): readonly ProbeResult[] | undefined {
  if (!Array.isArray(results) || results.length === 0 || results.length > RESULTS_MAX)
    return undefined;
  const read = results.map(readResult).filter((result) => result !== undefined);
  return read.length === results.length ? read : undefined;
}

function readResult(value: JsonValue): ProbeResult | undefined {
  if (!isJsonObject(value)) return undefined;
  const { id, ring, claim, held, says } = value;
  const texts = [id, claim, says].map(textOf);
  if (texts.includes("") || typeof held !== "boolean") return undefined;
  const known = RINGS.find((one) => one === ring);
  if (known === undefined) return undefined;
  return {
    id: textOf(id),
    ring: known as ProbeResult["ring"],
    claim: textOf(claim),
    held,
    says: textOf(says),
  };
}

export function textOf(value: JsonValue | undefined): string {
  return typeof value === "string" ? value.slice(0, RESULT_CHARS_MAX) : "";
}
