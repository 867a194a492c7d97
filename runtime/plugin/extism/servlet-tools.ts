import { isJsonObject, type JsonObject, type JsonValue } from "@glovebox/host-api/json";
import { pluginSource, readDocument } from "../document.ts";
import type { ToolSurface } from "../formats.ts";
import type { JsonLimits } from "../json.ts";
import { SCHEMA_FORMATS, SCHEMA_KEYWORDS } from "../schema-keywords.ts";
import { parseSurface } from "../surface.ts";
import { quoteText } from "../text.ts";

const LIMITS: JsonLimits = { bytesMax: 256 * 1024, depthMax: 64, nodesMax: 50_000 };

/** Of a tool, what no client of ours is shown. */
const NOT_SERVED: readonly string[] = ["icons", "_meta", "execution"];
/** What servlets write where they mean nothing. */
const OPTIONAL: readonly string[] = ["title", "description", "outputSchema", "annotations"];
const NO_DESCRIPTION = "The plugin says nothing about this tool.";

/**
 * Reads what `describe` or `list_tools` answered: `{ "tools": […] }`, with the members that MCP gives a tool.
 * Left away is what a servlet's generators write and nobody is shown here: icons and the like, members that are null, the
 * name of a schema's dialect, formats that no validator of ours knows. Everything else must be as in any tool surface.
 * Throws as `parseSurface` does.
 */
export function parseServletTools(text: string, file: string): ToolSurface {
  const tools = readDocument(text, pluginSource("ERR_SURFACE_INVALID", LIMITS, file), (root) => {
    const { tools: listed, error, ...others } = root.object();
    if (!Array.isArray(listed)) root.problem(`no list of \`tools\`${wordsOf(error)}`);
    // A second page would be asked for with a cursor, which nobody does.
    if (typeof others["nextCursor"] === "string") root.problem("a list of several pages");
    return Array.isArray(listed) ? (listed as readonly JsonValue[]) : [];
  });
  return parseSurface(JSON.stringify(tools.map(plainTool)), file, "extism");
}

/** What the sealed program says of a call that failed. */
function wordsOf(error: JsonValue | undefined): string {
  const message = isJsonObject(error) ? error["message"] : undefined;
  return typeof message === "string" ? `: the plugin says ${quoteText(message)}` : "";
}

function plainTool(tool: JsonValue): JsonValue {
  if (!isJsonObject(tool)) return tool;
  const kept = Object.entries(tool).filter(([name, value]) => {
    if (NOT_SERVED.includes(name)) return false;
    return !(OPTIONAL.includes(name) && (value === null || value === ""));
  });
  const plain: Record<string, JsonValue> = { description: NO_DESCRIPTION };
  for (const [name, value] of kept) {
    if (name === "annotations" && isJsonObject(value)) plain[name] = withoutNulls(value);
    else plain[name] = name.endsWith("Schema") ? withoutDialect(value) : value;
  }
  return plain;
}

function withoutNulls(object: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(object).filter(([, value]) => value !== null));
}

function withoutDialect(schema: JsonValue): JsonValue {
  if (!isJsonObject(schema)) return schema;
  const { $schema: _, ...rest } = schema;
  return plainSchema(rest);
}

/** `readDocument` has bounded the depth. */
function plainSchema(schema: JsonValue): JsonValue {
  if (!isJsonObject(schema)) return schema;
  const kept = Object.entries(schema).filter(
    ([keyword, value]) => keyword !== "format" || SCHEMA_FORMATS.some((known) => known === value),
  );
  return Object.fromEntries(kept.map(([keyword, value]) => [keyword, plainPart(keyword, value)]));
}

function plainPart(keyword: string, value: JsonValue): JsonValue {
  const kind = SCHEMA_KEYWORDS.get(keyword);
  if (kind === "schema") return plainSchema(value);
  if (kind === "schemas") return Array.isArray(value) ? value.map(plainSchema) : value;
  if ((kind !== "schemaMap" && kind !== "patternMap") || !isJsonObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([name, part]) => [name, plainSchema(part)]));
}
