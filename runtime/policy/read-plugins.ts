import { CAPABILITY_NAMES, type CapabilityName } from "@glovebox/host-api/capability";
import { GrantError } from "@glovebox/host-api/errors";
import type { JsonValue } from "@glovebox/host-api/json";
import type { Cursor } from "../plugin/cursor.ts";
import type { GrantParsers } from "../plugin/manifest.ts";
import {
  PLUGIN_NAME,
  PROMPTS_MAX,
  RESOURCES_MAX,
  SERVLET_TOOL_NAME,
  TOOLS_MAX,
  URI_TEMPLATE,
} from "../plugin/rules.ts";
import type { Limits } from "../sandbox/limits.ts";
import type { Isolation } from "../sandbox/sandbox.ts";
import type { Configuration, PluginConfiguration, Tenancy } from "./configuration.ts";
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
    [
      "grants",
      "limits",
      "isolation",
      "tenancy",
      "tools",
      "prompts",
      "resources",
      "names",
      "approvals",
      "unsigned",
    ],
  );
  return {
    source: fields.get("source").string(SOURCE),
    grants: readGrants(fields.get("grants"), parsers),
    limits: readLimits(fields.get("limits"), limits),
    isolation: readIsolation(fields.get("isolation")),
    tenancy: readTenancy(fields.get("tenancy")),
    unsigned: fields.optional("unsigned", (flag) => flag.boolean()).unsigned ?? false,
    ...readTools(fields.get("tools")),
    ...readPrompts(fields.get("prompts")),
    ...readResources(fields.get("resources")),
    ...readNames(fields.get("names")),
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

function readTenancy(member: Cursor): Tenancy {
  const { value } = member;
  if (value === "shared") return "shared";
  if (value !== undefined && value !== "separate")
    member.problem("not a way to serve tenants", "Write `separate` or `shared`.");
  return "separate";
}

function readTools(member: Cursor): Pick<PluginConfiguration, "tools" | "toolNames"> {
  if (member.value === undefined) return {};
  const { listed, names } = readNamed(member, "tool", TOOLS_MAX);
  return { tools: listed, ...(names && { toolNames: names }) };
}

function readPrompts(member: Cursor): Pick<PluginConfiguration, "prompts" | "promptNames"> {
  if (member.value === undefined) return {};
  const { listed, names } = readNamed(member, "prompt", PROMPTS_MAX);
  return { prompts: listed, ...(names && { promptNames: names }) };
}

interface Named {
  readonly listed: readonly string[];
  readonly names: Readonly<Record<string, string>> | undefined;
}

/** `NAME`, or `{ tool: NAME, as: SHORT }` where clients are to see another name. */
function readNamed(member: Cursor, what: "tool" | "prompt", countMax: number): Named {
  const listed = new Set<string>();
  const names = Object.create(null) as Record<string, string>;
  for (const item of member.items(1, countMax)) {
    const fields = item.isObject() ? item.fields([what, "as"]) : undefined;
    const name = (fields?.get(what) ?? item).string(SERVLET_TOOL_NAME);
    if (listed.has(name)) item.problem(`the ${what} ${name} stands here twice`);
    listed.add(name);
    if (fields) names[name] = fields.get("as").string(SERVLET_TOOL_NAME);
  }
  return { listed: [...listed], names: Object.keys(names).length > 0 ? names : undefined };
}

/** Addresses and templates. An empty list exposes none. */
function readResources(member: Cursor): Pick<PluginConfiguration, "resources"> {
  if (member.value === undefined) return {};
  return {
    resources: member.items(0, 2 * RESOURCES_MAX).map((item) => item.string(URI_TEMPLATE)),
  };
}

function readNames(member: Cursor): Pick<PluginConfiguration, "plainNames"> {
  const { value } = member;
  if (value === undefined || value === "prefixed") return {};
  if (value !== "plain") member.problem("not a way to name", "Write `prefixed` or `plain`.");
  return { plainNames: true };
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
