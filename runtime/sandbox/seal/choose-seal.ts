import type { Duplex } from "node:stream";
import type { Seal, SealName } from "../sandbox.ts";
import { describeMeasures } from "./measures.ts";
import { parseProbeReport, REPORT_BYTES_MAX, type ProbeReport } from "./probe-report.ts";
import type { ProcessPowers } from "./process-powers.ts";
import type { SealedProcess, SealedProcessOptions } from "./sealed-process.ts";

export interface ChooseSealOptions {
  /** Absolute path of the bundled `probe-program.ts`. */
  readonly probe: string;
  /** Forms to try, best first. */
  readonly forms?: readonly SealName[];
}

const BEST_FIRST: Readonly<Record<string, readonly SealName[]>> = {
  linux: ["bubblewrap", "landlock"],
  darwin: ["seatbelt"],
};
const PROBE_DEADLINE_MS = 10_000;
const PROBE_DATA_BYTES_MAX = 1024 ** 3;
const PROBE_RESIDENT_BYTES_MAX = 256 * 1024 ** 2;
const NAMES_IN_REMARK_MAX = 3;

/**
 * Tries each form of seal with a program that attacks from inside, and answers the first from which nothing got out.
 * Never throws for a missing form: without any, the answer is `none` with `allowed` not empty, and why in `remarks`.
 */
export async function chooseSeal(
  powers: ProcessPowers,
  spawn: (options: SealedProcessOptions) => SealedProcess,
  options: ChooseSealOptions,
): Promise<Seal> {
  const forms = options.forms ?? BEST_FIRST[powers.platform] ?? [];
  const remarks = forms.length > 0 ? [] : [`no form of seal is known for ${powers.platform}`];
  for (const name of forms) {
    const report = await probeForm(powers, spawn, name, options.probe);
    if (typeof report === "string") remarks.push(`${name}: ${report}`);
    else if (report.allowed.length > 0)
      remarks.push(`${name}: not denied: ${abbreviate(report.allowed)}`);
    else return { name, ...report, remarks, measures: describeMeasures(powers, name) };
  }
  const measures = describeMeasures(powers, "none");
  return { name: "none", denied: [], allowed: ["everything"], remarks, measures };
}

/** The report, or why there is none. `words` are for the probe's program. */
export async function probeForm(
  powers: ProcessPowers,
  spawn: (options: SealedProcessOptions) => SealedProcess,
  seal: SealName,
  program: string,
  words: readonly string[] = [],
): Promise<ProbeReport | string> {
  let sealed: SealedProcess;
  try {
    sealed = spawn({
      seal,
      program,
      programArgs: [String(powers.pid), ...words],
      dataBytesMax: PROBE_DATA_BYTES_MAX,
      residentBytesMax: PROBE_RESIDENT_BYTES_MAX,
    });
  } catch (error) {
    return error instanceof Error ? error.message : "cannot be started";
  }
  const deadline = setTimeout(() => sealed.kill(), PROBE_DEADLINE_MS);
  const [text, exit] = await Promise.all([readToEnd(sealed.channel), sealed.exited]);
  clearTimeout(deadline);
  const report = parseProbeReport(text);
  if (report !== undefined && exit.code === 0) return report;
  return `the probe ended (${exit.reason}, ${exit.signal ?? exit.code}) ${exit.stderr.trim().slice(0, 300)}`.trimEnd();
}

function readToEnd(channel: Duplex): Promise<string> {
  return new Promise((resolve) => {
    let text = "";
    channel.on("data", (chunk: Buffer) => {
      text += chunk.toString("utf8");
      if (text.length > REPORT_BYTES_MAX) channel.destroy();
    });
    channel.once("close", () => resolve(text));
    channel.once("end", () => channel.destroy());
  });
}

function abbreviate(names: readonly string[]): string {
  const more = names.length - NAMES_IN_REMARK_MAX;
  return names.slice(0, NAMES_IN_REMARK_MAX).join(", ") + (more > 0 ? `, and ${more} more` : "");
}
