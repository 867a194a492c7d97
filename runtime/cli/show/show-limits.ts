import type { CapabilityName } from "@glovebox/host-api/capability";
import type { JsonValue } from "@glovebox/host-api/json";
import { CAPABILITIES } from "@glovebox/host-api/registry";
import { formatSize } from "@glovebox/host-api/size";
import type { PluginConfiguration } from "../../policy/configuration.ts";
import { LIMIT_ROWS, writeLimit } from "../../policy/read-limits.ts";
import { DEFAULT_LIMITS } from "../../sandbox/limits.ts";
import type { Output } from "../output.ts";

type Row = readonly [key: string, amount: string, whose: string];

/** What each quota is called, where it stands in its capability's grant, and the shortest grant that has the default. */
const QUOTAS: readonly (readonly [
  key: string,
  capability: CapabilityName,
  field: string,
  shortest: JsonValue,
  write: (amount: number) => string,
])[] = [
  ["grants.kv.quota", "kv", "quotaBytes", true, writeSize],
  ["grants.filesystem.quota", "filesystem", "quotaBytes", "read-write", writeSize],
  ["grants.filesystem.files_max", "filesystem", "filesMax", "read-write", String],
];

/** Every limit of one call and every quota of what is granted, as the configuration writes them, with the defaults marked. */
export function showLimits(
  { limits, isolation, grants }: Pick<PluginConfiguration, "limits" | "isolation" | "grants">,
  out: Output,
): void {
  out.line(out.style("bold", "Limits of one call"));
  const rows: Row[] = Object.entries(LIMIT_ROWS).map(([key, row]) => [
    `limits.${key}`,
    writeLimit(row, limits),
    whose(limits[row.field] === DEFAULT_LIMITS[row.field]),
  ]);
  for (const [key, capability, field, shortest, write] of QUOTAS) {
    const amount = amountOf(grants[capability], field);
    const standard = amountOf(CAPABILITIES[capability].parseGrant(shortest), field);
    rows.push(
      amount === undefined
        ? [key, "0", "not granted"]
        : [key, write(amount), whose(amount === standard)],
    );
  }
  rows.push(["isolation", isolation, whose(isolation === "plugin")]);
  out.table(["limit", "amount", ""], rows);
}

function whose(isDefault: boolean): string {
  return isDefault ? "default" : "set by the configuration";
}

function amountOf(grant: JsonValue | undefined, field: string): number | undefined {
  if (typeof grant !== "object" || grant === null || Array.isArray(grant)) return undefined;
  const amount = (grant as Readonly<Record<string, JsonValue>>)[field];
  return typeof amount === "number" ? amount : undefined;
}

function writeSize(bytes: number): string {
  return formatSize(bytes).replace(" ", "");
}
