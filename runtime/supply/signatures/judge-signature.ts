import { Verifier, toSignedEntity } from "@sigstore/verify";
import type { PluginDigests, Provenance, Signer } from "../../plugin/formats.ts";
import { collectProblems } from "../../plugin/problems.ts";
import { quoteText } from "../../plugin/text.ts";
import type { IdentityTrust, KeyTrust, MinisignTrust, TrustEntry } from "../../plugin/trust.ts";
import { parseBundle, type CertificateBundle, type KeyBundle } from "./bundle.ts";
import { readCertificate, type CertificateIdentity } from "./certificate.ts";
import { SupplyError } from "../errors.ts";
import type { SignatureFile } from "../installed.ts";
import { parsePublicKey, type PublicKey } from "./keys.ts";
import { isSignedBy, parseMinisig, parseMinisignKey, type MinisignKey } from "./minisign.ts";
import { parseProvenance, PROVENANCE_TYPE, verifyProvenance } from "./provenance.ts";
import { parseStatement, predicateTypeOf, type PluginStatement } from "./statement.ts";
import { isFor, lapseOf, revocationOf, type Trust, type Who } from "./trust.ts";
import { verifyCertificate } from "./verify-certificate.ts";

/** What lies before us: names and digests that the caller made from the bytes themselves. */
export interface Subject extends PluginStatement {
  /** The package's bytes. Undefined while it is not packed: then nothing that signs files can be judged. */
  readonly package?: Uint8Array;
}

/** What one signature is worth. It is well-formed, and holds where its maker is known. */
export interface Judged {
  readonly bundle: SignatureFile;
  /** Who made it, if that is somebody with a trust entry. */
  readonly signer?: Signer;
  /** What it says of the build: then it says nothing else. */
  readonly provenance?: Provenance;
  /** Why it does not count. */
  readonly refusal?: SupplyError;
}

/**
 * Judges one signature over `actual`. Each check may rely on the ones before it, and fails with a code of its own.
 * Throws what refuses the plugin whoever else signed it: a file that is no signature, one that does not hold, or one
 * by somebody known that is about something else.
 */
export function judgeSignature(bundle: SignatureFile, actual: Subject, trust: Trust): Judged {
  if (bundle.format === "minisign") return judgeMinisign(bundle, actual, trust);
  const parsed = parseBundle(bundle.bytes);
  return parsed.kind === "key"
    ? judgeKey(bundle, parsed, actual, trust)
    : judgeIdentity(bundle, parsed, actual, trust);
}

function judgeKey(bundle: SignatureFile, parsed: KeyBundle, actual: Subject, trust: Trust): Judged {
  const { claimedKey } = parsed;
  const entries = trust.entries.filter((entry) => entry.kind === "key");
  // One key may have several entries, for different plugins.
  const candidates = entries.filter((entry) => keyOf(entry).digest === claimedKey);
  const who: Who = { kind: "key", key: claimedKey };
  const refusal = revocationOf(who, trust.revoked) ?? strangerUnless(candidates, claimedKey);
  if (refusal) return { bundle, refusal };
  verifyKeySignature(parsed, keyOf(candidates[0]!));
  verifyStatement(parsed.payload, actual);
  return admit(bundle, who, candidates, [trust.nowMs], actual);
}

function judgeMinisign(bundle: SignatureFile, actual: Subject, trust: Trust): Judged {
  const signature = parseMinisig(bundle.bytes);
  const entries = trust.entries.filter((entry) => entry.kind === "minisign");
  const named = entries.filter((entry) => minisignKeyOf(entry).id === signature.claimedId);
  const stranger = strangerUnless(named, `the minisign key ${signature.claimedId}`);
  if (stranger) return { bundle, refusal: stranger };
  if (actual.package === undefined)
    throw new SupplyError(
      "ERR_SIGNATURE_MISSING",
      "minisign signs packages, and this is not packed",
    );
  const file = actual.package;
  // Keys can be made that have another's number, so the number alone decides nothing.
  const candidates = named.filter((entry) => isSignedBy(signature, minisignKeyOf(entry), file));
  const [first] = candidates;
  if (!first)
    throw new SupplyError(
      "ERR_SIGNATURE_INVALID",
      `the signature is not one of the minisign key ${signature.claimedId} over this package`,
    );
  const who: Who = { kind: "minisign", key: minisignKeyOf(first).digest };
  const refusal = revocationOf(who, trust.revoked);
  return refusal ? { bundle, refusal } : admit(bundle, who, candidates, [trust.nowMs], actual);
}

function judgeIdentity(
  bundle: SignatureFile,
  parsed: CertificateBundle,
  actual: Subject,
  trust: Trust,
): Judged {
  const certificate = readCertificate(parsed.certificate);
  const { issuer, subject } = certificate;
  const who: Who = { kind: "identity", issuer, subject };
  const entries = trust.entries.filter((entry) => entry.kind === "identity");
  const candidates = entries.filter(
    (entry) => entry.issuer === issuer && entry.subject === subject,
  );
  const refusal =
    revocationOf(who, trust.revoked) ??
    (candidates.length === 0 ? strangerAmong(entries, certificate) : undefined);
  if (refusal) return { bundle, refusal };
  const times = verifyCertificate(parsed, trust.root());
  if (predicateTypeOf(parsed.payload) !== PROVENANCE_TYPE) {
    verifyStatement(parsed.payload, actual);
    return admit(bundle, who, candidates, times, actual);
  }
  const statement = parseProvenance(parsed.payload);
  const provenance = verifyProvenance(statement, actual.digests.component, certificate);
  return { ...admit(bundle, who, candidates, times, actual), provenance };
}

