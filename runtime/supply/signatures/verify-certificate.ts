import { VerificationError, Verifier, toSignedEntity, type SignedEntity } from "@sigstore/verify";
import type { CertificateBundle } from "./bundle.ts";
import { SupplyError, type SupplyErrorCode } from "../errors.ts";
import type { SigstoreRoot } from "./trusted-root.ts";

const THRESHOLD = 1;

/**
 * Verifies, without any network, that the certificate of a bundle was issued by an authority of `root` and was in a
 * certificate log, that the signature was made while it was valid and stands in a transparency log, and that it is over
 * the bundle's payload. Whose certificate it is, and what the payload says, is not looked at here.
 * Answers the times at which a log or a timestamp authority saw the signature, in milliseconds: at least one.
 * Throws `SupplyError`.
 */
export function verifyCertificate(
  bundle: CertificateBundle,
  root: SigstoreRoot,
): readonly number[] {
  const { verificationMaterial } = bundle.sigstore;
  if (verificationMaterial.tlogEntries.length < THRESHOLD)
    throw new SupplyError("ERR_LOG_ENTRY_MISSING", "the signature stands in no transparency log");
  const thresholds = {
    tlogThreshold: THRESHOLD,
    timestampThreshold: THRESHOLD,
    ctlogThreshold: root.hasCertificateLogs ? THRESHOLD : 0,
  };
  try {
    const entity = toSignedEntity(bundle.sigstore);
    // Without a policy: the library would take one as a pattern, so identities are compared by the caller.
    new Verifier(root.material, thresholds).verify(entity);
    return timesOf(entity);
  } catch (cause) {
    const code = cause instanceof VerificationError ? CODES[cause.code] : undefined;
    const words = cause instanceof Error ? cause.message : "it cannot be read";
    throw new SupplyError(
      code ?? "ERR_SIGNATURE_INVALID",
      `the signature does not hold: ${words}`,
      {
        cause,
      },
    );
  }
}

const LOG = "ERR_LOG_ENTRY_INVALID";
const CODES: Partial<Record<VerificationError["code"], SupplyErrorCode>> = {
  CERTIFICATE_ERROR: "ERR_CERTIFICATE_INVALID",
  TIMESTAMP_ERROR: LOG,
  TLOG_BODY_ERROR: LOG,
  TLOG_ERROR: LOG,
  TLOG_INCLUSION_PROMISE_ERROR: LOG,
  TLOG_INCLUSION_PROOF_ERROR: LOG,
  TLOG_MISSING_INCLUSION_ERROR: LOG,
};

/** The same times that the verifier relied on: of a log's own promise, and of timestamps. A proof alone has none. */
function timesOf({ timestamps }: SignedEntity): readonly number[] {
  return timestamps.flatMap((found) => {
    if (found.$case === "timestamp-authority") return [found.timestamp.signingTime.getTime()];
    const { inclusionPromise, integratedTime } = found.tlogEntry;
    return inclusionPromise ? [Number(integratedTime) * 1000] : [];
  });
}
