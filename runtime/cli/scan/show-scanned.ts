import { plural } from "../../plugin/schema/check.ts";
import type { Finding } from "../../firewall/scan/finding.ts";
import { makeReadable } from "../../firewall/visible.ts";
import type { Output } from "../output.ts";
import { wrapText } from "../show/wrap-text.ts";
import type { Scanned } from "./scan-targets.ts";

const STYLES = { high: "red", medium: "yellow", low: "dim" } as const;
const INDENT = "    ";

/** The findings for people: by server, the gravest first. */
export function showScanned(scanned: readonly Scanned[], out: Output): void {
  for (const { target, findings } of scanned) {
    const count = plural(target.tools.length, "tool");
    out.line(`${out.style("bold", makeReadable(target.name))}  ${count}`);
    if (findings.length === 0) out.line(`  ${out.style("green", "nothing found")}`);
    for (const finding of findings) showFinding(finding, out);
  }
}

export function showFinding({ id, severity, tool, where, why, quote }: Finding, out: Output): void {
  const at = [tool, where].filter(Boolean).join("  ");
  out.line(`  ${out.style(STYLES[severity], `${severity} ${id}`)}  ${at}`);
  const words = quote === undefined ? why : `${why} It reads: ${quote}`;
  for (const line of wrapText(words, out.columns - INDENT.length)) out.line(`${INDENT}${line}`);
}
