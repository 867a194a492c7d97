// How two sources of known vulnerabilities write what is affected, read into exact ranges. What is not understood is refused:
// a range that was guessed would show nothing, or everything.
import type { Advisory, VersionRange } from "../../runtime/debt/advisories.ts";
import type { Severity } from "../../runtime/debt/items.ts";

const VERSION = String.raw`(\d+\.\d+\.\d+(?:-[0-9A-Za-z.-]+)?)`;
const NODE_MAJOR_MIN = 26;
const TITLE_CHARS_MAX = 200;
const SEVERITIES: Readonly<Record<string, Severity>> = {
  info: "low",
  low: "low",
  moderate: "medium",
  medium: "medium",
  high: "high",
  critical: "critical",
  // Nobody has said: it is not taken for harmless.
  unknown: "medium",
};

/** `>=7.0.0 <7.2.3 || <6.21.1`, as npm writes ranges. Throws on anything else. */
export function parseNpmRange(text: string): readonly VersionRange[] {
  return text.split("||").map((part) => parseComparators(part.trim(), text));
}

function parseComparators(part: string, text: string): VersionRange {
  if (part === "*" || part === "") return {};
  const exact = new RegExp(`^=?\\s*${VERSION}$`).exec(part)?.[1];
  if (exact !== undefined) return { from: exact, through: exact };
  const range: { from?: string; before?: string; through?: string } = {};
  const keys = { ">=": "from", "<": "before", "<=": "through" } as const;
  for (const [, sign = "", version = "", rest = ""] of part.matchAll(
    new RegExp(`(>=|<=|<)\\s*${VERSION}|(\\S)`, "g"),
  )) {
    const key = keys[sign as keyof typeof keys];
    if (rest !== "" || key === undefined || range[key] !== undefined)
      throw new Error(`not a range that is understood: ${text}`);
    range[key] = version;
  }
  return range;
}

interface AuditReport {
  readonly vulnerabilities?: Readonly<
    Record<string, { readonly via: readonly (string | AuditAdvisory)[] }>
  >;
}

interface AuditAdvisory {
  readonly name: string;
  readonly title: string;
  readonly url: string;
  readonly severity: string;
  readonly range: string;
}

/** What `npm audit --json` found (its report of version 2). Throws where that is no report. */
export function readAudit(text: string): readonly Advisory[] {
  const { vulnerabilities } = JSON.parse(text) as AuditReport;
  if (!vulnerabilities) throw new Error("npm audit made no report");
  const found = Object.values(vulnerabilities).flatMap(({ via }) =>
    via.filter((one) => typeof one !== "string"),
  );
  const advisories = found.map(({ name, title, url, severity, range }): Advisory => {
    const id = /(GHSA(?:-[0-9a-z]{4}){3})$/.exec(url)?.[1];
    if (id === undefined) throw new Error(`an advisory without an id: ${url}`);
    return {
      id,
      kind: "npm",
      name,
      severity: severityOf(severity),
      title: titleOf(title),
      ranges: parseNpmRange(range),
    };
  });
  return [...new Map(advisories.map((one) => [`${one.id} ${one.name}`, one])).values()];
}

interface NodeEntry {
  readonly cve?: readonly string[];
  readonly vulnerable: string;
  readonly patched?: string;
  readonly description?: string;
  readonly severity?: string;
}

/**
 * The index of the Node.js security working group (`vuln/core/index.json`), of the releases that Glovebox runs on: a line
 * that is vulnerable (`26.x`) is so before its patch (`^26.4.0`). Throws on another way to write either.
 */
export function readNodeIndex(text: string): readonly Advisory[] {
  const index = JSON.parse(text) as Readonly<Record<string, NodeEntry>>;
  return Object.values(index).flatMap((entry) => {
    const ranges = nodeRanges(entry);
    if (ranges.length === 0) return [];
    const [id] = entry.cve ?? [];
    if (id === undefined) throw new Error(`an entry without an id: ${entry.description ?? ""}`);
    return [
      {
        id,
        kind: "node",
        name: "node",
        severity: severityOf(entry.severity ?? "unknown"),
        title: titleOf(entry.description ?? "described in the announcement of the release"),
        ranges,
      } as const,
    ];
  });
}

function nodeRanges({ vulnerable, patched = "" }: NodeEntry): readonly VersionRange[] {
  return vulnerable.split("||").flatMap((part): VersionRange[] => {
    const text = part.trim();
    const major = Number(/^(?:[<>=~^\s]*)(\d+)/.exec(text)?.[1]);
    if (Number.isNaN(major)) throw new Error(`not a line of releases: ${vulnerable}`);
    if (major < NODE_MAJOR_MIN) return [];
    if (!/^\d+\.x$/.test(text)) return [...parseNpmRange(text)];
    const fixed = new RegExp(`\\^(${major}\\.\\d+\\.\\d+)(?:\\s|\\||$)`).exec(patched)?.[1];
    const before = fixed ?? `${major + 1}.0.0`;
    return [{ from: `${major}.0.0`, before }];
  });
}

function severityOf(word: string): Severity {
  const severity = SEVERITIES[word];
  if (severity === undefined) throw new Error(`not a severity: ${word}`);
  return severity;
}

function titleOf(text: string): string {
  return text
    .replaceAll(/[^\x20-\x7E]+/g, " ")
    .trim()
    .slice(0, TITLE_CHARS_MAX);
}
