import { CAPABILITY_NAMES, type CapabilityName } from "@glovebox/host-api/capability";
import { GrantError } from "@glovebox/host-api/errors";
import type { JsonValue } from "@glovebox/host-api/json";
import type { Cursor } from "../plugin/cursor.ts";
import type { GrantParsers } from "../plugin/manifest.ts";
import { PLUGIN_NAME, SERVLET_TOOL_NAME, TOOLS_MAX } from "../plugin/rules.ts";
import type { Limits } from "../sandbox/limits.ts";
import type { Isolation } from "../sandbox/sandbox.ts";
import type { Configuration, PluginConfiguration } from "./configuration.ts";
import { readApprovals } from "./read-approvals.ts";
import { readLimits } from "./read-limits.ts";

const SOURCE = { lengthMin: 1, lengthMax: 2048 };

/** Reads the section `plugins`: each under the name that it has in this workspace. */
export function readPlugins(
  member: Cursor,
  limits: Limits,
  parsers: GrantParsers,
): Configuration["plugins"] {
  // Looked up by names that people type: nothing is to be found there that they did not configure.
  const plugins = Object.create(null) as Record<string, PluginConfiguration>;
  for (const [alias, entry] of member.isAbsent() ? [] : member.entries()) {
    if (!PLUGIN_NAME.pattern?.test(alias) || alias.length > PLUGIN_NAME.lengthMax)
      entry.problem(
        `the name of a plugin must be ${PLUGIN_NAME.shape}, at most ${PLUGIN_NAME.lengthMax} characters`,
      );
    plugins[alias] = readPlugin(entry, limits, parsers);
  }
  return plugins;
}

function readPlugin(entry: Cursor, limits: Limits, parsers: GrantParsers): PluginConfiguration {
  const fields = entry.fields(
    ["source"],
    ["grants", "limits", "isolation", "tools", "approvals", "unsigned"],
  );
  return {
    source: fields.get("source").string(SOURCE),
    grants: readGrants(fields.get("grants"), parsers),
    limits: readLimits(fields.get("limits"), limits),
    isolation: readIsolation(fields.get("isolation")),
    unsigned: fields.optional("unsigned", (flag) => flag.boolean()).unsigned ?? false,
    ...readTools(fields.get("tools")),
    ...fields.optional("approvals", readApprovals),
  };
}

/** Of what is not to be understood, the stricter is made: the problem refuses the configuration anyway. */
function readIsolation(member: Cursor): Isolation {
  const { value } = member;
  if (value === undefined) return "plugin";
  if (value === "plugin" || value === "instance" || value === "call") return value;
  member.problem("not a degree of isolation", "Write `plugin`, `instance` or `call`.");
  return "call";
}

/** `NAME`, or `{ tool: NAME, as: SHORT }` where clients are to see another name. */
function readTools(member: Cursor): Pick<PluginConfiguration, "tools" | "toolNames"> {
  if (member.value === undefined) return {};
  const tools = new Set<string>();
  const names = Object.create(null) as Record<string, string>;
  for (const item of member.items(1, TOOLS_MAX)) {
    const fields = item.isObject() ? item.fields(["tool", "as"]) : undefined;
    const name = (fields?.get("tool") ?? item).string(SERVLET_TOOL_NAME);
    if (tools.has(name)) item.problem(`the tool ${name} stands here twice`);
    tools.add(name);
    if (fields) names[name] = fields.get("as").string(SERVLET_TOOL_NAME);
  }
  return { tools: [...tools], ...(Object.keys(names).length > 0 && { toolNames: names }) };
}

/** What each capability's own parser read. A capability that is not there is not granted. */
function readGrants(member: Cursor, parsers: GrantParsers): PluginConfiguration["grants"] {
  const grants: Partial<Record<CapabilityName, JsonValue>> = {};
  if (member.isAbsent()) return grants;
  const fields = member.fields([], CAPABILITY_NAMES);
  for (const name of CAPABILITY_NAMES) {
    Object.assign(
      grants,
      fields.optional(name, (grant) => readGrant(grant, parsers[name])),
    );
  }
  return grants;
}

function readGrant(grant: Cursor, parser: GrantParsers[CapabilityName]): JsonValue {
  try {
    return parser.parseGrant(grant.value);
  } catch (error) {
    if (!(error instanceof GrantError)) throw error;
    grant.problem(error.message, error.remedy, error.path);
    return null;
  }
}
