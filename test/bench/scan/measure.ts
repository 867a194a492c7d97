import { scanTools } from "../../../runtime/firewall/scan/scan-tools.ts";
import { diffSurfaces } from "../../../runtime/firewall/surface-diff.ts";
import { canonicalText } from "../../../runtime/plugin/canonical.ts";
import type { ScannedTool } from "../../../runtime/firewall/scan/rule.ts";
import { medianOf } from "../statistics.ts";
import type { PairRecord, ToolRecord } from "./corpora.ts";

export interface ScanReport {
  readonly classes: readonly ClassFigures[];
  readonly pairs: PairFigures;
  readonly speed: SpeedFigures;
  readonly megabytes: MegabyteFigures;
}

/** Processor time in milliseconds for inputs of 1 MB: the first of its kind in this process, and the median of ten more. */
export type MegabyteFigures = Readonly<
  Record<string, { readonly firstMs: number; readonly medianMs: number }>
>;

/** Of one class of definitions: how many there are, and in how many the scanner found what. */
export interface ClassFigures {
  readonly name: string;
  readonly malicious: boolean;
  readonly count: number;
  readonly high: number;
  /** With a finding of medium severity or more. */
  readonly medium: number;
  readonly any: number;
  /** How many a rule found with high severity. */
  readonly rules: Readonly<Record<string, number>>;
}

export interface PairFigures {
  readonly malicious: number;
  /** Whose diff shows every word that the new definition has and the old one had not. */
  readonly named: number;
  readonly stoppedByFinding: number;
  /** Whose bytes are others than the pinned ones, so that nothing starts without an approval. */
  readonly stoppedByApproval: number;
  readonly benign: number;
  readonly benignStoppedByFinding: number;
}

export interface SpeedFigures {
  readonly bytes: number;
  readonly cpuSeconds: number;
  readonly megabytesPerSecond: number;
  readonly slowestMs: number;
  readonly slowest: string;
}

export function measureClasses(records: readonly ToolRecord[]): readonly ClassFigures[] {
  const groups = Map.groupBy(records, classOf);
  return [...groups]
    .toSorted(([left], [right]) => (left < right ? -1 : 1))
    .map(([name, members]) => measureClass(name, members));
}

function classOf({ label, attack, context_tools, set }: ToolRecord): string {
  if (label === "benign") return `benign, ${set ?? "of the same labs"}`;
  return context_tools ? `${attack}, beside others` : `${attack}`;
}

function measureClass(name: string, members: readonly ToolRecord[]): ClassFigures {
  const rules: Record<string, number> = {};
  let [high, medium, any] = [0, 0, 0];
  for (const record of members) {
    const findings = scanRecord(record);
    const grave = findings.filter(({ severity }) => severity === "high");
    high += grave.length > 0 ? 1 : 0;
    medium += findings.some(({ severity }) => severity !== "low") ? 1 : 0;
    any += findings.length > 0 ? 1 : 0;
    for (const id of new Set(grave.map((finding) => finding.id))) rules[id] = (rules[id] ?? 0) + 1;
  }
  const malicious = members[0]?.label === "malicious";
  return { name, malicious, count: members.length, high, medium, any, rules };
}

function scanRecord({ tool, context_tools = [] }: ToolRecord) {
  const others = context_tools.map((one) => (typeof one === "string" ? { name: one } : one));
  return scanTools([tool], { others });
}

export function measurePairs(pairs: readonly PairRecord[]): PairFigures {
  const malicious = pairs.filter(({ label }) => label === "malicious-change");
  const benign = pairs.filter(({ label }) => label === "benign-change");
  const isGrave = ({ before, after }: PairRecord): boolean => {
    const known = new Set(gravesOf(before));
    return gravesOf(after).some((key) => !known.has(key));
  };
  return {
    malicious: malicious.length,
    named: malicious.filter(isNamed).length,
    stoppedByFinding: malicious.filter(isGrave).length,
    stoppedByApproval: malicious.filter(
      ({ before, after }) => canonicalText(before) !== canonicalText(after),
    ).length,
    benign: benign.length,
    benignStoppedByFinding: benign.filter(isGrave).length,
  };
}

