import type { Signer } from "../../runtime/plugin/formats.ts";
import { NOTHING_REVOKED, type Revocations, type TrustEntry } from "../../runtime/plugin/trust.ts";
import type { SignatureFile } from "../../runtime/supply/installed.ts";
import type { Subject } from "../../runtime/supply/signatures/judge-signature.ts";
import type { Trust } from "../../runtime/supply/signatures/trust.ts";
import { publicTrustedRoot } from "../../runtime/supply/signatures/trusted-root.ts";
import { verifySigners } from "../../runtime/supply/signatures/verify.ts";

export const NOW = "2026-11-21";

export function sigstoreFile(
  bytes: Uint8Array,
  file = "time-1.2.3.tgz.sigstore.json",
): SignatureFile {
  return { file, format: "sigstore", bytes };
}

/** These entries, with nothing revoked, at noon of `NOW`, unless the test says otherwise. */
export function trusting(
  entries: readonly TrustEntry[],
  {
    revoked = {},
    now = NOW,
    ...rest
  }: Partial<Pick<Trust, "root">> & {
    revoked?: Partial<Revocations>;
    now?: string;
  } = {},
): Trust {
  return {
    entries,
    revoked: { ...NOTHING_REVOKED, ...revoked },
    nowMs: Date.parse(`${now}T12:00:00Z`),
    root: publicTrustedRoot,
    ...rest,
  };
}

/** Whoever vouches for a plugin with these signatures. */
export function signersOf(
  bundles: readonly SignatureFile[],
  actual: Subject,
  trust: Trust,
): readonly Signer[] {
  return verifySigners(bundles, actual, trust).vouched.map(({ signer }) => signer);
}

/** Verifies the only signature of a plugin, or that it has none, and answers whose it is. */
export function verifyOne(
  bundle: Uint8Array | null,
  actual: Subject,
  entries: readonly TrustEntry[],
): Signer {
  const bundles = bundle ? [sigstoreFile(bundle)] : [];
  const [signer, ...others] = signersOf(bundles, actual, trusting(entries));
  if (signer === undefined || others.length > 0) throw new Error("not one signer");
  return signer;
}
