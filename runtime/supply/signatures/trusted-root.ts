import { TrustedRoot } from "@sigstore/protobuf-specs";
import { toTrustMaterial, type TrustMaterial } from "@sigstore/verify";
import { parseJson } from "../../plugin/json.ts";
import { collectProblems } from "../../plugin/problems.ts";
import { quoteText } from "../../plugin/text.ts";
import type { ErrorDetail } from "../../errors.ts";
import { SupplyError } from "../errors.ts";
// The certificate authorities and logs of Sigstore's public instance: public data, the target `trusted_root.json` of its
// update framework's repository (https://tuf-repo-cdn.sigstore.dev), as the npm package @sigstore/tuf 5.0.1 carries it in
// `seeds.json` (package integrity sha512-ofwYu9iXeMm85zPh0cauUXzXtIFNfHI1o9Ux1e0Eil6shsbx+8bAe58fhiU1FcHdOIxOkyDhZzD6Gu6uPnzoUg==,
// file SHA-256 6494e21ea73fa7ee769f85f57d5a3e6a08725eae1e38c755fc3517c9e6bc0b66). Replaced as a whole, never edited.
import publicRoot from "./trusted-root.json" with { type: "json" };

const MEDIA_TYPE = "application/vnd.dev.sigstore.trustedroot+json;version=0.1";
const LIMITS = { bytesMax: 256 * 1024, depthMax: 12, nodesMax: 5000 };
export const TRUSTED_ROOT_BYTES_MAX = LIMITS.bytesMax;

/** Whose certificates, logs and timestamps count. */
export interface SigstoreRoot {
  readonly material: TrustMaterial;
  /** Whether certificates must be in a certificate log: where the root names one. */
  readonly hasCertificateLogs: boolean;
}

let publicInstance: SigstoreRoot | undefined;

/** Sigstore's public instance, as it was when this release was made. */
// debt("GB-033"): as old as the release.
export function publicTrustedRoot(): SigstoreRoot {
  publicInstance ??= makeRoot(publicRoot);
  return publicInstance;
}

/** Reads a `trusted_root.json` that the operator named. Throws `ERR_TRUSTED_ROOT_INVALID`. */
export function parseTrustedRoot(bytes: Uint8Array): SigstoreRoot {
  const invalid = (message: string, detail: ErrorDetail) =>
    new SupplyError("ERR_TRUSTED_ROOT_INVALID", message, detail);
  return makeRoot(
    collectProblems(
      (problems) => parseJson(bytes, { limits: LIMITS, invalid, hidden: invalid }, problems).value,
    ),
  );
}

function makeRoot(value: unknown): SigstoreRoot {
  try {
    const root = TrustedRoot.fromJSON(value);
    assertUnderstood(value, TrustedRoot.toJSON(root), "the root");
    if (root.mediaType !== MEDIA_TYPE) throw new Error(`its media type is not ${MEDIA_TYPE}`);
    if (root.certificateAuthorities.length === 0 || root.tlogs.length === 0)
      throw new Error("it names no certificate authority, or no log");
    const material = toTrustMaterial(root, () => {
      throw new Error("a trusted root holds no keys of signers");
    });
    return { material, hasCertificateLogs: root.ctlogs.length > 0 };
  } catch (cause) {
    const words = cause instanceof Error ? cause.message : "it cannot be read";
    throw new SupplyError(
      "ERR_TRUSTED_ROOT_INVALID",
      `this is no trusted root of Sigstore: ${words}`,
      {
        cause,
      },
    );
  }
}

/** The reader passes over what it does not know, and what restricts trust is not to be lost by how it is spelled. */
function assertUnderstood(written: unknown, read: unknown, where: string): void {
  if (typeof written !== "object" || written === null) return;
  for (const [key, value] of Object.entries(written)) {
    const found: unknown = Object(read)[key];
    // Of what is empty nothing is lost.
    if (value === "" || (Array.isArray(value) && value.length === 0)) continue;
    if (found === undefined) throw new Error(`${quoteText(key)} in ${where} is not understood`);
    assertUnderstood(value, found, quoteText(key));
  }
}