function gravesOf(tool: PairRecord["after"]): readonly string[] {
  return scanTools([tool], { others: [] }).flatMap(({ severity, id, where }) =>
    severity === "high" ? [`${id} ${where}`] : [],
  );
}

const WORDS = /[\p{L}\p{N}_]+/gu;

function isNamed({ before, after }: PairRecord): boolean {
  const changes = diffSurfaces([before], [after]);
  const shown = changes
    .flatMap(({ where, summary, parts }) => [
      where,
      summary,
      ...parts.flatMap((part) =>
        part.kind === "added" || part.kind === "removed" ? [part.text] : [],
      ),
    ])
    .join(" ");
  const words = new Set(shown.match(WORDS) ?? []);
  const known = new Set(textsOf(before).flatMap((text) => text.match(WORDS) ?? []));
  const fresh = textsOf(after).flatMap((text) => text.match(WORDS) ?? []);
  return changes.length > 0 && fresh.every((word) => known.has(word) || words.has(word));
}

function textsOf(value: unknown): readonly string[] {
  if (typeof value === "string") return [value];
  if (typeof value !== "object" || value === null) return [];
  if (Array.isArray(value)) return value.flatMap(textsOf);
  return Object.entries(value).flatMap(([key, member]) => [key, ...textsOf(member)]);
}

/** Processor time, so that a busy machine matters less; the first round warms up and does not count. */
export function measureSpeed(records: readonly ToolRecord[]): SpeedFigures {
  const bytes = records.reduce((sum, { tool }) => sum + Buffer.byteLength(JSON.stringify(tool)), 0);
  for (const record of records) scanRecord(record);
  let [slowestMs, slowest] = [0, ""];
  const rounds = 3;
  const start = process.cpuUsage();
  for (let round = 0; round < rounds; round++)
    for (const record of records) {
      const before = performance.now();
      scanRecord(record);
      const tookMs = performance.now() - before;
      if (tookMs > slowestMs) [slowestMs, slowest] = [tookMs, record.id];
    }
  const { user, system } = process.cpuUsage(start);
  const cpuSeconds = (user + system) / 1e6 / rounds;
  const megabytesPerSecond = bytes / 1e6 / cpuSeconds;
  return { bytes, cpuSeconds, megabytesPerSecond, slowestMs, slowest };
}

const MEGABYTE = 1_000_000;

/** Inputs of 1 MB: one tool, a list of real ones, and a list of look-alike letters, which cost the most to fold. */
export function measureMegabytes(records: readonly ToolRecord[]): MegabyteFigures {
  const tools = records.map(({ tool }) => tool);
  const text = tools.map(({ description = "" }) => description).join(" ");
  const repeated = (one: string, length: number): string =>
    one.repeat(Math.ceil(length / one.length)).slice(0, length);
  const many: ScannedTool[] = [];
  for (let bytes = 0, index = 0; bytes < MEGABYTE; index += 1) {
    const tool = tools[index % tools.length]!;
    many.push({ ...tool, name: `${tool.name}_${index}` });
    bytes += Buffer.byteLength(JSON.stringify(tool));
  }
  const inputs: Readonly<Record<string, readonly ScannedTool[]>> = {
    "a list of tools": many,
    "one tool": [{ name: "one", description: repeated(text, MEGABYTE) }],
    "letters drawn alike": Array.from({ length: 1000 }, (_, index) => ({
      name: `tool_${index}`,
      description: repeated("\u0455\u0435nd \u0456t \u0430ll ", 500),
    })),
  };
  return Object.fromEntries(
    Object.entries(inputs).map(([name, input]) => {
      const times = Array.from({ length: 11 }, () => {
        const before = process.cpuUsage();
        scanTools(input, { others: [] });
        const { user, system } = process.cpuUsage(before);
        return (user + system) / 1000;
      });
      const [firstMs = 0, ...rest] = times;
      return [name, { firstMs, medianMs: medianOf(rest) }];
    }),
  );
}
