import { isJsonObject, type JsonObject, type JsonValue } from "@glovebox/host-api/json";
import { NO_OFFERS, type Offers, type ToolSurface } from "../plugin/formats.ts";
import type { Finding } from "./scan/finding.ts";
import { viewSchemas, type Parameter } from "./scan/parameters.ts";
import type { ScannedTool } from "./scan/rule.ts";
import { toScanned } from "./scan/scanned-tool.ts";
import { hiddenIn } from "./scan/rules/parameters.ts";

/** One tool twice: as a client shows it to a person, and as the model reads it. Texts are as the author wrote them. */
export interface ToolView {
  readonly tool: string;
  readonly user: UserView;
  /** The definition itself: a model reads all of it. */
  readonly model: ScannedTool;
  readonly hidden_parameters: readonly HiddenParameter[];
  readonly findings: readonly Finding[];
}

/** What clients show before a call: a label, the beginning of the description, what is to be filled in. */
export interface UserView {
  readonly label: string;
  readonly summary: string;
  readonly hints: readonly string[];
  readonly parameters: readonly UserParameter[];
}

export interface UserParameter {
  readonly name: string;
  readonly where: string;
  /** `text`, `number`, `yes or no`, `one of "a", "b"` … */
  readonly type: string;
  readonly required: boolean;
}

/** A parameter that a person does not learn of, or that is meant for the model alone. */
export interface HiddenParameter {
  readonly name: string;
  readonly where: string;
  readonly why: string;
  /** Whether it is only unmentioned, as in many honest tools, or asks the model for what it knows. */
  readonly addresses_model: boolean;
}

const SUMMARY_CHARS_MAX = 200;
const CHOICES_MAX = 5;
const TYPES: Readonly<Record<string, string>> = {
  string: "text",
  integer: "whole number",
  number: "number",
  boolean: "yes or no",
  array: "list",
  object: "object",
};

/** The two views of each tool of a plugin, with what the scanner said of it. */
export function viewTools(
  surface: ToolSurface,
  findings: readonly Finding[],
  offers: Offers = NO_OFFERS,
): readonly ToolView[] {
  return toScanned(surface, offers).map((tool) =>
    viewTool(
      tool,
      findings.filter((finding) => finding.tool === tool.name),
    ),
  );
}

/** The two views of a tool, with the findings in it. */
export function viewTool(tool: ScannedTool, findings: readonly Finding[]): ToolView {
  const { parameters, isMentioned } = viewSchemas(tool);
  return {
    tool: tool.name,
    user: {
      label: labelOf(tool),
      summary: firstLine(tool.description ?? ""),
      hints: hintsOf(tool.annotations),
      parameters: parameters.filter(({ depth }) => depth === 0).map(toUserParameter),
    },
    model: tool,
    hidden_parameters: parameters.flatMap((parameter): HiddenParameter[] => {
      const { name, where } = parameter;
      const asked = hiddenIn(parameter, { tool });
      if (asked && asked.severity !== "low")
        return [{ name, where, why: asked.why, addresses_model: true }];
      if (isMentioned(parameter)) return [];
      return [{ name, where, why: "The description does not mention it.", addresses_model: false }];
    }),
    findings,
  };
}

/** MCP 2025-11-25: a tool's title, else that of its annotations, else its name. */
function labelOf({ name, title, annotations }: ScannedTool): string {
  const annotated = isJsonObject(annotations) ? annotations["title"] : undefined;
  return title ?? (typeof annotated === "string" ? annotated : name);
}

function firstLine(description: string): string {
  const line = description.trimStart().split("\n", 1)[0] ?? "";
  return line.length <= SUMMARY_CHARS_MAX ? line : `${line.slice(0, SUMMARY_CHARS_MAX)}…`;
}

function hintsOf(annotations: JsonValue | undefined): string[] {
  if (!isJsonObject(annotations)) return [];
  const said: readonly (readonly [string, string])[] = [
    ["readOnlyHint", "says it only reads"],
    ["destructiveHint", "says it destroys"],
    ["openWorldHint", "says it reaches out"],
  ];
  return said.flatMap(([hint, words]) => (annotations[hint] === true ? [words] : []));
}

function toUserParameter({ name, where, schema, types, isRequired }: Parameter): UserParameter {
  return { name, where, type: describeType(schema, types), required: isRequired };
}

function describeType(schema: JsonObject, types: readonly string[]): string {
  const choices = schema["enum"];
  if (Array.isArray(choices)) {
    const shown = choices.slice(0, CHOICES_MAX).map((choice) => JSON.stringify(choice));
    return `one of ${shown.join(", ")}${choices.length > CHOICES_MAX ? ", …" : ""}`;
  }
  const words = types.filter((type) => type !== "null").map((type) => TYPES[type] ?? type);
  return words.length === 0 ? "anything" : [...new Set(words)].join(" or ");
}
