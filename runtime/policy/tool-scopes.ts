import { remedyForUnknown } from "../plugin/suggest.ts";
import { PolicyError } from "./errors.ts";
import type { ExposedTool } from "./expose.ts";
import { missingScopes, type Principal } from "./principal.ts";
import type { ScopeConfiguration } from "./server/auth-configuration.ts";

/** Which scopes each tool needs, by exposed name. */
export interface ToolScopes {
  /** For what has none of its own; named to clients that come without credentials. */
  readonly usual: readonly string[];
  of(exposedName: string): readonly string[];
}

/** Without configuration no tool needs a scope. */
export function makeToolScopes(configuration: ScopeConfiguration | undefined): ToolScopes {
  const usual = configuration?.default ?? [];
  const named = new Map(Object.entries(configuration?.tools ?? {}));
  return { usual, of: (exposedName) => named.get(exposedName) ?? usual };
}

/** The tools with what each needs, and a problem for every name in the configuration that no tool has. */
export function scopeTools(
  tools: readonly ExposedTool[],
  configuration: ScopeConfiguration | undefined,
  ownTools: readonly string[],
): { tools: readonly ExposedTool[]; problems: readonly PolicyError[] } {
  if (configuration === undefined) return { tools, problems: [] };
  const scopes = makeToolScopes(configuration);
  const known = [...tools.map(({ exposedName }) => exposedName), ...ownTools];
  const unknown = Object.keys(configuration.tools).filter((name) => !known.includes(name));
  return {
    tools: tools.map((tool) => ({ ...tool, scopes: scopes.of(tool.exposedName) })),
    problems: unknown.map(
      (name) =>
        new PolicyError("ERR_CONFIG_INVALID", `No tool is exposed as ${JSON.stringify(name)}.`, {
          place: { path: `server.scopes.tools.${name}` },
          remedy: remedyForUnknown(name, known),
        }),
    ),
  };
}

/** The tools that the principal may call, and so may see. */
export function visibleTools<Tool extends Pick<ExposedTool, "scopes">>(
  tools: readonly Tool[],
  principal: Principal,
): readonly Tool[] {
  if (principal.scopes === undefined) return tools;
  return tools.filter(({ scopes = [] }) => missingScopes(principal, scopes).length === 0);
}
