import type { Tool } from "@modelcontextprotocol/server";
import type { JsonObject } from "@glovebox/host-api/json";
import { answerInvalidArguments, type ToolAnswer } from "../../answer.ts";
import { SEVERITIES, STATUSES } from "../../debt/items.ts";
import type { ReportFilter } from "../../debt/report.ts";
import { compileValidator } from "../../plugin/schema/validator.ts";

/** The public view of the debt report, made anew for each request. */
export type ReportDebt = (filter: ReportFilter) => JsonObject;

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
  },
  additionalProperties: false,
} as const satisfies JsonObject & Tool["inputSchema"];

export const DEBT_TOOL = {
  name: "report_pattern_debt",
  title: "What this runtime does not protect against",
  description:
    "Reports the known gaps of this Glovebox runtime, on this machine and under its present configuration: what is open, how severe it is, what happens today, and what would close it.",
  inputSchema: INPUT_SCHEMA,
  annotations: { readOnlyHint: true, openWorldHint: false },
} as const satisfies Tool;

export const DEBT_RESOURCE = {
  uri: "glovebox://debt",
  name: "debt",
  title: DEBT_TOOL.title,
  mimeType: "application/json",
} as const;

const validate = compileValidator(INPUT_SCHEMA);

/** Answers a call of `report_pattern_debt`. Its arguments are held to its schema like those of any other tool. */
export function answerDebt(reportDebt: ReportDebt, args: JsonObject): ToolAnswer {
  const issues = validate(args);
  if (issues.length > 0) return answerInvalidArguments(issues);
  const report = reportDebt(args);
  return { content: [{ type: "text", text: JSON.stringify(report) }], structuredContent: report };
}
