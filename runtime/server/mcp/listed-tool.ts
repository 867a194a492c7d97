import type { Tool } from "@modelcontextprotocol/server";
import type { JsonObject } from "@glovebox/host-api/json";
import { RUNTIME_ERROR_CODES } from "../../answer.ts";
import { TOOL_ERROR_CODES } from "../../firewall/outcome.ts";
import type { ExposedTool } from "../../policy/expose.ts";

/** JSON Schema of the one error that every tool may answer with, beside `isError`. */
export const ERROR_SCHEMA = {
  type: "object",
  properties: {
    error_code: {
      type: "string",
      enum: [...new Set([...RUNTIME_ERROR_CODES, ...TOOL_ERROR_CODES])],
    },
    message: { type: "string" },
    suggestion: { type: "string" },
    retry_after: { type: "number", description: "Seconds after which the same call may succeed." },
  },
  required: ["error_code", "message"],
  additionalProperties: false,
} as const satisfies JsonObject;

/** A tool as clients list it: pinned word for word, but for its exposed name and the errors that its output may be. */
export function toListedTool({ exposedName, tool }: ExposedTool): Tool {
  const { inputSchema, outputSchema, ...rest } = tool;
  return {
    ...rest,
    name: exposedName,
    inputSchema: { ...inputSchema, type: "object" },
    ...(outputSchema ? { outputSchema: withErrors(outputSchema) } : {}),
  };
}

/**
 * Structured content must match the listed schema, and some clients hold errors to that too.
 * `$defs` stays at the root, where every `$ref` of a pinned schema points.
 */
export function withErrors({
  $schema,
  $defs,
  ...schema
}: JsonObject): NonNullable<Tool["outputSchema"]> {
  return {
    ...(typeof $schema === "string" ? { $schema } : {}),
    ...($defs === undefined ? {} : { $defs }),
    type: "object",
    anyOf: [schema, ERROR_SCHEMA],
  };
}
