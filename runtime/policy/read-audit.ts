import { DEFAULT_TRAIL_OPTIONS, type TrailOptions } from "../audit/chain/options.ts";
import type { Cursor } from "../plugin/cursor.ts";
import { readAmount, type AmountRow } from "./read-limits.ts";

const KIB = 1024;
const MIB = 1024 * KIB;
const SECOND_MS = 1000;
const DAY_MS = 24 * 60 * 60 * SECOND_MS;
const FOLDER = { lengthMin: 1, lengthMax: 2048 };

/** What is kept of a call's arguments beside their digest: nothing, all with secrets taken out, or all. */
export const ARGUMENT_POLICIES = ["digest", "redacted", "full"] as const;
export type ArgumentPolicy = (typeof ARGUMENT_POLICIES)[number];

/** The section `audit` of the configuration. */
export interface AuditConfiguration {
  readonly arguments: ArgumentPolicy;
  /** `checkpointFolder` is as the operator wrote it: relative to the configuration. */
  readonly trail: TrailOptions;
}

export const DEFAULT_AUDIT: AuditConfiguration = {
  arguments: "digest",
  trail: DEFAULT_TRAIL_OPTIONS,
};

/** Every amount of the section, and the range in which it may be set. None can be taken off. */
// debt("GB-011"): `rotate.keep` has no default.
const AMOUNTS = {
  records: { field: "checkpointRecords", unit: "count", min: 1, max: 100_000 },
  every: { field: "checkpointMs", unit: "duration", min: SECOND_MS, max: 60 * 60 * SECOND_MS },
  size: { field: "rotateBytes", unit: "size", min: 64 * KIB, max: 4096 * MIB },
  age: { field: "rotateMs", unit: "span", min: 60 * SECOND_MS, max: 366 * DAY_MS },
  keep: { field: "keep", unit: "count", min: 1, max: 100_000 },
} as const satisfies Readonly<Record<string, AmountRow<keyof TrailOptions>>>;

const KEYS = ["arguments", "sync", "checkpoint", "rotate"] as const;

/** Reads `audit`. Left out, arguments are kept as digests, and nothing of the trail is ever removed. */
export function readAudit(member: Cursor): AuditConfiguration {
  if (member.isAbsent()) return DEFAULT_AUDIT;
  const fields = member.fields([], KEYS);
  // It would look to the gate as if somebody had decided what is kept.
  if (member.isObject() && Object.keys(member.object()).length === 0)
    member.problem("says nothing", `Write at least one of ${KEYS.join(", ")}.`);
  return {
    arguments: readChoice(fields.get("arguments"), ARGUMENT_POLICIES, "digest"),
    trail: {
      ...DEFAULT_TRAIL_OPTIONS,
      sync: readChoice(fields.get("sync"), ["always", "interval"], "interval"),
      ...readSection(fields.get("checkpoint"), ["records", "every"], ["folder"]),
      ...readFolder(fields.get("checkpoint")),
      ...readSection(fields.get("rotate"), ["size", "age", "keep"], []),
    },
  };
}

function readSection(
  member: Cursor,
  keys: readonly (keyof typeof AMOUNTS)[],
  others: readonly string[],
): Partial<TrailOptions> {
  if (member.isAbsent()) return {};
  const fields = member.fields([], [...keys, ...others]);
  return Object.fromEntries(
    keys.flatMap((key) => {
      const amount = fields.get(key);
      const row = AMOUNTS[key];
      return amount.value === undefined ? [] : [[row.field, readAmount(amount, row)]];
    }),
  );
}

function readFolder(member: Cursor): Pick<TrailOptions, "checkpointFolder"> {
  const folder = member.member("folder");
  return folder.value === undefined ? {} : { checkpointFolder: folder.string(FOLDER) };
}

function readChoice<Choice extends string>(
  member: Cursor,
  choices: readonly Choice[],
  byDefault: Choice,
): Choice {
  const { value = byDefault } = member;
  const choice = choices.find((one) => one === value);
  if (choice !== undefined) return choice;
  member.problem(
    "not one of what can be chosen",
    `Write ${choices.map((one) => `\`${one}\``).join(" or ")}.`,
  );
  return byDefault;
}
