import { compareVersions } from "../plugin/compare-versions.ts";
import type { Cursor } from "../plugin/cursor.ts";
import { readDocument } from "../plugin/document.ts";
import { VERSION } from "../plugin/rules.ts";
import { DebtError } from "./errors.ts";
import { SEVERITIES, type Severity } from "./items.ts";
import shipped from "./advisories.json" with { type: "json" };

/** Whose versions they are: packages of npm, Node itself, or programs that the machine brings. */
export const PACKAGE_KINDS = ["npm", "node", "system"] as const;
export type PackageKind = (typeof PACKAGE_KINDS)[number];

/** Something of others that is in use, at the version that is in use. */
export interface UsedPackage {
  readonly kind: PackageKind;
  readonly name: string;
  readonly version: string;
}

/** Versions from `from` on, before `before` or through `through`. What is left out has no bound on that side. */
export interface VersionRange {
  readonly from?: string;
  readonly before?: string;
  readonly through?: string;
}

export interface Advisory {
  /** `GHSA-…` or `CVE-…`. */
  readonly id: string;
  readonly kind: PackageKind;
  readonly name: string;
  readonly severity: Severity;
  readonly title: string;
  readonly ranges: readonly VersionRange[];
}

/** Where advisories of one kind come from. */
export interface AdvisorySource {
  readonly kind: PackageKind;
  readonly name: string;
  /** The day up to which it was read; null where it never was. */
  readonly asked: string | null;
}

/** What was known when the release was cut. Nothing is asked while it runs. */
export interface Advisories {
  readonly sources: readonly AdvisorySource[];
  readonly advisories: readonly Advisory[];
}

const LIMITS = { bytesMax: 1024 * 1024, depthMax: 6, nodesMax: 50_000 };
const ADVISORIES_MAX = 2000;
const RANGES_MAX = 64;
const TEXT = { lengthMin: 1, lengthMax: 200 };
const NAME = {
  lengthMin: 1,
  lengthMax: 214,
  pattern: /^(@[a-z0-9][a-z0-9._-]*\/)?[a-z0-9][a-z0-9._-]*$/,
  shape: "the name of a package",
};
const ID = {
  lengthMin: 8,
  lengthMax: 30,
  pattern: /^(GHSA(-[0-9a-z]{4}){3}|CVE-[0-9]{4}-[0-9]{4,7})$/,
  shape: "an id of the form GHSA-… or CVE-…",
};
const DAY = { lengthMax: 10, pattern: /^\d{4}-\d{2}-\d{2}$/, shape: "a day such as 2027-01-31" };

let read: Advisories | undefined;

/** The list that ships with this release. Throws `ERR_ADVISORIES_INVALID`. */
export function shippedAdvisories(): Advisories {
  read ??= parseAdvisories(JSON.stringify(shipped));
  return read;
}

/** Reads `advisories.json`, of which nothing is guessed. Throws `ERR_ADVISORIES_INVALID`, or `Refusals` of several. */
export function parseAdvisories(text: string | Uint8Array): Advisories {
  const invalid = (message: string, detail: ConstructorParameters<typeof DebtError>[2]) =>
    new DebtError("ERR_ADVISORIES_INVALID", message, detail);
  const source = { file: "advisories.json", limits: LIMITS, invalid, hidden: invalid };
  return readDocument(text, source, (root) => {
    const fields = root.fields(["advisories_version", "sources", "advisories"]);
    fields.get("advisories_version").exactly(1);
    return {
      sources: readSources(fields.get("sources")),
      advisories: fields.get("advisories").items(0, ADVISORIES_MAX).map(readAdvisory),
    };
  });
}

/** One source for each kind: a kind that nobody asks about would look as if nothing were known of it. */
function readSources(member: Cursor): readonly AdvisorySource[] {
  const sources = member.items(PACKAGE_KINDS.length, PACKAGE_KINDS.length).map((item) => {
    const fields = item.fields(["kind", "name", "asked"]);
    const asked = fields.get("asked");
    return {
      kind: readKind(fields.get("kind")),
      name: fields.get("name").string(TEXT),
      asked: asked.value === null ? null : asked.string(DAY),
    };
  });
  const kinds = new Set(sources.map(({ kind }) => kind));
  if (sources.length > 0 && kinds.size < PACKAGE_KINDS.length)
    member.problem("a kind of package without a source");
  return sources;
}

function readAdvisory(item: Cursor): Advisory {
  const fields = item.fields(["id", "kind", "name", "severity", "title", "ranges"]);
  return {
    id: fields.get("id").string(ID),
    kind: readKind(fields.get("kind")),
    name: fields.get("name").string(NAME),
    severity: readWord(fields.get("severity"), SEVERITIES),
    title: fields.get("title").string(TEXT),
    ranges: fields.get("ranges").items(1, RANGES_MAX).map(readRange),
  };
}

function readRange(item: Cursor): VersionRange {
  const fields = item.fields([], ["from", "before", "through"]);
  const range: VersionRange = {
    ...fields.optional("from", (member) => member.string(VERSION)),
    ...fields.optional("before", (member) => member.string(VERSION)),
    ...fields.optional("through", (member) => member.string(VERSION)),
  };
  if (range.before !== undefined && range.through !== undefined)
    item.problem("two ends of one range");
  return range;
}

function readKind(member: Cursor): PackageKind {
  return readWord(member, PACKAGE_KINDS);
}

function readWord<Word extends string>(
  member: Cursor,
  words: readonly [Word, ...(readonly Word[])],
): Word {
  const known = words.find((word) => word === member.value);
  if (known === undefined) member.problem("not one of the words", `Write ${words.join(", ")}.`);
  return known ?? words[0];
}

/** Whether the very version is one of an advisory's. Pre-releases are ordered as Semantic Versioning orders them. */
export function isAffected({ kind, name, version }: UsedPackage, advisory: Advisory): boolean {
  return (
    advisory.kind === kind &&
    advisory.name === name &&
    advisory.ranges.some(
      ({ from, before, through }) =>
        (from === undefined || compareVersions(version, from) >= 0) &&
        (before === undefined || compareVersions(version, before) < 0) &&
        (through === undefined || compareVersions(version, through) <= 0),
    )
  );
}
