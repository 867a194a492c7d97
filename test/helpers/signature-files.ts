import type { Signer } from "../../runtime/plugin/formats.ts";
import type { SignatureFile } from "../../runtime/supply/installed.ts";
import type { PluginStatement } from "../../runtime/supply/statement.ts";
import { verifySigners, type TrustedKey } from "../../runtime/supply/verify.ts";

export function sigstoreFile(
  bytes: Uint8Array,
  file = "time-1.2.3.tgz.sigstore.json",
): SignatureFile {
  return { file, format: "sigstore", bytes };
}

/** Verifies the only signature of a plugin, or that it has none, and answers whose it is. */
export function verifyOne(
  bundle: Uint8Array | null,
  actual: PluginStatement,
  trust: readonly TrustedKey[],
): Signer {
  const [vouched, ...others] = verifySigners(bundle ? [sigstoreFile(bundle)] : [], actual, trust);
  if (vouched === undefined || others.length > 0) throw new Error("not one signer");
  return vouched.signer;
}
