import { createHash } from "node:crypto";
import { HostError } from "@glovebox/host-api/errors";
import type { SecretFact } from "../../policy/gates/facts.ts";
import { judgeSecret, passwordOf } from "../../policy/gates/judge-secret.ts";
import type { SecretReference } from "../../policy/gates/secret-references.ts";
import { readPrivate } from "../../powers/private-file.ts";
import { readSecret } from "../../powers/secrets.ts";

const PEM_BYTES_MAX = 1024 * 1024;

/** Reads every secret and says what is wrong with it. No value leaves this function, whole or in part. */
export function judgeSecrets(references: readonly SecretReference[]): readonly SecretFact[] {
  const firstOf = new Map<string, SecretReference>();
  return references.map((each) => {
    const { path, reference, kind } = each;
    try {
      if (kind === "pem") {
        readPrivate(reference.replace(/^file:/, ""), PEM_BYTES_MAX);
        return { path, reference, faults: [] };
      }
      const value = readSecret(reference);
      const digest = createHash("sha256")
        .update(kind === "url" ? passwordOf(value) : value)
        .digest("hex");
      const first = firstOf.get(digest) ?? each;
      firstOf.set(digest, first);
      // One secret may be named in several rules. Two that are the same by chance are not by chance.
      const isShared = first !== each && (first.reference !== reference || first.kind !== kind);
      return {
        path,
        reference,
        ...(kind === "url" && { isAddress: true }),
        faults: judgeSecret(value, kind),
        ...(isShared ? { sameAs: first.path } : {}),
      };
    } catch (error) {
      if (!(error instanceof HostError)) throw error;
      return { path, reference, faults: [], unreadable: error.message };
    }
  });
}