function strangerUnless(candidates: readonly TrustEntry[], who: string): SupplyError | undefined {
  return candidates.length > 0
    ? undefined
    : new SupplyError("ERR_SIGNER_UNKNOWN", `signed by ${who}, which is not trusted`);
}

function strangerAmong(
  entries: readonly IdentityTrust[],
  { issuer, subject }: CertificateIdentity,
): SupplyError {
  // Shown whole, since the end is what differs; a certificate's names are plain text without blanks.
  const [by, as] = [`\`${issuer}\``, `\`${subject}\``];
  if (entries.some((entry) => entry.subject === subject))
    return new SupplyError(
      "ERR_IDENTITY_OTHER_ISSUER",
      `signed by ${as}, but ${by} says so, which is not trusted for that`,
    );
  if (entries.some((entry) => entry.issuer === issuer))
    return new SupplyError(
      "ERR_IDENTITY_OTHER_SUBJECT",
      `signed by ${as} of ${by}, who is not trusted`,
    );
  return new SupplyError("ERR_SIGNER_UNKNOWN", `signed by ${as} of ${by}, who is not trusted`);
}

/** Which entry lets this signer vouch for this plugin, at the times at which the signature was seen. */
function admit(
  bundle: SignatureFile,
  who: Who,
  candidates: readonly TrustEntry[],
  times: readonly number[],
  { name }: PluginStatement,
): Judged {
  const admitted = candidates.find((entry) => isFor(entry, name));
  const trust = (admitted ?? candidates[0])?.name ?? "";
  const signer: Signer =
    who.kind === "key"
      ? { kind: who.kind, key: who.key, trust, ...(bundle.endorsed && { endorsed: true }) }
      : { ...who, trust };
  const refusal = admitted ? lapseOf(admitted, times) : notFor(candidates, name);
  return { bundle, signer, ...(refusal && { refusal }) };
}

function notFor(candidates: readonly TrustEntry[], plugin: string): SupplyError {
  const names = candidates.map(({ name }) => quoteText(name)).join(", ");
  const message = `signed by ${names}, which is not trusted for the plugin ${plugin}`;
  return new SupplyError("ERR_SIGNER_NOT_FOR_PLUGIN", message);
}

/** Verifies that `key`, the one that the bundle claims, made the signature. Throws `ERR_SIGNATURE_INVALID`. */
export function verifyKeySignature({ claimedKey, sigstore }: KeyBundle, { key }: PublicKey): void {
  // A key is trusted without logs and timestamps, so they are asked for by nothing and cannot vouch for anything:
  // the thresholds come from here, never from what a bundle brings along.
  const none = { certificateAuthorities: [], timestampAuthorities: [], tlogs: [], ctlogs: [] };
  const publicKey = () => ({ publicKey: key, validFor: () => true });
  const thresholds = { tlogThreshold: 0, ctlogThreshold: 0, timestampThreshold: 0 };
  try {
    new Verifier({ ...none, publicKey }, thresholds).verify(toSignedEntity(sigstore));
  } catch (cause) {
    const message = `the signature is not one of ${claimedKey} over this statement`;
    throw new SupplyError("ERR_SIGNATURE_INVALID", message, { cause });
  }
}

/** From here on the payload is the signer's word, but it may be about something else. */
function verifyStatement(payload: Uint8Array, actual: PluginStatement): void {
  const signed = parseStatement(payload);
  if (signed.name !== actual.name || signed.version !== actual.version) {
    const [theirs, ours] = [signed, actual].map(({ name, version }) => `${name} ${version}`);
    throw new SupplyError("ERR_SIGNATURE_OTHER_PLUGIN", `signed is ${theirs}, and this is ${ours}`);
  }
  verifySameBytes(signed.digests, actual.digests);
}

/** Sigstore's verifier never looks at what a statement is about, so this is what ties it to our bytes. */
function verifySameBytes(signed: PluginDigests, actual: PluginDigests): void {
  const codes = {
    component: "ERR_SIGNATURE_OTHER_COMPONENT",
    surface: "ERR_SIGNATURE_OTHER_SURFACE",
    manifest: "ERR_SIGNATURE_OTHER_MANIFEST",
  } as const satisfies Record<keyof PluginDigests, string>;
  collectProblems((problems) => {
    for (const part of ["component", "surface", "manifest"] as const) {
      if (signed[part] === actual[part]) continue;
      const message = `the ${part} is ${actual[part]}, and signed is ${signed[part]}`;
      problems.add(new SupplyError(codes[part], message));
    }
  });
}

/** A few keys vouch for many plugins: each is read once. Entries are as the configuration's parser made them, and never change. */
const KEYS = new WeakMap<KeyTrust, PublicKey>();
const MINISIGN_KEYS = new WeakMap<MinisignTrust, MinisignKey>();

function keyOf(entry: KeyTrust): PublicKey {
  const known = KEYS.get(entry) ?? parsePublicKey(entry.publicKey);
  KEYS.set(entry, known);
  return known;
}

function minisignKeyOf(entry: MinisignTrust): MinisignKey {
  const known = MINISIGN_KEYS.get(entry) ?? parseMinisignKey(entry.publicKey);
  MINISIGN_KEYS.set(entry, known);
  return known;
}
