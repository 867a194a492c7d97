import type { OutputFinding } from "../../../runtime/audit/output-finding.ts";
import { compilePolicy } from "../../../runtime/firewall/filter/compile-policy.ts";
import { Filtering } from "../../../runtime/firewall/filter/filter-value.ts";
import { DEFAULT_FILTER } from "../../../runtime/firewall/filter/policy.ts";

const PLAIN = compilePolicy(DEFAULT_FILTER);
const WITH_ACCOUNTS = compilePolicy({
  ...DEFAULT_FILTER,
  actions: { ...DEFAULT_FILTER.actions, iban: "redact" },
});

/** A text as `serve` filters it by itself, or with numbers of accounts. */
export function filterOne(
  text: string,
  withAccounts = false,
): { readonly text: string; readonly findings: readonly OutputFinding[] } {
  const filtering = new Filtering(withAccounts ? WITH_ACCOUNTS : PLAIN);
  return { text: filtering.text(text, "text"), findings: filtering.findings };
}
