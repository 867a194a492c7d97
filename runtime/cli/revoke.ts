import type { JsonObject } from "@glovebox/host-api/json";
import { isDigest } from "../plugin/canonical.ts";
import type { Digest } from "../plugin/formats.ts";
import { remedyForUnknown } from "../plugin/suggest.ts";
import type { TrustEntry } from "../plugin/trust.ts";
import { addRevocation } from "../policy/edit-configuration.ts";
import { parsePublicKey } from "../supply/signatures/keys.ts";
import { parseMinisignKey } from "../supply/signatures/minisign.ts";
import type { CommandCall } from "./command.ts";
import { CliError } from "./errors.ts";
import { readPublicKey, type SignerWords } from "./trust-words.ts";

/** What is revoked, and how the configuration's text says so. */
export interface RevocationEdit {
  /** In words, for people. */
  readonly what: string;
  edit(text: string, file: string): string;
}

/**
 * Reads what `glovebox trust revoke` is to revoke: the name of a trust entry, a public key, or a digest, which is a
 * key's when a trust entry or `--key` says so, and else a component's, a manifest's or a package's.
 */
export function readRevocation(
  words: string | undefined,
  trust: readonly TrustEntry[],
  call: CommandCall,
): RevocationEdit {
  const reason = call.text("reason");
  if (reason === undefined)
    throw new CliError("ERR_USAGE", "`--reason` is missing: say why, for whoever reads it later.");
  const why = { reason, date: new Date().toISOString().slice(0, 10) };
  const [issuer, subject] = [call.text("issuer"), call.text("subject")];
  if (words === undefined) {
    if (issuer === undefined || subject === undefined)
      throw new CliError(
        "ERR_USAGE",
        "Say what is revoked: an entry's name, a key, a digest, or an issuer and a subject.",
      );
    return ofIdentity({ issuer, subject }, why);
  }
  const entry = trust.find(({ name }) => name === words);
  if (entry?.kind === "identity")
    return ofIdentity({ issuer: entry.issuer, subject: entry.subject }, why);
  if (entry) return ofKey(digestOfKey(entry), why);
  if (isDigest(words)) {
    const isKey =
      call.flag("key") ||
      trust.some((one) => one.kind !== "identity" && digestOfKey(one) === words);
    return isKey ? ofKey(words, why) : ofDigest(words, why);
  }
  if (/^[a-z0-9-]{1,40}$/.test(words) && call.machine.files.kindOf(words) === "nothing")
    throw new CliError("ERR_USAGE", `No trust entry is called \`${words}\`.`, {
      remedy: remedyForUnknown(
        words,
        trust.map(({ name }) => name),
        "Nobody is trusted by a name here.",
      ),
    });
  const signer: SignerWords = readPublicKey(words, call);
  return ofKey(
    signer.minisign === undefined
      ? parsePublicKey(signer.key ?? "").digest
      : parseMinisignKey(signer.minisign).digest,
    why,
  );
}

function ofIdentity(
  identity: { issuer: string; subject: string },
  why: JsonObject,
): RevocationEdit {
  return {
    what: `the identity ${identity.subject} of ${identity.issuer}`,
    edit: (text, file) => addRevocation(text, file, "identities", { identity, ...why }),
  };
}

function ofKey(key: Digest, why: JsonObject): RevocationEdit {
  return {
    what: `the key ${key}`,
    edit: (text, file) => addRevocation(text, file, "keys", { key, ...why }),
  };
}

function ofDigest(digest: Digest, why: JsonObject): RevocationEdit {
  return {
    what: digest,
    edit: (text, file) => addRevocation(text, file, "digests", { digest, ...why }),
  };
}

/** The digest of a trust entry's key. */
export function digestOfKey(entry: Exclude<TrustEntry, { kind: "identity" }>): Digest {
  return entry.kind === "key"
    ? parsePublicKey(entry.publicKey).digest
    : parseMinisignKey(entry.publicKey).digest;
}
