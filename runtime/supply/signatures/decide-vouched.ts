import { signerId } from "../../plugin/signer.ts";
import type { Signer } from "../../plugin/formats.ts";
import { quoteText } from "../../plugin/text.ts";
import type { TrustEntry } from "../../plugin/trust.ts";
import { collectReasons, type GloveboxError } from "../../errors.ts";
import { SupplyError } from "../errors.ts";
import type { Vouched } from "../installed.ts";
import type { Judged } from "./judge-signature.ts";
import { verifyProvenanceRule } from "./provenance.ts";
import { isFor } from "./trust.ts";

/** Who vouches for a plugin; and, where that is not enough, why not. */
export interface VouchDecision {
  readonly vouched: readonly Vouched[];
  readonly reasons: readonly GloveboxError[];
}

/** Decides who vouches for the plugin `name`, each signer once and by identity, and whether they are enough. */
// debt("GB-034"): a key's signature has no time, and this is decided at the start.
export function decideVouched(
  judged: readonly Judged[],
  entries: readonly TrustEntry[],
  name: string,
): VouchDecision {
  const known = joinProvenance(judged);
  const refusals: GloveboxError[] = judged.flatMap(({ refusal }) => refusal ?? []);
  const vouched = known
    .filter((one) => {
      const reasons = collectReasons([() => verifyRule(one.signer, entries)]);
      refusals.push(...reasons);
      return reasons.length === 0;
    })
    .toSorted((one, other) => (signerId(one.signer) < signerId(other.signer) ? -1 : 1));
  const names = new Set(vouched.map(({ signer }) => signer.trust));
  const admitting = entries.filter((entry) => isFor(entry, name));
  if ([...names].some((one) => isEnough(one, names, admitting))) return { vouched, reasons: [] };
  const lacking = [...names].map(
    (one) =>
      new SupplyError(
        "ERR_SIGNER_THRESHOLD",
        `signed by ${quoteText(one)}, which counts only together with ${lackOf(one, names, admitting)}`,
      ),
  );
  return { vouched, reasons: [...lacking, ...refusals] };
}

/** Everyone who signed for the plugin, with what they attested of its build. */
function joinProvenance(judged: readonly Judged[]): readonly Vouched[] {
  const found = new Map<string, Vouched>();
  for (const { bundle, signer, provenance, refusal } of judged) {
    if (!signer || provenance || refusal || found.has(signerId(signer))) continue;
    const id = signerId(signer);
    const attested = judged.find(
      (other) =>
        other.provenance && !other.refusal && other.signer && signerId(other.signer) === id,
    );
    found.set(
      id,
      signer.kind === "identity" && attested?.provenance
        ? {
            signer: { ...signer, provenance: attested.provenance },
            bundle,
            attestation: attested.bundle,
          }
        : { signer, bundle },
    );
  }
  return [...found.values()];
}

function verifyRule(signer: Signer, entries: readonly TrustEntry[]): void {
  const entry = entries.find(({ name }) => name === signer.trust);
  if (signer.kind === "identity" && entry?.kind === "identity" && entry.provenance)
    verifyProvenanceRule(signer.provenance, entry.provenance);
}

/**
 * Whether an entry's signature suffices with those of the others: everyone whom it names signed too, and whom they name;
 * and nobody who counts for this plugin names it without being among them. So a reviewer alone is not enough.
 */
function isEnough(
  name: string,
  signed: ReadonlySet<string>,
  admitting: readonly TrustEntry[],
): boolean {
  const group = groupOf(name, admitting);
  const namers = admitting.filter(({ cosigners }) => cosigners?.includes(name));
  return [...group].every((one) => signed.has(one)) && namers.every((one) => group.has(one.name));
}

function lackOf(
  name: string,
  signed: ReadonlySet<string>,
  admitting: readonly TrustEntry[],
): string {
  const missing = [...groupOf(name, admitting)].filter((one) => !signed.has(one));
  const namers = admitting.filter(({ cosigners }) => cosigners?.includes(name));
  const names = missing.length > 0 ? missing : namers.map((one) => one.name);
  return names.map((one) => quoteText(one)).join(" and ");
}

/** The entry and everyone whom it names, and whom they name. */
function groupOf(name: string, entries: readonly TrustEntry[]): ReadonlySet<string> {
  const group = new Set([name]);
  // A set may grow while it is walked: each name is visited once.
  for (const one of group)
    for (const next of entries.find((entry) => entry.name === one)?.cosigners ?? [])
      group.add(next);
  return group;
}
