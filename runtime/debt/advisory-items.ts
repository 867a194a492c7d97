import { isAffected, shippedAdvisories, type Advisories, type UsedPackage } from "./advisories.ts";
import type { LiveItem } from "./items.ts";
import { liveItem } from "./live-item.ts";

/** Known for longer than this, an advisory is one that attackers know too. */
export const ADVISORIES_DAYS_MAX = 90;
const DAY_MS = 24 * 60 * 60 * 1000;
const KIND_WORDS = {
  npm: "packages of npm",
  node: "Node",
  system: "programs of the machine",
} as const;

/**
 * An item for each advisory against a version in use, and one where the list is old, or was never asked for. `packages`
 * undefined: nobody knows what is in use, and nothing is said of it but that.
 */
export function advisoryItems(
  packages: readonly UsedPackage[] | undefined,
  nowMs: number,
  known: Advisories = shippedAdvisories(),
): LiveItem[] {
  return [
    ...known.advisories.flatMap((advisory) => {
      const used = (packages ?? []).filter((one) => isAffected(one, advisory));
      return used.length === 0 ? [] : [affectedItem(advisory, used)];
    }),
    ...staleItems(known, packages, nowMs),
  ];
}

function affectedItem(
  { id, name, title, severity, kind }: Advisories["advisories"][number],
  used: readonly UsedPackage[],
): LiveItem {
  const versions = [...new Set(used.map(({ version }) => version))].toSorted().join(" and ");
  return liveItem({
    id: `GB-ADVISORY-${`${id}.${name}`
      .toLowerCase()
      .replaceAll(/[^a-z0-9.]+/g, "-")
      .replace(".-", ".")}`,
    title: `${name} ${versions} has a known vulnerability: ${title}`,
    severity,
    area: "supply",
    current_behavior: `${name} ${versions} is in use (${KIND_WORDS[kind]}), and ${id} names it. Whether Glovebox uses what is vulnerable was not judged.`,
    ideal: "No version in use has a known vulnerability.",
    resolved_by: "Upgrade to a release that uses a version without it.",
    references: [id, "OWASP MCP04"],
    evidence: [{ kind: "advisory", what: id }],
  });
}

/** Nobody shall take an empty list for good news. */
function staleItems(
  { sources }: Advisories,
  packages: readonly UsedPackage[] | undefined,
  nowMs: number,
): LiveItem[] {
  const old = sources.filter(
    ({ asked }) => asked === null || !(nowMs - Date.parse(asked) <= ADVISORIES_DAYS_MAX * DAY_MS),
  );
  if (old.length === 0 && packages !== undefined) return [];
  const says = old.map(({ kind, name, asked }) =>
    asked === null
      ? `${KIND_WORDS[kind]}: ${name} was never asked`
      : `${KIND_WORDS[kind]}: ${name} was read up to ${asked}`,
  );
  if (packages === undefined) says.push("which versions are in use is not known");
  return [
    liveItem({
      id: "GB-ADVISORIES",
      title: "Known vulnerabilities of what this release is made of were not all looked up",
      severity: "medium",
      area: "supply",
      current_behavior: `${says.join("; ")}. What became known since is not in this report.`,
      ideal: `Every source was read at most ${ADVISORIES_DAYS_MAX} days ago.`,
      resolved_by: "A release with a newer list: `npm run advisories` makes it.",
      references: ["OWASP MCP04"],
      evidence: [{ kind: "advisory", what: "runtime/debt/advisories.json" }],
    }),
  ];
}
