import { remedyForUnknown } from "../plugin/suggest.ts";
import { PolicyError } from "./errors.ts";

/** The section `profiles`: sets of plugins by name. A plugin may stand in several, and has data of its own in each. */
export type Profiles = Readonly<Record<string, { readonly plugins: readonly string[] }>>;

/** A set of plugins that one model sees together. */
export interface Profile {
  /** Undefined for the plugins that no profile names. */
  readonly name?: string;
  readonly plugins: readonly string[];
}

/**
 * Every set that can be served: the plugins that no profile names, first and always, and then each profile.
 * What stands in a profile is served there alone: it never shares a context with what was left outside.
 */
// debt("GB-058"): a client of two profiles joins them.
export function listProfiles(profiles: Profiles, plugins: readonly string[]): readonly Profile[] {
  const named = new Set(Object.values(profiles).flatMap((profile) => profile.plugins));
  return [
    { plugins: plugins.filter((alias) => !named.has(alias)) },
    ...Object.entries(profiles).map(([name, profile]) => ({ name, plugins: profile.plugins })),
  ];
}

/** Profiles that name a plugin which is not configured. */
export function findUnknownPlugins(
  profiles: Profiles,
  plugins: readonly string[],
): readonly PolicyError[] {
  return Object.entries(profiles).flatMap(([name, profile]) =>
    profile.plugins
      .filter((alias) => !plugins.includes(alias))
      .map((alias) => {
        const message = `Profile \`${name}\` names a plugin \`${alias}\`, which is not configured.`;
        return new PolicyError("ERR_CONFIG_INVALID", message, {
          place: { path: `profiles.${name}.plugins` },
          remedy: remedyForUnknown(alias, plugins),
        });
      }),
  );
}
