import { CAPABILITIES } from "@glovebox/host-api/registry";
import { CAPABILITY_NAMES, type CapabilityName } from "@glovebox/host-api/capability";
import { GrantError } from "@glovebox/host-api/errors";
import type { JsonValue } from "@glovebox/host-api/json";
import { remedyForUnknown } from "../plugin/suggest.ts";
import { PolicyError } from "../policy/errors.ts";

/** Reads `--grant CAP=VALUE` flags into what the configuration would say. Throws `PolicyError`. */
export function parseGrantFlags(flags: readonly string[]): Record<string, JsonValue> {
  const grants = new Map<string, JsonValue>();
  for (const flag of flags) {
    const [name = "", ...rest] = flag.split("=");
    const known = CAPABILITY_NAMES.find((capability) => capability === name);
    if (known === undefined)
      throw new PolicyError("ERR_CONFIG_GRANT", `There is no capability \`${name}\`.`, {
        remedy: remedyForUnknown(name, CAPABILITY_NAMES),
      });
    // `--grant kv=$QUOTA` with an empty variable must not grant the default.
    if (flag === `${name}=`)
      throw new PolicyError("ERR_CONFIG_GRANT", `\`--grant ${flag}\` lacks its value.`);
    const earlier = grants.get(known);
    grants.set(
      known,
      readGrant(known, () => {
        const value = CAPABILITIES[known].parseFlag(rest.join("="));
        return earlier === undefined ? value : addUp(earlier, value);
      }),
    );
  }
  return Object.fromEntries(grants);
}

/** The grant that `read` answers, which its capability must be able to read from the configuration. */
function readGrant(name: CapabilityName, read: () => JsonValue): JsonValue {
  try {
    const value = read();
    CAPABILITIES[name].parseGrant(value);
    return value;
  } catch (error) {
    if (!(error instanceof GrantError)) throw error;
    throw new PolicyError("ERR_CONFIG_GRANT", `\`--grant ${name}\`: ${error.message}.`, {
      remedy: error.remedy,
      cause: error,
    });
  }
}

/** Two flags of one capability add up where both are lists, or mappings that name different things. */
function addUp(earlier: JsonValue, value: JsonValue): JsonValue {
  if (Array.isArray(earlier) && Array.isArray(value)) return [...earlier, ...value] as JsonValue[];
  if (
    isMapping(earlier) &&
    isMapping(value) &&
    !Object.keys(value).some((key) => Object.hasOwn(earlier, key))
  )
    return { ...earlier, ...value };
  throw new GrantError("it was granted twice", "Give one `--grant` for it.");
}

function isMapping(value: JsonValue): value is { readonly [key: string]: JsonValue } {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
