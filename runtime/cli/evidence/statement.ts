import type { KeyObject } from "node:crypto";
import { canonicalBytes } from "../../plugin/canonical.ts";
import { readDocument } from "../../plugin/document.ts";
import type { Digest } from "../../plugin/formats.ts";
import type { JsonLimits } from "../../plugin/json.ts";
import type { MakeProblem } from "../../plugin/problems.ts";
import { VERSION } from "../../plugin/rules.ts";
import { collectReasons, throwReasons } from "../../errors.ts";
import { parseBundle } from "../../supply/signatures/bundle.ts";
import type { PublicKey } from "../../supply/signatures/keys.ts";
import { verifyKeySignature } from "../../supply/signatures/judge-signature.ts";
import { signPayload } from "../../supply/signatures/sign.ts";
import { STATEMENT_TYPE } from "../../supply/signatures/statement.ts";
import { DOCUMENT_NAMES, type DocumentDigests, type DocumentName } from "./archive.ts";
import { EvidenceError } from "./errors.ts";

/** What is signed: these documents were made by this release, at this time of the signer's own clock. */
export interface EvidenceStatement {
  readonly version: string;
  /** ISO 8601, UTC. */
  readonly madeAt: string;
  readonly digests: DocumentDigests;
}

const PREDICATE_TYPE = "https://glovebox.dev/attestation/evidence/v1";
const LIMITS: JsonLimits = { bytesMax: 16 * 1024, depthMax: 8, nodesMax: 200 };
const HEX = { lengthMax: 64, pattern: /^[0-9a-f]{64}$/, shape: "64 lower-case hex digits" };
const TIME = {
  lengthMax: 24,
  pattern: /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}Z$/,
  shape: "a UTC time such as 2026-01-31T12:00:00.000Z",
};

/** Signs a statement: an in-toto Statement v1 in canonical form, in a Sigstore bundle. Throws `ERR_KEY_INVALID`. */
export function signEvidence(
  { version, madeAt, digests }: EvidenceStatement,
  key: KeyObject,
): Uint8Array {
  const payload = canonicalBytes({
    _type: STATEMENT_TYPE,
    subject: DOCUMENT_NAMES.map((name) => ({
      name,
      digest: { sha256: digests[name].slice("sha256:".length) },
    })),
    predicateType: PREDICATE_TYPE,
    predicate: { format: 1, runtime: version, made_at: madeAt },
  });
  return signPayload(payload, key);
}

export interface SignedStatement {
  readonly statement: EvidenceStatement;
  readonly key: PublicKey;
}

/**
 * Verifies that one of `keys` signed, and reads what it signed. Until then everything is a stranger's word.
 * Throws `ERR_EVIDENCE_MALFORMED` or `ERR_EVIDENCE_SIGNATURE`.
 */
export function verifyEvidenceSignature(
  signature: Uint8Array,
  keys: readonly PublicKey[],
): SignedStatement {
  const bundle = attempt("ERR_EVIDENCE_MALFORMED", () => parseBundle(signature));
  if (bundle.kind !== "key")
    throw new EvidenceError("ERR_EVIDENCE_SIGNATURE", "It is signed by a certificate and no key.");
  const key = keys.find(({ digest }) => digest === bundle.claimedKey);
  if (!key)
    throw new EvidenceError(
      "ERR_EVIDENCE_SIGNATURE",
      `It says that it is signed by ${bundle.claimedKey}, which is not a key that was named.`,
    );
  attempt("ERR_EVIDENCE_SIGNATURE", () => verifyKeySignature(bundle, key));
  return { statement: parseStatement(bundle.payload), key };
}

function parseStatement(payload: Uint8Array): EvidenceStatement {
  const invalid: MakeProblem = (message, detail) =>
    new EvidenceError("ERR_EVIDENCE_MALFORMED", `The signed statement: ${message}.`, detail);
  return readDocument(payload, { limits: LIMITS, invalid, hidden: invalid }, (root) => {
    const fields = root.fields(["_type", "subject", "predicateType", "predicate"]);
    fields.get("_type").exactly(STATEMENT_TYPE);
    fields.get("predicateType").exactly(PREDICATE_TYPE);
    const predicate = fields.get("predicate").fields(["format", "runtime", "made_at"]);
    predicate.get("format").exactly(1);
    const count = DOCUMENT_NAMES.length;
    const digests = fields
      .get("subject")
      .items(count, count)
      .map((item, index): [DocumentName, Digest] => {
        const name = DOCUMENT_NAMES[index] ?? "versions.json";
        const subject = item.fields(["name", "digest"]);
        subject.get("name").exactly(name);
        const hex = subject.get("digest").fields(["sha256"]).get("sha256").string(HEX);
        return [name, `sha256:${hex}`];
      });
    const madeAt = predicate.get("made_at");
    const time = madeAt.string(TIME);
    if (Number.isNaN(Date.parse(time))) madeAt.problem("no time that there is");
    return {
      version: predicate.get("runtime").string(VERSION),
      madeAt: time,
      digests: Object.fromEntries(digests) as Record<DocumentName, Digest>,
    };
  });
}

/** Whatever is wrong in a signature's own room is said in the words of evidence. */
function attempt<Result>(
  code: "ERR_EVIDENCE_MALFORMED" | "ERR_EVIDENCE_SIGNATURE",
  work: () => Result,
): Result {
  let result: Result | undefined;
  const reasons = collectReasons([() => void (result = work())]);
  throwReasons(
    reasons.map((cause) => new EvidenceError(code, `Its signature: ${cause.message}.`, { cause })),
  );
  return result!;
}
