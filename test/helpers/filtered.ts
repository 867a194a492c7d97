import type {
  OutputAction,
  OutputFinding,
  OutputKind,
} from "../../runtime/audit/output-finding.ts";
import { compilePolicy } from "../../runtime/firewall/filter/compile-policy.ts";
import { Filtering } from "../../runtime/firewall/filter/filter-value.ts";
import { makeFilterPolicy } from "../../runtime/firewall/filter/policy.ts";

export type Actions = Readonly<Partial<Record<OutputKind, OutputAction>>>;

/** A text through the filter as it is by itself, or with other actions. */
export function filtered(
  text: string,
  actions: Actions = {},
): {
  readonly text: string;
  readonly ids: readonly string[];
  readonly findings: readonly OutputFinding[];
} {
  const filtering = new Filtering(compilePolicy(makeFilterPolicy({ actions, fields: [] })));
  const result = filtering.text(text, "text");
  return {
    text: result,
    ids: [...new Set(filtering.findings.map(({ id }) => id))],
    findings: filtering.findings,
  };
}

/** A value of JSON in the same way. */
export function filteredValue(
  value: unknown,
  actions: Actions = {},
  fields: readonly string[] = [],
) {
  const filtering = new Filtering(compilePolicy(makeFilterPolicy({ actions, fields })));
  const result = filtering.value(value as never, "value");
  return { value: result, findings: filtering.findings };
}
