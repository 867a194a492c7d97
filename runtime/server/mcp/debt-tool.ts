import type { Tool } from "@modelcontextprotocol/server";
import type { JsonObject } from "@glovebox/host-api/json";
import { answerInvalidArguments, type ToolAnswer } from "../../answer.ts";
import type { ReportDebt } from "../../debt/cached-report.ts";
import reportSchema from "../../debt/debt-report.schema.json" with { type: "json" };
import { AREA_NAMES, SEVERITIES, STATUSES } from "../../debt/items.ts";
import { compileValidator } from "../../plugin/schema/validator.ts";
import { DEBT_TOOL_NAME } from "../../policy/expose.ts";
import type { Principal } from "../../policy/principal.ts";
import { withErrors } from "./listed-tool.ts";
import type { McpSetting } from "./mcp-server.ts";

const INPUT_SCHEMA = {
  type: "object",
  properties: {
    status: {
      type: "string",
      enum: [...STATUSES],
      description: "Only items with this status.",
    },
    severity: {
      type: "string",
      enum: [...SEVERITIES],
      description: "Only items of this severity.",
    },
    area: {
      type: "string",
      enum: [...AREA_NAMES],
      description: "Only items of this area.",
    },
  },
  additionalProperties: false,
} as const satisfies JsonObject & Tool["inputSchema"];

/** The published schema, without what makes it a document of its own: a client may compile many schemas in one place. */
function outputSchema(): NonNullable<Tool["outputSchema"]> {
  const { $id: _id, title: _title, $schema: _dialect, ...schema } = reportSchema;
  return withErrors(schema);
}

export const DEBT_TOOL = {
  name: DEBT_TOOL_NAME,
  title: "What this runtime does not protect against",
  description:
    "Reports the known gaps of this Glovebox runtime, on this machine and under its present configuration: what is open, how severe it is, what happens today, and what would close it. The whole is long: ask for an area, a severity or a status.",
  inputSchema: INPUT_SCHEMA,
  outputSchema: outputSchema(),
  annotations: { readOnlyHint: true, openWorldHint: false },
} as const satisfies Tool;

export const DEBT_RESOURCE = {
  uri: "glovebox://debt",
  name: "debt",
  title: DEBT_TOOL.title,
  mimeType: "application/json",
} as const;

const validate = compileValidator(INPUT_SCHEMA);

/** What the report may tell of: the plugins of which the principal may call or read anything here. */
export type Seeing = Pick<McpSetting, "tools" | "offers" | "mayCall">;

/** The aliases of the plugins that a principal sees at one place. */
export function seenPlugins(
  { tools, offers, mayCall = () => true }: Seeing,
  principal: Principal,
): ReadonlySet<string> {
  const named = [
    ...tools.map(({ alias, exposedName }) => [alias, exposedName] as const),
    ...(offers?.prompts ?? []).map(({ alias, exposedName }) => [alias, exposedName] as const),
    ...(offers?.resources ?? []).map(({ alias, resource }) => [alias, resource.uri] as const),
    ...(offers?.templates ?? []).map(
      ({ alias, template }) => [alias, template.uriTemplate] as const,
    ),
  ];
  return new Set(named.filter(([, name]) => mayCall(principal, name)).map(([alias]) => alias));
}

/** Answers a call of `report_pattern_debt`. Its arguments are held to its schema like those of any other tool. */
export function answerDebt(
  reportDebt: ReportDebt,
  args: JsonObject,
  plugins: ReadonlySet<string>,
): ToolAnswer {
  const issues = validate(args);
  if (issues.length > 0) return answerInvalidArguments(issues);
  const { report, text } = reportDebt(args, { plugins });
  return { content: [{ type: "text", text }], structuredContent: report };
}
