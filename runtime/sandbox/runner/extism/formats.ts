import type { JsonValue } from "@glovebox/host-api/json";

/** Which of hyper-mcp's two forms a plugin speaks. mcp.run's servlets speak the first. */
export type ServletVersion = 1 | 2;

/** As hyper-mcp decides it. Undefined: none that we know. */
export function versionOf(exports: Readonly<Record<string, unknown>>): ServletVersion | undefined {
  const has = (name: string): boolean => typeof exports[name] === "function";
  if (has("call") && has("describe")) return 1;
  return has("call_tool") && has("list_tools") ? 2 : undefined;
}

export interface ServletCall {
  readonly export: string;
  readonly input: string;
}

/** What to call, and with what, for one of the calls that every plugin answers. Undefined for any other. */
export function servletCall(
  version: ServletVersion,
  path: readonly string[],
  args: readonly JsonValue[],
  context: JsonValue,
): ServletCall | undefined {
  const [room, name] = path;
  if (room !== "tools" || path.length !== 2) return undefined;
  // Clients' own words about a request stay with the broker. Without a token, nobody reports progress.
  const id = idOf(context);
  const about = JSON.stringify({ id, _meta: { progressToken: id } });
  if (name === "listTools")
    return version === 1
      ? { export: "describe", input: "" }
      : { export: "list_tools", input: `{"context":${about}}` };
  const [tool, text] = args;
  if (name !== "callTool" || typeof tool !== "string" || typeof text !== "string") return undefined;
  // The broker wrote `text`, from arguments that it has parsed.
  const params = `{"name":${JSON.stringify(tool)},"arguments":${text}}`;
  return version === 1
    ? { export: "call", input: `{"params":${params}}` }
    : { export: "call_tool", input: `{"request":${params},"context":${about}}` };
}

function idOf(context: JsonValue): string {
  const id = typeof context === "object" && context !== null && "call_id" in context;
  return id && typeof context["call_id"] === "string" ? context["call_id"] : "";
}
