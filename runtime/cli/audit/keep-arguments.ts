import type { JsonValue } from "@glovebox/host-api/json";
import { compilePolicy } from "../../firewall/filter/compile-policy.ts";
import { Filtering } from "../../firewall/filter/filter-value.ts";
import type { FilterPolicy } from "../../firewall/filter/policy.ts";
import { OUTPUT_KINDS } from "../../audit/output-finding.ts";
import type { ArgumentPolicy } from "../../policy/read-audit.ts";

/** What is longer as JSON is kept as its digest, and how long it was. */
export const KEPT_CHARS_MAX = 16 * 1024;

/**
 * What the audit keeps of arguments beside their digest; undefined where that is nothing.
 * `redacted` takes out everything that the filter of outputs can find, personal data too, whatever its policy lets through.
 */
export function makeKeepArguments(
  policy: ArgumentPolicy,
  fields: FilterPolicy["fields"],
): ((args: JsonValue) => JsonValue | undefined) | undefined {
  if (policy === "digest") return undefined;
  if (policy === "full") return bounded;
  const actions = Object.fromEntries(OUTPUT_KINDS.map((kind) => [kind, "redact" as const]));
  const compiled = compilePolicy({ actions, fields });
  return (args) => {
    const kept = bounded(args);
    if (kept !== args) return kept;
    try {
      return new Filtering(compiled).value(args, "arguments");
    } catch {
      // What cannot be looked at whole is not kept.
      return { omitted: "more than can be redacted" };
    }
  };
}

function bounded(args: JsonValue): JsonValue {
  const chars = JSON.stringify(args).length;
  return chars <= KEPT_CHARS_MAX ? args : { omitted: `${chars} characters` };
}
