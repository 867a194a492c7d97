import path from "node:path";
import { EXIT, throwReasons, type ExitCode } from "../../errors.ts";
import type { Finding } from "../../firewall/scan/finding.ts";
import { makeReadable } from "../../firewall/visible.ts";
import { plural } from "../../plugin/schema/check.ts";
import type { Command, CommandCall } from "../command.ts";
import { CliError } from "../errors.ts";
import { exitOf, toJson, toText } from "../report-error.ts";
import { nothingAt, openTargets } from "../scan/open-target.ts";
import { SCAN_RULES, toSarif } from "../scan/sarif.ts";
import { scanLines } from "../scan/scan-lines.ts";
import { scanTargets, type Scanned } from "../scan/scan-targets.ts";
import { showFinding, showScanned } from "../scan/show-scanned.ts";

export const scan: Command = {
  name: "scan",
  summary: "what in tool definitions is meant for the model and not for you, for any server",
  usage: "SOURCE… [--json] [--sarif]",
  description: [
    "SOURCE is an installed plugin, a package or a plugin's folder, what any server answers to `tools/list` as JSON, or a folder of",
    "such files. Several are taken for servers that are used together: their names are held against each other, and against the",
    "plugins of this workspace. Nothing is trusted, stored or changed; what is not packed yet is asked for its tools behind the seal.",
    "A `.jsonl` is read line by line, each `{id, tool, context_tools?}`; with `--json` each gives `{id, findings}`.",
    "Exit 3 when there is a finding of high severity, else 1 when something could not be read, else 0. What cannot be read keeps nothing else from being scanned.",
  ],
  options: {
    sarif: { type: "boolean", summary: "print SARIF 2.1.0, for code scanning in CI" },
    rules: { type: "boolean", summary: "list all rules with their severity and references" },
  },
  argumentsMin: 0,
  argumentsMax: 500,
  examples: [
    "glovebox scan ./time-1.0.0.tgz",
    "glovebox scan tools-list.json other-server.json",
    "glovebox scan --sarif ./servers > scan.sarif",
    "glovebox scan --json definitions.jsonl",
    "glovebox scan --rules",
  ],
  async run(call) {
    const { args, flag } = call;
    if (flag("rules")) return showRules(call);
    if (args.length === 0) throw new CliError("ERR_USAGE", "Name what is to be scanned.");
    const lines = args.filter((word) => word.endsWith(".jsonl"));
    if (lines.length === 0) return scanServers(call);
    if (args.length > 1 || flag("sarif"))
      throw new CliError("ERR_USAGE", "A `.jsonl` is scanned by itself, and not to SARIF.");
    return scanLinesOf(lines[0] ?? "", call);
  },
};

async function scanServers(call: CommandCall): Promise<ExitCode> {
  const { args, flag, out } = call;
  const { targets, unread } = await openTargets(args, call);
  if (targets.length === 0) throwReasons(unread);
  const scanned = scanTargets(targets);
  const all = scanned.flatMap(({ findings }) => findings);
  if (flag("sarif")) out.data(toSarif(scanned, unread, process.cwd()), "lines");
  else {
    showScanned(scanned, out);
    for (const reason of unread)
      out.line(`${out.style("red", "not read")}  ${toText(reason).trimEnd()}`);
    out.line();
    out.line(summaryOf(all, unread.length));
    const error = unread.length > 0 ? { error: unread.map(toJson) } : {};
    out.result({ servers: scanned.map(toResult), high: countHigh(all), ...error });
  }
  if (countHigh(all) > 0) return EXIT.refused;
  return unread.length > 0 ? exitOf(unread) : EXIT.done;
}

function toResult({ target, findings }: Scanned): object {
  return { source: target.name, tools: target.tools.length, findings };
}

function scanLinesOf(word: string, { machine, out }: CommandCall): ExitCode {
  let [read, high, unread] = [0, 0, 0];
  const file = path.resolve(word);
  if (machine.files.kindOf(file) === "nothing") throw nothingAt(word);
  for (const result of scanLines(machine.files.readPieces(file))) {
    read++;
    if ("error" in result) unread++;
    else high += countHigh(result.findings) > 0 ? 1 : 0;
    if (out.json) out.data("error" in result ? result : toLine(result), "line");
    else if ("error" in result)
      out.line(`line ${result.line}: ${result.error.code}: ${makeReadable(result.error.message)}`);
    else if (result.findings.length > 0) {
      out.line(out.style("bold", makeReadable(String(result.id))));
      for (const finding of result.findings) showFinding(finding, out);
    }
  }
  out.line(
    `${plural(read, "line")}: ${high} with findings of high severity, ${unread} could not be read.`,
  );
  if (high > 0) return EXIT.refused;
  return unread > 0 ? EXIT.failed : EXIT.done;
}

/** Exactly these keys: others measure us by them. */
function toLine({ id, findings }: { id: string | number; findings: readonly Finding[] }): object {
  return {
    id,
    findings: findings.map((finding) => ({
      id: finding.id,
      severity: finding.severity,
      where: finding.where,
      why: finding.why,
    })),
  };
}

function showRules({ out }: CommandCall): ExitCode {
  out.table(
    ["ID", "SEVERITY", "WHAT IT FINDS", "SEE"],
    SCAN_RULES.map(({ id, severity, title, references }) => [
      id,
      severity,
      title,
      references.join(", "),
    ]),
  );
  out.result({
    rules: SCAN_RULES.map(({ id, severity, title, references }) => ({
      id,
      severity,
      title,
      references,
    })),
  });
  return EXIT.done;
}

function summaryOf(findings: readonly Finding[], unread: number): string {
  const count = (severity: Finding["severity"]): number =>
    findings.filter((finding) => finding.severity === severity).length;
  const left = unread > 0 ? ` What is not read is no pass: ${plural(unread, "error")} above.` : "";
  return `${count("high")} high, ${count("medium")} medium, ${count("low")} low.${left}`;
}

function countHigh(findings: readonly Finding[]): number {
  return findings.filter(({ severity }) => severity === "high").length;
}
