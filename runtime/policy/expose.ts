import type { ToolDefinition, ToolSurface } from "../plugin/formats.ts";
import { remedyForUnknown } from "../plugin/suggest.ts";
import type { PluginConfiguration } from "./configuration.ts";
import { PolicyError } from "./errors.ts";

/** One tool under the name that clients see. */
export interface ExposedTool {
  readonly exposedName: string;
  readonly alias: string;
  readonly tool: ToolDefinition;
}

/** What every client accepts. */
export const EXPOSED_NAME_CHARS_MAX = 64;
/** The tool that every client lists beside the plugins' own. */
export const DEBT_TOOL_NAME = "report_pattern_debt";
/** Tools of the runtime's own. */
const OWN_NAMES: ReadonlySet<string> = new Set([DEBT_TOOL_NAME]);

/** One verified plugin, as far as its tools' names go. */
export interface PluginTools {
  readonly alias: string;
  readonly surface: ToolSurface;
  readonly configuration: Pick<
    PluginConfiguration,
    "tools" | "toolNames" | "plainNames" | "approvals"
  >;
}

/**
 * The tools that clients see: `<alias>__<tool>`, or the operator's name for the tool, letters, digits, `_` and the hyphens of the tool's own name, at most 64
 * characters, sorted by name. A name that two tools share, be it but for `-` and `_`, or that is too long, and a
 * configured tool that does not exist, are problems.
 */
export function exposeTools(plugins: readonly PluginTools[]): {
  tools: ExposedTool[];
  problems: PolicyError[];
} {
  const problems = plugins.flatMap(unknownTools);
  const byName = new Map<string, ExposedTool>();
  for (const { alias, surface, configuration } of plugins) {
    for (const tool of surface) {
      if (configuration.tools?.includes(tool.name) === false) continue;
      const name = configuration.toolNames?.[tool.name] ?? tool.name;
      const exposedName = exposedNameOf(alias, name, configuration.plainNames);
      const exposed = { exposedName, alias, tool };
      const key = exposed.exposedName.replaceAll("-", "_");
      const problem = unusableName(exposed, byName.get(key));
      if (problem === undefined) byName.set(key, exposed);
      else problems.push(problem);
    }
  }
  const tools = [...byName.values()].toSorted((left, right) =>
    left.exposedName < right.exposedName ? -1 : 1,
  );
  return { tools, problems };
}

/** The name of a tool or a prompt to clients. */
export function exposedNameOf(alias: string, name: string, isPlain = false): string {
  const prefix = isPlain ? "" : `${alias.replaceAll("-", "_")}__`;
  return `${prefix}${name}`.replaceAll(/[^A-Za-z0-9_-]/g, "_");
}

function unknownTools({ alias, surface, configuration }: PluginTools): PolicyError[] {
  const known = surface.map((tool) => tool.name);
  const unknown = configuration.tools?.filter((name) => !known.includes(name)) ?? [];
  return unknown.map((name) => {
    const detail = {
      place: { path: `plugins.${alias}.tools` },
      remedy: remedyForUnknown(name, known),
    };
    return new PolicyError(
      "ERR_CONFIG_INVALID",
      `Plugin \`${alias}\` has no tool \`${name}\`.`,
      detail,
    );
  });
}

function unusableName(
  { exposedName, alias, tool }: ExposedTool,
  twin: ExposedTool | undefined,
): PolicyError | undefined {
  const place = { path: `plugins.${alias}` };
  if (exposedName.length > EXPOSED_NAME_CHARS_MAX) {
    const message = `\`${exposedName}\` is longer than the ${EXPOSED_NAME_CHARS_MAX} characters that every client accepts.`;
    return new PolicyError("ERR_TOOL_NAME_TOO_LONG", message, { place });
  }
  if (OWN_NAMES.has(exposedName)) {
    const message = `\`${exposedName}\` is a tool of the runtime's own.`;
    return new PolicyError("ERR_TOOL_NAME_COLLISION", message, { place });
  }
  if (twin === undefined) return undefined;
  const message = `Tool \`${tool.name}\` of \`${alias}\` and \`${twin.tool.name}\` of \`${twin.alias}\` would both be \`${exposedName}\`.`;
  return new PolicyError("ERR_TOOL_NAME_COLLISION", message, { place });
}
