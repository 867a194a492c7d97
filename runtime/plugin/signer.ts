import { digestOf } from "./canonical.ts";
import type { Digest, KeySigner, MinisignSigner, Provenance, Signer } from "./formats.ts";

/**
 * The name of whoever signed, the same whatever trust entry admits them: two signatures with one id are one vouching.
 * A key is its own digest, so that one key is one signer in whichever format it signs.
 */
export function signerId(signer: Signer): Digest {
  if (signer.kind !== "identity") return signer.key;
  const { issuer, subject } = signer;
  return digestOf({ issuer, subject });
}

/** Whoever signed, for people: the trust entry that admitted them, and who it is. Not yet fit for a terminal. */
export function describeSigner(signer: Signer): string {
  return signer.kind === "identity"
    ? `${signer.trust} (${signer.subject}, says ${signer.issuer})`
    : `${signer.trust} (${[signer.key, ...notesOn(signer)].join(", ")})`;
}

function notesOn(signer: KeySigner | MinisignSigner): readonly string[] {
  if (signer.kind === "minisign") return ["minisign"];
  return signer.endorsed ? ["endorsed here"] : [];
}

/** What an attestation says of the build, for people. Not yet fit for a terminal. */
export function describeProvenance({ repository, workflow, revision }: Provenance): string {
  return `${repository}/${workflow}${revision === undefined ? "" : ` at ${revision}`}`;
}
