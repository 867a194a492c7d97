import { quoteText } from "../plugin/text.ts";
import { PolicyError } from "./errors.ts";

/** Which licences a plugin may have. */
export interface LicencePolicy {
  /** SPDX identifiers, and `ID WITH EXCEPTION` as a whole. */
  readonly allow: readonly string[];
  /** What becomes of a plugin with another one. */
  readonly otherwise: "refuse" | "warn";
}

/**
 * Whether an SPDX expression can be met by allowed licences alone. The manifest's parser lets through identifiers joined by
 * `WITH`, `AND` and `OR`, which bind in this order (SPDX 2.3, annex D.4), without brackets and at most 100 characters.
 * Identifiers are compared without regard to case, and in nothing else: `GPL-2.0+` is another licence than `GPL-3.0-only`.
 */
export function isLicenceAllowed(expression: string, { allow }: LicencePolicy): boolean {
  const allowed = new Set(allow.map((id) => id.toLowerCase()));
  return expression
    .split(" OR ")
    .some((choice) => choice.split(" AND ").every((id) => allowed.has(id.toLowerCase())));
}

/** What is wrong with a plugin's licence, if anything. */
export function decideLicence(
  alias: string,
  license: string,
  policy: LicencePolicy | undefined,
): PolicyError | undefined {
  if (!policy || isLicenceAllowed(license, policy)) return undefined;
  const message = `Plugin \`${alias}\` has the licence ${quoteText(license)}, which \`licences.allow\` does not admit.`;
  return new PolicyError("ERR_LICENCE_NOT_ALLOWED", message, {
    place: { path: "licences.allow" },
  });
}
