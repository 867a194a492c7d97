import type { Digest, Signer } from "../../plugin/formats.ts";
import { quoteText } from "../../plugin/text.ts";
import {
  NOTHING_REVOKED,
  type Revocation,
  type Revocations,
  type TrustEntry,
} from "../../plugin/trust.ts";
import { SupplyError } from "../errors.ts";
import { publicTrustedRoot, type SigstoreRoot } from "./trusted-root.ts";

/** Whose word counts: what signatures are held against. */
export interface Trust {
  readonly entries: readonly TrustEntry[];
  readonly revoked: Revocations;
  /** The clock. It decides where a signature has no time that a log or an authority vouches for: always, where a key made it. */
  readonly nowMs: number;
  /** Whose certificates count. Asked for when a signature by an identity is met. Throws `ERR_TRUSTED_ROOT_INVALID`. */
  readonly root: () => SigstoreRoot;
}

/** Nobody's word counts: for those who only look at what a package is. */
export const NO_TRUST: Trust = {
  entries: [],
  revoked: NOTHING_REVOKED,
  nowMs: 0,
  root: publicTrustedRoot,
};

/** Who made a signature, before it is known which entry admits them. */
export type Who =
  | { readonly kind: "key" | "minisign"; readonly key: Digest }
  | { readonly kind: "identity"; readonly issuer: string; readonly subject: string };

/** Why somebody's signatures are refused, if they are. */
export function revocationOf(who: Who | Signer, revoked: Revocations): SupplyError | undefined {
  if (who.kind === "identity") {
    const { issuer, subject } = who;
    const found = revoked.identities.find(
      (entry) => entry.issuer === issuer && entry.subject === subject,
    );
    return found && revokedError("ERR_KEY_REVOKED", `the identity ${quoteText(subject)}`, found);
  }
  const found = findRevoked(who.key, revoked);
  return found && revokedError("ERR_KEY_REVOKED", `the key ${who.key}`, found);
}

/** A digest is that of one thing only, so it is revoked in whichever of the two lists it stands. */
function findRevoked(digest: Digest, { keys, digests }: Revocations): Revocation | undefined {
  return (
    keys.find((entry) => entry.key === digest) ?? digests.find((entry) => entry.digest === digest)
  );
}

/** Verifies that none of `digests` is revoked. Throws `ERR_DIGEST_REVOKED`. */
export function verifyNotRevoked(
  digests: Readonly<Record<string, Digest>>,
  revoked: Revocations,
): void {
  for (const [what, digest] of Object.entries(digests)) {
    const found = findRevoked(digest, revoked);
    if (found) throw revokedError("ERR_DIGEST_REVOKED", `the ${what} ${digest}`, found);
  }
}

/** Why somebody who is trusted at some time does not count for a signature made at `times`, if that is so. */
export function lapseOf(entry: TrustEntry, times: readonly number[]): SupplyError | undefined {
  const [fromMs, untilMs] = [startOf(entry.from), endOf(entry.until)];
  const name = quoteText(entry.name);
  if (!times.every((time) => time >= fromMs))
    return new SupplyError("ERR_KEY_NOT_YET_VALID", `${name} counts from ${entry.from} on`);
  if (!times.every((time) => time <= untilMs))
    return new SupplyError("ERR_KEY_EXPIRED", `${name} counted until ${entry.until}`);
  return undefined;
}

/** Whether the entry's owner may sign for a plugin of this name. */
export function isFor({ plugins }: TrustEntry, plugin: string): boolean {
  return plugins.some((glob) => matchesGlob(glob, plugin));
}

function revokedError(
  code: "ERR_KEY_REVOKED" | "ERR_DIGEST_REVOKED",
  what: string,
  { reason, date }: Revocation,
): SupplyError {
  return new SupplyError(code, `${what} was revoked on ${date}: ${quoteText(reason)}`);
}

/** A day that cannot be read is past, or to come: whichever refuses. */
function startOf(day: string | undefined): number {
  return day === undefined ? Number.NEGATIVE_INFINITY : Date.parse(`${day}T00:00:00Z`);
}

function endOf(day: string | undefined): number {
  return day === undefined ? Number.POSITIVE_INFINITY : Date.parse(`${day}T23:59:59.999Z`);
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
