/// <reference lib="esnext.temporal" />
/**
 * Writes src/zones-data.ts from this Node's time zone data: `node tools/make-zones.ts [tzdata.zi]`.
 * QuickJS has no Intl, so the plugin carries the rules itself. Names come from Node, from the table as it stands,
 * and from a tzdata.zi (its links are the names people write).
 */
import { readFileSync, writeFileSync } from "node:fs";
import { encodeZone } from "./encode-zone.ts";

const target = new URL("../src/zones-data.ts", import.meta.url);

async function readNames(): Promise<string[]> {
  const names = new Set(["UTC", "GMT", ...Intl.supportedValuesOf("timeZone")]);
  const [, , tzdata] = process.argv;
  if (tzdata !== undefined) {
    for (const line of readFileSync(tzdata, "utf8").split("\n")) {
      const [kind, first, second] = line.split(" ");
      if (kind === "L" && second) names.add(second);
      if (kind === "Z" && first) names.add(first);
    }
  }
  const { ZONES } = (await import(target.href)) as { ZONES: readonly string[] };
  for (const line of ZONES) for (const name of line.split("\t")[0]!.split(",")) names.add(name);
  return [...names].filter((name) => name !== "Factory" && isKnown(name)).toSorted();
}

function isKnown(name: string): boolean {
  try {
    Temporal.Instant.fromEpochMilliseconds(0).toZonedDateTimeISO(name);
    return true;
  } catch {
    return false;
  }
}

const byRules = new Map<string, string[]>();
for (const name of await readNames()) {
  const rules = encodeZone(name);
  byRules.set(rules, [...(byRules.get(rules) ?? []), name]);
}
const lines = [...byRules].map(([rules, names]) => `  "${names.join(",")}\\t${rules}",`);
writeFileSync(
  target,
  `// Made by tools/make-zones.ts from time zone data ${process.versions["tz"]}. Do not edit.\n` +
    `/** Per line: names, a tab, and the rules as tools/encode-zone.ts writes them. */\n` +
    `export const ZONES: readonly string[] = [\n${lines.join("\n")}\n];\n`,
);
