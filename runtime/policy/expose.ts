import type { ToolDefinition, ToolSurface } from "../plugin/formats.ts";
import type { PluginConfiguration } from "./configuration.ts";
import { PolicyError } from "./errors.ts";

/** One tool under the name that clients see. */
export interface ExposedTool {
  readonly exposedName: string;
  readonly alias: string;
  readonly tool: ToolDefinition;
}

const EXPOSED_NAME_CHARS_MAX = 64;

/**
 * The tools that clients see: `<alias>__<tool>`, letters, digits and `_`, at most 64 characters, in a fixed order.
 * A name that two tools share, and a configured tool that does not exist, are refusals.
 */
export function exposeTools(
  plugins: readonly { readonly alias: string; readonly surface: ToolSurface; readonly configuration: PluginConfiguration }[],
): { tools: ExposedTool[]; problems: PolicyError[] } {
  const problems: PolicyError[] = [];
  const byName = new Map<string, ExposedTool>();
  for (const { alias, surface, configuration } of plugins) {
    for (const name of configuration.tools ?? []) {
      if (!surface.some((tool) => tool.name === name))
        problems.push(
          new PolicyError("ERR_CONFIG_INVALID", `Plugin \`${alias}\` has no tool \`${name}\`.`, {
            place: { path: `plugins.${alias}.tools` },
            remedy: `Its tools: ${surface.map((tool) => tool.name).join(", ")}.`,
          }),
        );
    }
    for (const tool of surface) {
      if (configuration.tools && !configuration.tools.includes(tool.name)) continue;
      const exposedName = exposedNameOf(alias, tool.name);
      const twin = byName.get(exposedName);
      if (twin || exposedName.length > EXPOSED_NAME_CHARS_MAX)
        problems.push(
          new PolicyError(
            "ERR_TOOL_NAME_COLLISION",
            twin
              ? `Tool \`${tool.name}\` of \`${alias}\` and \`${twin.tool.name}\` of \`${twin.alias}\` would both be \`${exposedName}\`.`
              : `\`${exposedName}\` is longer than ${EXPOSED_NAME_CHARS_MAX} characters.`,
            { place: { path: `plugins.${alias}` } },
          ),
        );
      else byName.set(exposedName, { exposedName, alias, tool });
    }
  }
  const tools = [...byName.values()].toSorted((a, b) => (a.exposedName < b.exposedName ? -1 : 1));
  return { tools, problems };
}

export function exposedNameOf(alias: string, tool: string): string {
  return `${alias}__${tool}`.replaceAll(/[^A-Za-z0-9_]/g, "_");
}
