import { sign } from "node:crypto";
import type { KeyObject } from "node:crypto";
import { dsse } from "@sigstore/core";
import { PAYLOAD_TYPE, formatBundle } from "./bundle.ts";
import { publicKeyOf } from "./keys.ts";
import { formatStatement } from "./statement.ts";
import type { PluginStatement } from "./statement.ts";

/**
 * Signs what a plugin is made of. The answer is a Sigstore bundle v0.3 as JSON bytes, for `<package>.sigstore.json`.
 * `privateKey` is as `parsePrivateKey` read it: Ed25519, or ECDSA P-256 with SHA-256. Throws `ERR_KEY_INVALID`.
 */
export function signStatement(statement: PluginStatement, privateKey: KeyObject): Uint8Array {
  return signPayload(formatStatement(statement), privateKey);
}

/** The same over any in-toto statement. */
export function signPayload(payload: Uint8Array, privateKey: KeyObject): Uint8Array {
  const { digest } = publicKeyOf(privateKey);
  const signed = dsse.preAuthEncoding(PAYLOAD_TYPE, Buffer.from(payload));
  const algorithm = privateKey.asymmetricKeyType === "ed25519" ? null : "sha256";
  return formatBundle(payload, sign(algorithm, signed, privateKey), digest);
}
