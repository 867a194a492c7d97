import { CAPABILITIES } from "@glovebox/host-api/registry";
import { CAPABILITY_NAMES } from "@glovebox/host-api/capability";
import { GrantError } from "@glovebox/host-api/errors";
import type { JsonValue } from "@glovebox/host-api/json";
import { remedyForUnknown } from "../plugin/suggest.ts";
import { PolicyError } from "../policy/errors.ts";
import { isCapabilityName } from "../policy/parse-configuration.ts";

/** Reads `--grant CAP=VALUE` flags into what the configuration would say. Throws `PolicyError`. */
export function parseGrantFlags(flags: readonly string[]): Record<string, JsonValue> {
  const grants: Record<string, JsonValue> = {};
  for (const flag of flags) {
    const cut = flag.indexOf("=");
    const name = cut < 0 ? flag : flag.slice(0, cut);
    if (!isCapabilityName(name))
      throw new PolicyError("ERR_CONFIG_GRANT", `There is no capability \`${name}\`.`, { remedy: remedyForUnknown(name, CAPABILITY_NAMES) });
    const value = readFlag(name, cut < 0 ? "" : flag.slice(cut + 1));
    const earlier = grants[name];
    grants[name] = earlier === undefined ? value : merge(name, earlier, value);
  }
  return grants;
}

function readFlag(name: (typeof CAPABILITY_NAMES)[number], text: string): JsonValue {
  try {
    const value = CAPABILITIES[name].parseFlag(text);
    CAPABILITIES[name].parseGrant(value);
    return value;
  } catch (error) {
    if (!(error instanceof GrantError)) throw error;
    throw new PolicyError("ERR_CONFIG_GRANT", `\`--grant ${name}\`: ${error.message}.`, { remedy: error.remedy, cause: error });
  }
}

/** Flags of one capability add up where their values are lists or mappings, and contradict each other elsewhere. */
function merge(name: string, earlier: JsonValue, value: JsonValue): JsonValue {
  const asList = (item: JsonValue): readonly JsonValue[] | undefined =>
    Array.isArray(item) ? (item as readonly JsonValue[]) : typeof item === "string" ? [item] : undefined;
  const [left, right] = [asList(earlier), asList(value)];
  if (name === "http" && left && right) return [...left, ...right];
  if (name === "env" && typeof earlier === "object" && typeof value === "object") return { ...earlier, ...value };
  throw new PolicyError("ERR_CONFIG_GRANT", `\`${name}\` was granted twice.`, { remedy: "Give one `--grant` for it." });
}
