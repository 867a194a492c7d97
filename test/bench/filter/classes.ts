import { createHash } from "node:crypto";
import { filterOne } from "./filter-one.ts";

/** One labelled text. */
export interface OutputRecord {
  readonly id: string;
  readonly kind: string;
  readonly label: "secret" | "not-secret" | "malicious" | "benign";
  readonly text: string;
  readonly tier?: "core" | "long-tail" | "pii";
  readonly explicit_marker?: "yes" | "mixed" | "no";
  readonly type?: string;
  readonly quotes_attack?: boolean;
  /** Records of one origin belong to one half. */
  readonly group?: string;
}

/** Of one class of texts: in how many there is a finding that counts for it, in each half and in all. */
export interface ClassFigures {
  readonly name: string;
  /** Whether they should be found. */
  readonly wanted: boolean;
  readonly all: Share;
  /** The half that the rules were tuned on, and the one that was only counted. */
  readonly tuned: Share;
  readonly heldOut: Share;
  readonly megabytesPerSecond: number;
  /** How many each rule found. */
  readonly rules: Readonly<Record<string, number>>;
}

export interface Share {
  readonly count: number;
  readonly found: number;
}

export function measureClasses(records: readonly OutputRecord[]): readonly ClassFigures[] {
  const groups = new Map<string, OutputRecord[]>();
  for (const record of records)
    for (const name of classesOf(record)) groups.set(name, [...(groups.get(name) ?? []), record]);
  return [...groups]
    .toSorted(([left], [right]) => (left < right ? -1 : 1))
    .map(([name, members]) => measureClass(name, members));
}

function classesOf({ kind, label, tier, explicit_marker, type }: OutputRecord): readonly string[] {
  if (tier === "pii") {
    const what = /iban/.test(kind) ? "account numbers" : /ssn/.test(kind) ? "ssn" : "cards";
    return [label === "secret" ? `pii, ${what}` : `look-alikes, pii, ${what}`];
  }
  if (label === "secret") return [`secrets, ${tier}`];
  if (label === "not-secret") return [`look-alikes, ${tier}`, "look-alikes, secrets"];
  if (label === "malicious") return [`injections, marker ${explicit_marker}`];
  return ["benign outputs", ...(type === "notinject" ? ["benign, NotInject"] : [])];
}

/** What counts for a class: any finding where none is wanted. */
function countsFor(name: string, kind: string): boolean {
  if (name.startsWith("secrets")) return kind === "secrets";
  if (name.startsWith("injections")) return kind === "instructions" || kind === "invisible";
  return true;
}

function measureClass(name: string, members: readonly OutputRecord[]): ClassFigures {
  const rules: Record<string, number> = {};
  const [tuned, heldOut] = [
    { count: 0, found: 0 },
    { count: 0, found: 0 },
  ];
  let bytes = 0;
  const start = process.cpuUsage();
  for (const member of members) {
    const ids = new Set(
      filterOne(member.text, name.startsWith("pii, account")).findings.map(({ id }) => id),
    );
    const counting = [...ids].filter((id) => countsFor(name, id.slice(0, id.indexOf("."))));
    const half = isTunedOn(member) ? tuned : heldOut;
    half.count++;
    half.found += counting.length > 0 ? 1 : 0;
    for (const id of counting) rules[id] = (rules[id] ?? 0) + 1;
    bytes += Buffer.byteLength(member.text);
  }
  const { user, system } = process.cpuUsage(start);
  return {
    name,
    wanted: /^(?:secrets|injections|pii)/.test(name),
    all: { count: tuned.count + heldOut.count, found: tuned.found + heldOut.found },
    tuned,
    heldOut,
    megabytesPerSecond: bytes / (user + system),
    rules,
  };
}

/** Half of the groups, by the first byte of the digest of their names: the same for everybody. */
function isTunedOn({ group, id }: OutputRecord): boolean {
  const [first = 0] = createHash("sha256")
    .update(group ?? id)
    .digest();
  return first % 2 === 0;
}
