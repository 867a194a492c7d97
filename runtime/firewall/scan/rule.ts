import type { JsonValue } from "@glovebox/host-api/json";
import type { Severity } from "./finding.ts";
import type { Reader } from "./reader.ts";
import type { TextView } from "./text-view.ts";

/** A tool as any server may list it. Nothing in it was checked; keys that are not named here are read all the same. */
export interface ScannedTool {
  readonly name: string;
  readonly title?: string;
  readonly description?: string;
  readonly inputSchema?: JsonValue;
  readonly outputSchema?: JsonValue;
  readonly annotations?: JsonValue;
}

/** What a string is to the model: `key` is a property's name; `value` an enum's member, a default, an example … */
export type TextKind = "name" | "title" | "prose" | "key" | "value";

/** One string that the model reads. */
export interface ToolText {
  readonly where: string;
  readonly kind: TextKind;
  readonly raw: string;
  /** The same folded, so that spelling tricks do not matter. Made when it is first asked for. */
  readonly view: TextView;
  /** How it was written, where it was decoded from another text, such as `base64`. */
  readonly via?: string | undefined;
}

/** What a rule looks at: one tool among others. */
export interface Subject extends Reader {
  readonly tool: ScannedTool;
  readonly texts: readonly ToolText[];
  /** What stands in the texts encoded, disguised or in invisible characters. */
  readonly decoded: readonly ToolText[];
  /** Those of both in which a phrase of some rule was found. */
  readonly signed: readonly ToolText[];
  /** The tools of the same surface, this one included. */
  readonly siblings: readonly ScannedTool[];
  /** The tools of other plugins, by their name in lower case. */
  readonly others: ReadonlyMap<string, ScannedTool>;
  /** The gravest hits of another rule, which is run once. */
  readonly hitsOf: (rule: Rule) => readonly GradedHit[];
}

/** What a rule saw. `quote` is raw text; it is cut and made visible for the finding. */
export interface Hit {
  readonly where: string;
  readonly why: string;
  readonly quote?: string;
  /** Where it is weaker than the rule's own. */
  readonly severity?: Severity;
}

export interface GradedHit extends Hit {
  readonly severity: Severity;
}

/** One rule: data, and a function that reads a tool in linear time. */
export interface Rule {
  /** Kebab-case; the operator names it to accept the finding. */
  readonly id: string;
  /** The gravest that it reports. */
  readonly severity: Severity;
  readonly title: string;
  /** Such as `OWASP MCP03`. */
  readonly references: readonly string[];
  readonly find: (subject: Subject) => Iterable<Hit>;
}
