import { hash } from "node:crypto";
import {
  calculateJwkThumbprint,
  decodeProtectedHeader,
  EmbeddedJWK,
  jwtVerify,
  type JWTPayload,
} from "jose";
import type { ReplayGuard } from "./replay-guard.ts";

/** A DPoP proof that is not accepted. `message` is for the client. */
export class ProofRefused extends Error {
  override readonly name = "ProofRefused";
}

/** Signatures of proofs: the client chooses its key, so only what is strong at any size that is accepted. */
export const PROOF_ALGORITHMS = ["ES256", "ES384", "EdDSA", "Ed25519", "PS256"] as const;

const PROOF_CHARS_MAX = 4096;
const PROOF = /^[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+$/;
const JTI_CHARS_MAX = 256;
/** How old a proof may be when it comes. */
const AGE_SECONDS_MAX = 60;

export interface ProofFacts {
  /** Value of the header `DPoP`; two of them, joined by a comma, are no proof. */
  readonly proof: string | undefined;
  readonly method: string;
  /** This server's address and the request's path, as the operator knows them: no header of the request says it. */
  readonly address: string;
  readonly token: string;
  /** Thumbprint of the key that the token is bound to. */
  readonly proofKey: string;
  readonly nowMs: number;
  readonly skewSeconds: number;
}

/**
 * Verifies that the client holds the key of its token, now and for this request: the checks of RFC 9449, 4.3, in their
 * order, the replay last, so that only proofs that are good take room. Throws `ProofRefused`, or what the guard throws.
 */
export async function verifyProof(facts: ProofFacts, guard: ReplayGuard): Promise<void> {
  const { proof, proofKey, nowMs, skewSeconds } = facts;
  if (proof === undefined) throw new ProofRefused("The request has no DPoP proof.");
  if (proof.length > PROOF_CHARS_MAX || !PROOF.test(proof))
    throw new ProofRefused("The request has not one DPoP proof.");
  // Nobody's key but the token's is computed with: a stranger's could be made to be slow.
  if ((await thumbprintIn(proof)) !== proofKey)
    throw new ProofRefused("The DPoP proof is of another key than the token's.");
  const payload = await verifySignature(proof, nowMs);
  const { jti, htm, htu, ath, iat } = payload;
  if (htm !== facts.method) throw new ProofRefused("The DPoP proof is for another method.");
  if (typeof htu !== "string" || !isSameAddress(htu, facts.address))
    throw new ProofRefused("The DPoP proof is for another address.");
  if (ath !== hash("sha256", facts.token, "base64url"))
    throw new ProofRefused("The DPoP proof is for another token.");
  const nowSeconds = nowMs / 1000;
  if (
    typeof iat !== "number" ||
    iat > nowSeconds + skewSeconds ||
    iat < nowSeconds - AGE_SECONDS_MAX - skewSeconds
  )
    throw new ProofRefused("The DPoP proof is too old, or from the future.");
  if (typeof jti !== "string" || jti.length === 0 || jti.length > JTI_CHARS_MAX)
    throw new ProofRefused("The DPoP proof has no identifier.");
  const endsMs = (iat + AGE_SECONDS_MAX + skewSeconds) * 1000;
  const isNew = await guard.addOnce(proofKey, jti, Math.max(1, Math.ceil(endsMs - nowMs)));
  if (!isNew) throw new ProofRefused("The DPoP proof was used before.");
}

async function thumbprintIn(proof: string): Promise<string | undefined> {
  try {
    const { jwk } = decodeProtectedHeader(proof);
    return jwk === undefined ? undefined : await calculateJwkThumbprint(jwk, "sha256");
  } catch {
    return undefined;
  }
}

/** The key is in the proof itself, and must be a public one. */
async function verifySignature(proof: string, nowMs: number): Promise<JWTPayload> {
  try {
    const { payload } = await jwtVerify(proof, EmbeddedJWK, {
      typ: "dpop+jwt",
      algorithms: [...PROOF_ALGORITHMS],
      currentDate: new Date(nowMs),
    });
    return payload;
  } catch (cause) {
    throw new ProofRefused("The DPoP proof is not valid.", { cause });
  }
}

/** Query and fragment do not count (RFC 9449, 4.3). */
function isSameAddress(htu: string, address: string): boolean {
  const [one, other] = [URL.parse(htu), URL.parse(address)];
  return (
    one !== null &&
    other !== null &&
    one.username === "" &&
    one.password === "" &&
    one.origin === other.origin &&
    one.pathname === other.pathname
  );
}
