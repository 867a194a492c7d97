import type { Cursor, StringRule } from "./cursor.ts";
import { pluginSource, readDocument } from "./document.ts";
import type { ToolAnnotations, ToolDefinition, ToolSurface } from "./formats.ts";
import type { JsonLimits } from "./json.ts";
import { TITLE, TOOLS_MAX } from "./rules.ts";
import { SHAPE_DEFAULT, TOOL_NAMES, type Shape } from "./shape.ts";
import { readToolSchema } from "./tool-schema.ts";
import type { PatternBudget } from "./tool-schema.ts";

const LIMITS: JsonLimits = { bytesMax: 256 * 1024, depthMax: 64, nodesMax: 50_000 };
/** Measured: at most 0.3 s to compile, whatever the expressions. */
const PATTERN_LENGTH_SUM_MAX = 8192;
const DESCRIPTION = {
  lengthMin: 1,
  lengthMax: 8192,
  pattern: /\S/,
  shape: "a description",
  lines: true,
};

/**
 * Reads what `list-tools` answered, or a package's `tools.json`: a JSON array of tool definitions.
 * The plugin wrote it and the model will read it, so nothing unknown and nothing unseen passes.
 * The result is sorted by name, so that its digest does not hang on an order.
 * Throws `ERR_SURFACE_INVALID` or `ERR_TEXT_HIDDEN`, or `Refusals` of several.
 */
export function parseSurface(
  json: Uint8Array | string,
  file = "tools.json",
  shape: Shape = SHAPE_DEFAULT,
): ToolSurface {
  return readDocument(json, pluginSource("ERR_SURFACE_INVALID", LIMITS, file), (root) => {
    const budget = { left: PATTERN_LENGTH_SUM_MAX };
    const tools = root.items(1, TOOLS_MAX).map((tool) => readTool(tool, budget, TOOL_NAMES[shape]));
    const seen = new Set<string>();
    for (const { name } of tools) {
      if (seen.has(name)) root.problem(`the tool ${name} is listed twice`);
      seen.add(name);
    }
    return tools.toSorted((left, right) => (left.name < right.name ? -1 : 1));
  });
}

function readTool(tool: Cursor, budget: PatternBudget, nameRule: StringRule): ToolDefinition {
  const fields = tool.fields(
    ["name", "description", "inputSchema"],
    ["title", "outputSchema", "annotations"],
  );
  return {
    name: fields.get("name").string(nameRule),
    ...fields.optional("title", (title) => title.string(TITLE)),
    description: fields.get("description").string(DESCRIPTION),
    inputSchema: readToolSchema(fields.get("inputSchema"), budget),
    ...fields.optional("outputSchema", (schema) => readToolSchema(schema, budget)),
    ...fields.optional("annotations", readAnnotations),
  };
}

function readAnnotations(annotations: Cursor): ToolAnnotations {
  const hints = ["readOnlyHint", "destructiveHint", "idempotentHint", "openWorldHint"] as const;
  const fields = annotations.fields([], ["title", ...hints]);
  return {
    ...fields.optional("title", (title) => title.string(TITLE)),
    ...Object.assign({}, ...hints.map((hint) => fields.optional(hint, (value) => value.boolean()))),
  };
}
