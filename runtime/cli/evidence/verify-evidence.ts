import type { KeyObject } from "node:crypto";
import { isSignedBy, readPublicKey } from "../../audit/chain/checkpoint.ts";
import { canonicalText, digestOf } from "../../plugin/canonical.ts";
import { collectReasons, throwReasons } from "../../errors.ts";
import { quoteText } from "../../plugin/text.ts";
import type { Digest } from "../../plugin/formats.ts";
import type { PublicKey } from "../../supply/signatures/keys.ts";
import { digestsOf, DOCUMENT_NAMES, parseArchive, type DocumentDigests } from "./archive.ts";
import { EvidenceError } from "./errors.ts";
import { readDocuments, type AuditDocument, type ReadDocuments } from "./read-documents.ts";
import { objectAt } from "./read-sbom.ts";
import { verifyEvidenceSignature, type EvidenceStatement } from "./statement.ts";

/** What a bundle is held against. */
export interface Expected {
  /** Whose signature counts. */
  readonly keys: readonly PublicKey[];
  /** The key of the operator's audit trail, where it came by another way. */
  readonly auditKeys: readonly KeyObject[];
  readonly nowMs: number;
  /** Undefined asks for no age. */
  readonly ageMsMax?: number;
}

/** What holds of a bundle, and what it says. */
export interface VerifiedEvidence {
  readonly key: Digest;
  readonly statement: EvidenceStatement;
  readonly digests: DocumentDigests;
  readonly documents: ReadDocuments;
  /** Whether the trail's checkpoints are signed by a key that was named, or only by the one that the bundle names. */
  readonly auditKey: "named" | "claimed" | "none";
}

/** Clocks differ. */
const AHEAD_MS_MAX = 5 * 60_000;

// debt("GB-087"): what holds is that it was signed, and not that it is true.
/**
 * Verifies a bundle that anybody may have made, in this order: its form, its signature, the digest of each document, its age,
 * the form of each document, and that they agree. Each step trusts only the ones before it.
 * Throws `EvidenceError`, or `Refusals` of several.
 */
export function verifyEvidence(bytes: Uint8Array, expected: Expected): VerifiedEvidence {
  const archive = parseArchive(bytes);
  const { statement, key } = verifyEvidenceSignature(archive.signature, expected.keys);
  const digests = digestsOf(archive.documents);
  verifyDigests(digests, statement);
  verifyAge(statement, expected);
  const documents = readDocuments(archive.documents);
  throwReasons([
    ...collectReasons([() => throwReasons(disagreements(documents, statement))]),
    ...collectReasons([() => verifyCheckpoints(documents.audit, expected.auditKeys)]),
  ]);
  const auditKey = documents.audit.chains.every(({ checkpoint }) => checkpoint === undefined)
    ? "none"
    : expected.auditKeys.length > 0
      ? "named"
      : "claimed";
  return { key: key.digest, statement, digests, documents, auditKey };
}

function verifyDigests(digests: DocumentDigests, { digests: signed }: EvidenceStatement): void {
  throwReasons(
    DOCUMENT_NAMES.filter((name) => digests[name] !== signed[name]).map(
      (name) =>
        new EvidenceError(
          "ERR_EVIDENCE_CHANGED",
          `${name} is ${digests[name]}, and signed is ${signed[name]}.`,
        ),
    ),
  );
}

function verifyAge({ madeAt }: EvidenceStatement, { nowMs, ageMsMax }: Expected): void {
  const ageMs = nowMs - Date.parse(madeAt);
  if (ageMs < -AHEAD_MS_MAX)
    throw new EvidenceError(
      "ERR_EVIDENCE_STALE",
      `It says that it was made at ${madeAt}, which is to come.`,
    );
  if (ageMsMax !== undefined && ageMs > ageMsMax)
    throw new EvidenceError(
      "ERR_EVIDENCE_STALE",
      `It says that it was made at ${madeAt}, which is too long ago.`,
    );
}

