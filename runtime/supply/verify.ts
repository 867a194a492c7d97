import { Verifier, toSignedEntity } from "@sigstore/verify";
import { collectReasons, throwReasons } from "../errors.ts";
import { SIGNERS_MAX } from "../plugin/formats.ts";
import type { PluginDigests, Signer } from "../plugin/formats.ts";
import { collectProblems } from "../plugin/problems.ts";
import { signerId } from "../plugin/signer.ts";
import { quoteText } from "../plugin/text.ts";
import { parseBundle } from "./bundle.ts";
import type { KeyBundle } from "./bundle.ts";
import { SupplyError } from "./errors.ts";
import type { SupplyErrorCode } from "./errors.ts";
import type { SignatureFile, Vouched } from "./installed.ts";
import { parsePublicKey } from "./keys.ts";
import type { PublicKey } from "./keys.ts";
import { parseStatement } from "./statement.ts";
import type { PluginStatement } from "./statement.ts";

/** A key and the plugin names it may sign for: one entry of `trust` in the configuration. */
export interface TrustedKey {
  readonly name: string;
  /** As `parsePublicKey` reads it. */
  readonly publicKey: string;
  /** Globs over the plugin's name; `*` stands for any characters. */
  readonly plugins: readonly string[];
}

/** A trust entry whose key is the one that a bundle claims. */
interface Candidate {
  readonly entry: TrustedKey;
  readonly key: PublicKey;
}

/**
 * Verifies every signature over `actual`, what lies before us, and answers whose they are, each signer once.
 * `actual` holds the manifest's name and version, and digests that the caller made from the bytes themselves.
 *
 * All of them must be well-formed, and those by keys that are known must hold; one at least must be by somebody who is
 * trusted for this plugin. A stranger's signature beside it says nothing, and is left out.
 * Throws `SupplyError`, or `Refusals` of several.
 */
export function verifySigners(
  bundles: readonly SignatureFile[],
  actual: PluginStatement,
  trust: readonly TrustedKey[],
): readonly Vouched[] {
  if (bundles.length === 0)
    throw new SupplyError("ERR_SIGNATURE_MISSING", `${actual.name} has no signature`);
  if (bundles.length > SIGNERS_MAX)
    throw new SupplyError(
      "ERR_SIGNATURE_COUNT",
      `${actual.name} has more than ${SIGNERS_MAX} signatures`,
    );
  const vouched: Vouched[] = [];
  const reasons = collectReasons(
    bundles.map((bundle) => () => {
      const signer = verifyBundle(bundle.bytes, actual, trust);
      const isKnown = vouched.some((earlier) => signerId(earlier.signer) === signerId(signer));
      if (!isKnown) vouched.push({ signer, bundle });
    }),
  );
  throwReasons(reasons.filter(({ code }) => vouched.length === 0 || !OTHERS_MAY.has(code)));
  return vouched.toSorted((one, other) => (signerId(one.signer) < signerId(other.signer) ? -1 : 1));
}

/** What may be said of a signature while somebody else vouches for the plugin. */
const OTHERS_MAY: ReadonlySet<string> = new Set<SupplyErrorCode>([
  "ERR_SIGNER_UNKNOWN",
  "ERR_SIGNER_NOT_FOR_PLUGIN",
]);

/**
 * Verifies that `actual` is what a trusted key signed; and answers whose key it was.
 * Each check may rely on the ones before it, and fails with a code of its own.
 */
function verifyBundle(
  bundle: Uint8Array,
  actual: PluginStatement,
  trust: readonly TrustedKey[],
): Signer {
  const claimed = parseBundle(bundle);
  const candidates = findCandidates(claimed, trust);
  const key = verifySignature(claimed, candidates);
  // From here on the payload is the signer's word, but it may be about something else.
  const signed = parseStatement(claimed.payload);
  verifySamePlugin(signed, actual);
  verifySameBytes(signed.digests, actual.digests);
  return verifyAdmitted(candidates, key, actual.name);
}

/** The trust entries of the key that the bundle names. One key may have several, for different plugins. */
function findCandidates({ claimedKey }: KeyBundle, trust: readonly TrustedKey[]): Candidate[] {
  return trust
    .map((entry) => ({ entry, key: keyOf(entry) }))
    .filter(({ key }) => key.digest === claimedKey);
}

/** Answers the key that made the signature: the one that the bundle claims, now proven. */
function verifySignature({ claimedKey, sigstore }: KeyBundle, candidates: Candidate[]): PublicKey {
  const key = candidates[0]?.key;
  if (key === undefined) {
    throw new SupplyError("ERR_SIGNER_UNKNOWN", `signed by ${claimedKey}, which is not trusted`);
  }
  // The configuration trusts keys, so logs and timestamps are asked for by nothing and cannot vouch for anything:
  // the thresholds come from here, never from what a bundle brings along.
  const none = { certificateAuthorities: [], timestampAuthorities: [], tlogs: [], ctlogs: [] };
  const publicKey = () => ({ publicKey: key.key, validFor: () => true });
  const thresholds = { tlogThreshold: 0, ctlogThreshold: 0, timestampThreshold: 0 };
  try {
    new Verifier({ ...none, publicKey }, thresholds).verify(toSignedEntity(sigstore));
  } catch (cause) {
    const message = `the signature is not one of ${claimedKey} over this statement`;
    throw new SupplyError("ERR_SIGNATURE_INVALID", message, { cause });
  }
  return key;
}

/** A few keys vouch for many plugins: each is read once. Entries are as the configuration's parser made them, and never change. */
const KEYS = new WeakMap<TrustedKey, PublicKey>();

function keyOf(entry: TrustedKey): PublicKey {
  const known = KEYS.get(entry) ?? parsePublicKey(entry.publicKey);
  KEYS.set(entry, known);
  return known;
}

function verifyAdmitted(candidates: Candidate[], key: PublicKey, plugin: string): Signer {
  const admitted = candidates.find(({ entry }) =>
    entry.plugins.some((glob) => matchesGlob(glob, plugin)),
  );
  if (admitted === undefined) {
    const names = candidates.map(({ entry }) => quoteText(entry.name)).join(", ");
    const message = `signed by ${names}, which is not trusted for the plugin ${plugin}`;
    throw new SupplyError("ERR_SIGNER_NOT_FOR_PLUGIN", message);
  }
  return { kind: "key", key: key.digest, trust: admitted.entry.name };
}

function verifySamePlugin(signed: PluginStatement, actual: PluginStatement): void {
  if (signed.name === actual.name && signed.version === actual.version) return;
  const [theirs, ours] = [signed, actual].map(({ name, version }) => `${name} ${version}`);
  throw new SupplyError("ERR_SIGNATURE_OTHER_PLUGIN", `signed is ${theirs}, and this is ${ours}`);
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

/** Whether `glob`, in which each `*` stands for any characters, is all of `name`. */
function matchesGlob(glob: string, name: string): boolean {
  const [head = "", ...parts] = glob.split("*");
  const tail = parts.pop();
  if (tail === undefined) return name === glob;
  const end = name.length - tail.length;
  if (!name.startsWith(head) || !name.endsWith(tail) || end < head.length) return false;
  let at = head.length;
  for (const part of parts) {
    at = name.indexOf(part, at) + part.length;
    if (at < part.length || at > end) return false;
  }
  return true;
}
