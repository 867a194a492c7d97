/** What the probe writes to its channel, once, as JSON. */
export interface ProbeReport {
  readonly denied: readonly string[];
  readonly allowed: readonly string[];
}

/** Attempts have names of a few words; there are some dozens. */
export const REPORT_BYTES_MAX = 16 * 1024;

/** Parses what came out of a process that may be anything. Nothing when it is no report. */
export function parseProbeReport(text: string): ProbeReport | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (typeof value !== "object" || value === null || !("denied" in value) || !("allowed" in value))
    return undefined;
  const { denied, allowed } = value;
  return isNames(denied) && isNames(allowed) && denied.length > 0 ? { denied, allowed } : undefined;
}

function isNames(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((name) => typeof name === "string");
}
