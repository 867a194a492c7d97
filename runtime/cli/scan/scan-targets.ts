import type { Finding } from "../../firewall/scan/finding.ts";
import { scanTools } from "../../firewall/scan/scan-tools.ts";
import { contextOf } from "../../scan-release.ts";
import type { ScanTarget } from "./open-target.ts";

/** A server and what the scanner says of its tools. */
export interface Scanned {
  readonly target: ScanTarget;
  readonly findings: readonly Finding[];
}

/** Scans servers that are used together: the tools of each are held against those of the others and of the workspace's plugins. */
export function scanTargets(targets: readonly ScanTarget[]): readonly Scanned[] {
  return targets.map((target) => {
    const beside = targets.filter((other) => other !== target).flatMap(({ tools }) => tools);
    const installed = contextOf(target.neighbours);
    const context = { ...installed, others: [...beside, ...installed.others] };
    return { target, findings: scanTools(target.tools, context) };
  });
}
