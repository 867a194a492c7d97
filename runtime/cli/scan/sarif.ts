import { pathToFileURL } from "node:url";
import type { GloveboxError } from "../../errors.ts";
import type { Finding, Severity } from "../../firewall/scan/finding.ts";
import { RULES } from "../../firewall/scan/rules/table.ts";
import { UNREAD } from "../../firewall/scan/scan-tools.ts";
import { runtimeVersion } from "../../powers/version.ts";
import type { Scanned } from "./scan-targets.ts";

const SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json";
const LEVELS: Readonly<Record<Severity, string>> = {
  high: "error",
  medium: "warning",
  low: "note",
};
/** What GitHub sorts alerts by. */
const SCORES: Readonly<Record<Severity, string>> = { high: "8.0", medium: "5.0", low: "2.0" };
const HELP_PAGES: readonly (readonly [RegExp, string])[] = [
  [/^OWASP MCP/, "https://owasp.org/www-project-mcp-top-10/"],
  [/^UTS 39/, "https://www.unicode.org/reports/tr39/"],
  [/^MCP /, "https://modelcontextprotocol.io/specification/2025-11-25/server/tools"],
];

interface ScanRule {
  readonly id: string;
  readonly severity: Severity;
  readonly title: string;
  readonly references: readonly string[];
}

/** Every rule that a finding may name, by its id. */
export const SCAN_RULES: readonly ScanRule[] = [
  ...RULES,
  {
    id: UNREAD,
    severity: "high" as const,
    title: "More than the scanner reads",
    references: ["OWASP MCP03"],
  },
].toSorted((left, right) => (left.id < right.id ? -1 : 1));

/** The findings as a SARIF 2.1.0 log (OASIS), one run: `root` is the folder that file names are relative to. What was not read is told of the run. */
export function toSarif(
  scanned: readonly Scanned[],
  unread: readonly GloveboxError[],
  root: string,
): object {
  const indexes = new Map(SCAN_RULES.map(({ id }, index) => [id, index]));
  return {
    $schema: SCHEMA,
    version: "2.1.0",
    runs: [
      {
        tool: {
          driver: {
            name: "glovebox scan",
            semanticVersion: runtimeVersion(),
            rules: SCAN_RULES.map(describeRule),
          },
        },
        columnKind: "utf16CodeUnits",
        invocations: [
          {
            executionSuccessful: unread.length === 0,
            toolExecutionNotifications: unread.map((reason) => describeUnread(reason, root)),
          },
        ],
        originalUriBaseIds: { ROOT: { uri: `${pathToFileURL(root).href}/` } },
        results: scanned.flatMap(({ target, findings }) =>
          findings.map((finding) => ({
            ruleId: finding.id,
            ruleIndex: indexes.get(finding.id) ?? -1,
            level: LEVELS[finding.severity],
            message: { text: messageOf(finding) },
            locations: [locationOf(target, finding, root)],
            partialFingerprints: {
              "finding/v1": `${finding.id}:${finding.tool}:${finding.where}`,
            },
          })),
        ),
      },
    ],
  };
}

function describeUnread({ code, message, place }: GloveboxError, root: string): object {
  const { file } = place ?? {};
  const location = file && { physicalLocation: { artifactLocation: artifactOf(file, root) } };
  return {
    level: "error",
    descriptor: { id: code },
    message: { text: message },
    ...(location && { locations: [location] }),
  };
}

function describeRule({ id, severity, title, references }: ScanRule): object {
  const helpUri = HELP_PAGES.find(([pattern]) => references.some((one) => pattern.test(one)))?.[1];
  return {
    id,
    shortDescription: { text: title },
    help: {
      text: `${title}. See ${references.join(", ")}. Where it is harmless, \`glovebox add --accept ${id}\` says so.`,
    },
    helpUri: helpUri ?? "https://owasp.org/www-project-mcp-top-10/",
    defaultConfiguration: { level: LEVELS[severity] },
    properties: { tags: ["security", ...references], "security-severity": SCORES[severity] },
  };
}

function messageOf({ why, quote }: Finding): string {
  return quote === undefined ? why : `${why} It reads: ${quote}`;
}

function locationOf(target: Scanned["target"], finding: Finding, root: string): object {
  const index = target.tools.findIndex(({ name }) => name === finding.tool);
  const { line, column } = target.placeOf(Math.max(0, index), finding.where);
  const region =
    line === undefined
      ? {}
      : { region: { startLine: line, ...(column && { startColumn: column }) } };
  return {
    physicalLocation: { artifactLocation: artifactOf(target.file, root), ...region },
    logicalLocations: [
      {
        name: finding.tool,
        fullyQualifiedName:
          finding.where === "" ? finding.tool : `${finding.tool}.${finding.where}`,
        kind: "member",
      },
    ],
  };
}

/** Below the root relative to it, elsewhere absolute, and an address as it is. */
function artifactOf(file: string, root: string): object {
  if (/^[a-z]+:\/\//.test(file)) return { uri: encodeURI(file) };
  const [uri, base] = [pathToFileURL(file).href, `${pathToFileURL(root).href}/`];
  return uri.startsWith(base) ? { uri: uri.slice(base.length), uriBaseId: "ROOT" } : { uri };
}