/** Everything that two documents say differently. */
function disagreements(
  documents: ReadDocuments,
  { version }: EvidenceStatement,
): readonly EvidenceError[] {
  const { versions, configuration, lockfile, sbom, debt } = documents;
  const found: EvidenceError[] = [];
  const same = (what: string, one: unknown, other: unknown): void => {
    if (canonicalText(one ?? null) === canonicalText(other ?? null)) return;
    const [left, right] = [one, other].map((value) =>
      quoteText(typeof value === "string" ? value : canonicalText(value ?? null)),
    );
    found.push(new EvidenceError("ERR_EVIDENCE_INCONSISTENT", `${what}: ${left} and ${right}.`));
  };
  const posture = objectAt(debt, "posture");
  same("The release, signed and in versions.json", version, versions.glovebox);
  same("The release, signed and in debt.json", version, objectAt(debt, "runtime")["version"]);
  same("The release, signed and in sbom.cdx.json", version, sbom.runtime);
  same("The release, signed and in the lockfile", version, lockfile.engine.glovebox);
  same("Node, in versions.json and sbom.cdx.json", versions.node, sbom.programs["node"]);
  same(
    "bubblewrap, in versions.json and sbom.cdx.json",
    versions.bubblewrap,
    sbom.programs["bubblewrap"],
  );
  same("The seal, in versions.json and debt.json", versions.seal, posture["seal"]);
  same("The digest of the debt report, and of its items", debt["digest"], digestOf(debt["items"]));
  const run = objectAt(posture, "probes");
  const { held, broken } = documents.probes;
  same(
    "Probes that were run, in probes.json and debt.json",
    held.length + broken.length,
    run["run"],
  );
  same("Probes that held, in probes.json and debt.json", held.length, run["held"]);
  const configured = objectAt(configuration, "plugins");
  const aliases = Object.keys(lockfile.plugins).toSorted();
  same(
    "Plugins, in the lockfile and the configuration",
    aliases,
    Object.keys(configured).toSorted(),
  );
  same("Plugins, in the lockfile and sbom.cdx.json", aliases, Object.keys(sbom.plugins).toSorted());
  same("Plugins, in the lockfile and debt.json", aliases.length, posture["plugins"]);
  for (const alias of aliases) {
    const locked = lockfile.plugins[alias]!;
    const { name, version: release, component, properties = {} } = sbom.plugins[alias] ?? {};
    const of = (what: string): string => `${what} of ${alias}, in the lockfile and sbom.cdx.json`;
    same(of("The name"), locked.name, name);
    same(of("The version"), locked.version, release);
    same(of("The component"), locked.digests.component, `sha256:${component}`);
    for (const part of ["manifest", "surface"] as const)
      same(of(`The ${part}`), locked.digests[part], properties[part]);
    same(of("The package"), locked.package, properties["package"]);
    same(
      `The grants of ${alias}, in the lockfile and the configuration`,
      locked.grants,
      objectAt(configured, alias)["grants"],
    );
  }
  const waivers = Array.isArray(configuration["waivers"]) ? configuration["waivers"] : [];
  same(
    "Waivers, in the configuration and debt.json",
    waivers.map((waiver) => pick(waiver)),
    Array.isArray(posture["waivers"]) ? posture["waivers"].map((waiver) => pick(waiver)) : null,
  );
  return found;
}

function pick(waiver: unknown): readonly unknown[] {
  const { gate = null, until = null } = (waiver ?? {}) as Readonly<Record<string, unknown>>;
  return [gate, until];
}

/** The trail's own signatures: by a key that was named, or else by the one that the bundle names, which proves less. */
function verifyCheckpoints(
  { publicKey, chains }: AuditDocument,
  named: readonly KeyObject[],
): void {
  const claimed = readPublicKey(publicKey);
  const keys = named.length > 0 ? named : claimed ? [claimed] : [];
  for (const { chain, headSeq, headHash, checkpoint } of chains) {
    if (!checkpoint) continue;
    const isSound =
      isSignedBy({ kind: "checkpoint", chain, ...checkpoint }, keys) &&
      checkpoint.seq <= headSeq &&
      headHash.length > 0;
    if (isSound) continue;
    const isNamed = named.length > 0;
    throw new EvidenceError(
      "ERR_EVIDENCE_INCONSISTENT",
      `The checkpoint of the audit chain ${quoteText(chain)} is not signed by ${isNamed ? "the audit key that you named" : "its key"}.`,
      isNamed
        ? {
            remedy:
              "Compare what you named with `glovebox audit key`, which the operator gives you by another way.",
          }
        : {},
    );
  }
}
