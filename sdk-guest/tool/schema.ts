import type { JsonObject } from "@glovebox/host-api/json";
import type { StandardJSONSchemaV1, StandardSchemaV1 } from "@standard-schema/spec";
import { whenReady } from "./when-ready.ts";

const DIALECT = "https://json-schema.org/draft/2020-12/schema";

/**
 * The JSON Schema (2020-12) of a Standard Schema: by its Standard JSON Schema extension, else by its own
 * `toJSONSchema()` method. Throws when it has neither: then the tool must say `inputSchema` itself.
 */
export function toJsonSchema(schema: StandardSchemaV1, side: "input" | "output"): JsonObject {
  const { jsonSchema } = schema["~standard"] as Partial<StandardJSONSchemaV1.Props>;
  const converted = jsonSchema
    ? jsonSchema[side]({ target: "draft-2020-12" })
    : callOwnMethod(schema, side);
  if (typeof converted !== "object" || converted === null) {
    throw new TypeError(
      `its schema library (${schema["~standard"].vendor}) gives no JSON Schema: write \`${side}Schema\` yourself`,
    );
  }
  // MCP means 2020-12 when nothing is said, and a JSON round trip drops what JSON cannot carry.
  const { $schema, ...rest } = JSON.parse(JSON.stringify(converted)) as JsonObject;
  return $schema === undefined || $schema === DIALECT ? rest : { $schema, ...rest };
}

function callOwnMethod(schema: StandardSchemaV1, side: "input" | "output"): unknown {
  const { toJSONSchema } = schema as { toJSONSchema?: (options: { io: string }) => unknown };
  return typeof toJSONSchema === "function" ? toJSONSchema.call(schema, { io: side }) : undefined;
}

export type CheckedValue = { readonly value: unknown } | { readonly problem: string };

/**
 * Runs a Standard Schema, without a promise when the schema needs none.
 * Answers the value, or all issues in one line: `from.zone: Required; amount: Too small`.
 */
export function checkValue(
  schema: StandardSchemaV1,
  value: unknown,
): CheckedValue | Promise<CheckedValue> {
  return whenReady(schema["~standard"].validate(value), toChecked);
}

function toChecked(result: StandardSchemaV1.Result<unknown>): CheckedValue {
  if (!result.issues) return { value: result.value };
  return { problem: result.issues.map(describeIssue).join("; ") };
}

function describeIssue(issue: StandardSchemaV1.Issue): string {
  const path = (issue.path ?? [])
    .map((step) => String(typeof step === "object" ? step.key : step))
    .join(".");
  return path === "" ? issue.message : `${path}: ${issue.message}`;
}
