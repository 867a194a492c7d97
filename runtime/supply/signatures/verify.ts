import { collectReasons, throwReasons } from "../../errors.ts";
import { SIGNERS_MAX } from "../../plugin/formats.ts";
import { decideVouched } from "./decide-vouched.ts";
import { SupplyError } from "../errors.ts";
import type { SignatureFile, Vouched } from "../installed.ts";
import { judgeSignature, type Judged, type Subject } from "./judge-signature.ts";
import type { Trust } from "./trust.ts";

/** Every signature over a plugin, and whose are enough to let it in. */
export interface Verdict {
  /** Everyone who vouches for it, each once, by identity. */
  readonly vouched: readonly Vouched[];
  /** Everyone whose signature holds, whether or not it counts now. */
  readonly judged: readonly Judged[];
}

/**
 * Verifies every signature over `actual`, what lies before us, and says who vouches for it.
 *
 * All of them must be well-formed, and those by somebody known must hold; those who vouch must be enough by their trust
 * entries. A stranger's signature beside theirs says nothing, and is left out.
 * Throws `SupplyError`, or `Refusals` of several.
 */
export function verifySigners(
  bundles: readonly SignatureFile[],
  actual: Subject,
  trust: Trust,
): Verdict {
  if (bundles.length === 0)
    throw new SupplyError("ERR_SIGNATURE_MISSING", `${actual.name} has no signature`);
  if (bundles.length > SIGNERS_MAX)
    throw new SupplyError(
      "ERR_SIGNATURE_COUNT",
      `${actual.name} has more than ${SIGNERS_MAX} signatures`,
    );
  const judged: Judged[] = [];
  const broken = collectReasons(
    bundles.map((bundle) => () => void judged.push(judgeSignature(bundle, actual, trust))),
  );
  // Who is missing may only be missing because of these.
  throwReasons(broken);
  const { vouched, reasons } = decideVouched(judged, trust.entries, actual.name);
  throwReasons(reasons);
  if (vouched.length === 0)
    throw new SupplyError("ERR_SIGNATURE_MISSING", `nobody signed ${actual.name} itself`);
  return { vouched, judged };
}
