import { remedyForUnknown } from "../plugin/suggest.ts";
import { PolicyError } from "./errors.ts";
import type { ScopeConfiguration } from "./server/auth-configuration.ts";

/** Which scopes each tool needs, by exposed name; and every prompt and resource, by the name or address that clients see. */
export interface ToolScopes {
  /** For what has none of its own; named to clients that come without credentials. */
  readonly usual: readonly string[];
  of(exposedName: string): readonly string[];
}

/** Without configuration nothing needs a scope. With it, what the configuration does not name needs the usual ones. */
export function makeToolScopes(configuration: ScopeConfiguration | undefined): ToolScopes {
  const usual = configuration?.default ?? [];
  const named = new Map(Object.entries(configuration?.tools ?? {}));
  return { usual, of: (exposedName) => named.get(exposedName) ?? usual };
}

/** A problem for every name in the configuration that no tool has. */
export function findUnknownScopes(
  configuration: ScopeConfiguration | undefined,
  known: readonly string[],
): readonly PolicyError[] {
  const names = Object.keys(configuration?.tools ?? {});
  return names
    .filter((name) => !known.includes(name))
    .map(
      (name) =>
        new PolicyError("ERR_CONFIG_INVALID", `No tool is exposed as ${JSON.stringify(name)}.`, {
          place: { path: `server.scopes.tools.${name}` },
          remedy: remedyForUnknown(name, known),
        }),
    );
}
