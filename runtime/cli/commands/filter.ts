import path from "node:path";
import { EXIT } from "../../errors.ts";
import { makeFilterPolicy } from "../../firewall/filter/policy.ts";
import { makeReadable } from "../../firewall/visible.ts";
import { readWorkspace } from "../../workspace.ts";
import { plural } from "../../plugin/schema/check.ts";
import type { Command, CommandCall } from "../command.ts";
import { CliError } from "../errors.ts";
import { filterLines, type FilteredLine } from "../filter/filter-lines.ts";

export const filter: Command = {
  name: "filter",
  summary: "what the filter of outputs takes out of texts, before any model reads them",
  usage: "FILE.jsonl|- [--json]",
  description: [
    "Each line is `{id, text}`, or `-` for standard input: its text is filtered as `serve` filters what tools answer, by the",
    "section `filter` of this workspace's configuration, or as it stands by itself where there is none. With `--json` each line",
    "gives `{id, findings, text}`: a finding names its rule, its severity and its place, and nothing of what was found.",
    "A text that is the message of an error, by a `kind` of `error` or by its form, loses its paths, addresses and hosts too.",
    "Exit 3 when there is a finding of high severity, else 1 when a line could not be read, else 0.",
  ],
  options: {},
  argumentsMin: 1,
  argumentsMax: 1,
  examples: [
    "glovebox filter answers.jsonl",
    "glovebox filter --json answers.jsonl",
    "cat answers.jsonl | glovebox filter --json -",
  ],
  async run(call) {
    const { args, out } = call;
    const rows: string[][] = [];
    let [read, high, unread] = [0, 0, 0];
    for await (const line of filterLines(open(args[0] ?? "-", call), policyOf(call))) {
      read++;
      if ("error" in line) unread++;
      else if (line.findings.some(({ severity }) => severity === "high")) high++;
      if (out.json) out.data("error" in line ? line : toLine(line), "line");
      else if (rows.length < ROWS_MAX) rows.push(...toRows(line));
    }
    if (rows.length > 0) out.table(["ID", "SEVERITY", "FINDING", "WHERE", "ACTION"], rows);
    if (rows.length >= ROWS_MAX) out.line("There is more: `--json` has all of it.");
    out.line(
      `${plural(read, "line")}: ${high} with findings of high severity, ${unread} could not be read.`,
    );
    if (high > 0) return EXIT.refused;
    return unread > 0 ? EXIT.failed : EXIT.done;
  },
};

const ROWS_MAX = 1000;
const ID_CHARS_MAX = 40;

function open(
  word: string,
  { machine }: CommandCall,
): Iterable<Uint8Array> | AsyncIterable<Uint8Array> {
  if (word === "-") return process.stdin;
  const file = path.resolve(word);
  if (machine.files.kindOf(file) === "file") return machine.files.readPieces(file);
  throw new CliError("ERR_SCAN_INPUT", `There is no file \`${word}\` to be filtered.`, {
    place: { file },
    remedy: "Name a file of lines `{id, text}`, or `-` for standard input.",
  });
}

function policyOf({ configFile, machine }: CommandCall) {
  const hasWorkspace = machine.files.kindOf(configFile) === "file";
  return makeFilterPolicy(
    hasWorkspace
      ? readWorkspace(configFile, machine.files).configuration.filter
      : { actions: {}, fields: [] },
  );
}

/** Exactly these keys: others measure us by them. */
function toLine({ id, findings, text }: Exclude<FilteredLine, { error: unknown }>): object {
  return {
    id,
    findings: findings.map((finding) => ({
      id: finding.id,
      severity: finding.severity,
      where: finding.where,
    })),
    text,
  };
}

function toRows(line: FilteredLine): string[][] {
  const id = makeReadable(String(line.id ?? "").slice(0, ID_CHARS_MAX));
  if ("error" in line)
    return [[id, "", line.error.code, `line ${line.line}`, makeReadable(line.error.message)]];
  return line.findings.map((finding) => [
    id,
    finding.severity,
    finding.id,
    finding.where,
    finding.action,
  ]);
}
