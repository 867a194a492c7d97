import { isJsonObject, type JsonValue } from "@glovebox/host-api/json";
import type { ProbeRun } from "../../debt/probe-result.ts";
import { runtimeVersion } from "../../powers/version.ts";
import type { FilePowers } from "../../supply/file-powers.ts";
import type { WorkspacePaths } from "../../workspace-paths.ts";
import type { ProbeTerms } from "./probe-terms.ts";
import { readResults } from "./read-results.ts";

const FORMAT = 1;
/** More than a whole run of this release is said in. */
const BYTES_MAX = 1024 * 1024;
/** A machine changes: kernels are updated, and settings with them. */
const AGE_MS_MAX = 30 * 24 * 3_600_000;
const DATE = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;

/** Keeps the last run for whoever asks later. False where it cannot be kept, which changes nothing of what it showed. */
export function keepRun(
  run: ProbeRun,
  { isolation }: ProbeTerms,
  { folder, probesFile }: Pick<WorkspacePaths, "folder" | "probesFile">,
  files: FilePowers,
): boolean {
  const { at, results } = run;
  const kept = { format: FORMAT, glovebox: runtimeVersion(), isolation, at, results };
  try {
    files.makeFolder(folder);
    files.writeFile(probesFile, `${JSON.stringify(kept)}\n`, 0o600);
    return true;
  } catch {
    return false;
  }
}

/**
 * The last run that was kept of this very release. One in which everything held counts for 30 days, and under the isolation
 * that it was made with; what did not hold counts until another run. Undefined where none counts, or the file is not one
 * that this release writes.
 */
export function readKeptRun(
  { isolation }: ProbeTerms,
  { probesFile }: Pick<WorkspacePaths, "probesFile">,
  files: FilePowers,
  nowMs: number,
): ProbeRun | undefined {
  const kept = parseQuietly(probesFile, files);
  if (!isJsonObject(kept)) return undefined;
  const { format, glovebox, isolation: under, at } = kept;
  if (format !== FORMAT || glovebox !== runtimeVersion()) return undefined;
  const results = readResults(kept["results"]);
  if (!results || typeof at !== "string" || !DATE.test(at)) return undefined;
  if (results.some(({ held }) => !held)) return { at, results };
  const ageMs = nowMs - Date.parse(at);
  const isSame = JSON.stringify(under) === JSON.stringify(isolation);
  return isSame && ageMs >= 0 && ageMs <= AGE_MS_MAX ? { at, results } : undefined;
}

function parseQuietly(file: string, files: FilePowers): JsonValue {
  try {
    const bytes = files.readFile(file, BYTES_MAX);
    return bytes ? (JSON.parse(new TextDecoder().decode(bytes)) as JsonValue) : null;
  } catch {
    return null;
  }
}
