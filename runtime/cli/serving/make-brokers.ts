import type { CapabilityBroker, CapabilityName, PluginHome } from "@glovebox/host-api/capability";
import { GrantError, HostError } from "@glovebox/host-api/errors";
import type { JsonValue } from "@glovebox/host-api/json";
import type { Powers } from "@glovebox/host-api/powers";
import { CAPABILITIES } from "@glovebox/host-api/registry";
import type { PluginConfiguration } from "../../policy/configuration.ts";
import { PolicyError } from "../../policy/errors.ts";
import { WorkspaceError } from "../../workspace-errors.ts";
import type { WorkspacePaths } from "../../workspace-paths.ts";

/** Opens the authority behind each grant. What cannot be opened is the operator's problem, named like any other. */
export function makeBrokers(
  home: PluginHome,
  grants: PluginConfiguration["grants"],
  paths: WorkspacePaths,
  powers: Powers,
): CapabilityBroker[] {
  return (Object.keys(grants) as CapabilityName[]).map((name) => {
    try {
      return CAPABILITIES[name].makeBroker(grants[name] as JsonValue, home, powers);
    } catch (cause) {
      if (cause instanceof HostError) {
        const message = `The plugin's own data cannot be opened: ${cause.message}.`;
        throw new WorkspaceError("ERR_WORKSPACE_NOT_WRITABLE", message, {
          place: { file: home.folder },
          cause,
        });
      }
      if (!(cause instanceof GrantError)) throw cause;
      const place = {
        file: paths.configFile,
        path: ["plugins", home.plugin, "grants", name, ...cause.path].join("."),
      };
      throw new PolicyError("ERR_CONFIG_GRANT", cause.message, {
        place,
        remedy: cause.remedy,
        cause,
      });
    }
  });
}

/**
 * Plugins of hyper-mcp announce other tools in the middle of a call. What was approved stays, and the audit says who tried:
 * another surface is another plugin until somebody has looked at it.
 */
export const refuseChanges: CapabilityBroker = {
  operations: {
    "surface.change"() {
      throw new HostError(
        "refused-by-policy",
        "the plugin announced other tools than the approved",
      );
    },
  },
};
