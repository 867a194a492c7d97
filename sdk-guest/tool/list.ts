import type { JsonObject } from "@glovebox/host-api/json";
import type { Tool, ToolAnnotations } from "./define.ts";
import { toJsonSchema } from "./schema.ts";

/** One tool as the model reads it. */
export interface ToolDefinition {
  readonly name: string;
  readonly title?: string;
  readonly description: string;
  readonly inputSchema: JsonObject;
  readonly outputSchema?: JsonObject;
  readonly annotations?: ToolAnnotations;
}

/** The tool surface: definitions sorted by name. Throws `TypeError` for whatever could not be served. */
export function listTools(tools: readonly Tool[]): ToolDefinition[] {
  requireTools(tools);
  const definitions = tools.map(describeTool);
  definitions.sort((a, b) => (a.name < b.name ? -1 : 1));
  for (let index = 1; index < definitions.length; index++) {
    const name = definitions[index]!.name;
    if (name === definitions[index - 1]!.name) throw new TypeError(`Two tools are named "${name}"`);
  }
  return definitions;
}

/** Throws `TypeError` where a plugin exports something else as `tools`, or nothing. */
export function requireTools(tools: unknown): void {
  if (!Array.isArray(tools) || tools.length === 0) {
    throw new TypeError("src/plugin.ts must say `export const tools = [defineTool({ … }), …]`");
  }
}

/** The tools by their names. Of two with the same name, which `listTools` refuses, the first. */
export function indexTools(tools: readonly Tool[]): ReadonlyMap<string, Tool> {
  return new Map(tools.toReversed().map((tool) => [tool.name, tool]));
}

function describeTool(tool: Tool): ToolDefinition {
  const inputSchema = schemaOf(tool, "input");
  if (inputSchema["type"] !== "object") {
    throw new TypeError(`Tool "${tool.name}": \`input\` must describe an object`);
  }
  return {
    name: tool.name,
    ...(tool.title !== undefined && { title: tool.title }),
    description: tool.description,
    inputSchema,
    ...((tool.output || tool.outputSchema) && { outputSchema: schemaOf(tool, "output") }),
    ...(tool.annotations && { annotations: { ...tool.annotations } }),
  };
}

function schemaOf(tool: Tool, side: "input" | "output"): JsonObject {
  const explicit = tool[`${side}Schema`];
  if (explicit) return explicit;
  try {
    // The handler's answer is checked and then sent, so an output schema describes what comes out of it.
    return toJsonSchema(tool[side]!, side);
  } catch (error) {
    throw new TypeError(`Tool "${tool.name}", \`${side}\`: ${(error as Error).message}`, {
      cause: error,
    });
  }
}
