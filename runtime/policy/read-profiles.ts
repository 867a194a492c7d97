import type { Cursor } from "../plugin/cursor.ts";
import { PLUGIN_NAME } from "../plugin/rules.ts";
import type { Profiles } from "./profiles.ts";

const PROFILES_MAX = 64;
const PLUGINS_MAX = 1024;

/** Reads the section `profiles`: sets of plugins that are kept apart, each by its name. */
export function readProfiles(member: Cursor): Profiles {
  const profiles = Object.create(null) as Record<string, { readonly plugins: readonly string[] }>;
  const entries = member.isAbsent() ? [] : member.entries();
  if (entries.length > PROFILES_MAX)
    member.problem(`${entries.length} profiles, where ${PROFILES_MAX} are accepted`);
  for (const [name, entry] of entries) {
    if (!PLUGIN_NAME.pattern?.test(name) || name.length > PLUGIN_NAME.lengthMax)
      entry.problem(
        `the name of a profile must be ${PLUGIN_NAME.shape}, at most ${PLUGIN_NAME.lengthMax} characters`,
      );
    const seen = new Set<string>();
    for (const item of entry.fields(["plugins"]).get("plugins").items(0, PLUGINS_MAX)) {
      const alias = item.string(PLUGIN_NAME);
      if (seen.has(alias)) item.problem(`the plugin ${alias} stands here twice`);
      seen.add(alias);
    }
    profiles[name] = { plugins: [...seen] };
  }
  return profiles;
}
