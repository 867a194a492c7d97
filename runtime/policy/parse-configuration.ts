import { CAPABILITY_NAMES, type Capability, type CapabilityName } from "@glovebox/host-api/capability";
import { GrantError } from "@glovebox/host-api/errors";
import type { JsonObject, JsonValue } from "@glovebox/host-api/json";
import { Refusals } from "../errors.ts";
import { DEFAULT_LIMITS, type Limits } from "../sandbox/limits.ts";
import { remedyForUnknown } from "../plugin/suggest.ts";
import type { Configuration, PluginConfiguration, TrustEntry, Waiver } from "./configuration.ts";
import { parseLimits } from "./parse-limits.ts";
import { makeReader, type Reader } from "./reader.ts";
import { readYaml, type KeyPath } from "./yaml.ts";

export type Capabilities = { readonly [Name in CapabilityName]: Capability<JsonValue> };

/** Gates that a waiver may name. */
export const WAIVABLE_GATES = ["ring5"] as const;

const NAME = { pattern: /^[a-z][a-z0-9]*(-[a-z0-9]+)*$/, what: "a name of lower-case letters, digits and single hyphens" };
const ALIAS_CHARS_MAX = 24;
const GLOB = { pattern: /^[a-z0-9*][a-z0-9*-]*$/, what: "a plugin name in which `*` stands for any part, like `acme-*`" };
const DAY = { pattern: /^\d{4}-\d{2}-\d{2}$/, what: "a date like `2027-01-31`" };
const TOOL = { pattern: /^[A-Za-z][A-Za-z0-9_-]{0,63}$/, what: "a tool's name" };
const PLUGIN_KEYS = ["source", "grants", "limits", "tools", "unsigned"] as const;

/**
 * Parses `glovebox.yaml` whole. Unknown keys, wrong types and grants that cannot be read are refused, all at once.
 * Throws `Refusals` of `PolicyError`, each with line and column.
 */
export function parseConfiguration(text: string, file: string, capabilities: Capabilities): Configuration {
  const yaml = readYaml(text, file);
  const reader = makeReader(yaml);
  const root = reader.object(yaml.value, [], ["version", "mode", "trust", "plugins", "limits", "waivers"]);
  if (!root) throw new Refusals(reader.problems);

  if (root["version"] !== 1) reader.problem("ERR_CONFIG_INVALID", ["version"], "`version` must be 1.");
  const limits = parseLimits(root["limits"], ["limits"], reader, DEFAULT_LIMITS);
  const configuration: Configuration = {
    version: 1,
    mode: parseMode(root["mode"], reader),
    trust: parseEach(root["trust"], ["trust"], reader, parseTrust),
    plugins: parsePlugins(root["plugins"], reader, limits, capabilities),
    limits,
    waivers: parseEach(root["waivers"], ["waivers"], reader, parseWaiver),
  };
  reportTwins(configuration.trust, reader);
  if (reader.problems.length > 0) throw new Refusals(reader.problems);
  return configuration;
}

function parseMode(value: JsonValue | undefined, reader: Reader): Configuration["mode"] {
  if (value === undefined || value === "development") return "development";
  if (value !== "production")
    reader.problem("ERR_CONFIG_INVALID", ["mode"], "`mode` must be `development` or `production`.");
  return "production";
}

function parseEach<Item>(
  value: JsonValue | undefined,
  path: KeyPath,
  reader: Reader,
  parse: (value: JsonValue, path: KeyPath, reader: Reader) => Item | undefined,
): Item[] {
  if (value === undefined || value === null) return [];
  const items = reader.list(value, path) ?? [];
  return items.flatMap((item, index) => parse(item, [...path, index], reader) ?? []);
}

function parseTrust(value: JsonValue, path: KeyPath, reader: Reader): TrustEntry | undefined {
  const entry = reader.object(value, path, ["name", "key", "plugins"]);
  if (!entry) return undefined;
  const name = reader.text(entry["name"], [...path, "name"], NAME);
  const publicKey = reader.text(entry["key"], [...path, "key"]);
  const globs = reader.list(entry["plugins"], [...path, "plugins"]) ?? [];
  if (globs.length === 0)
    reader.problem("ERR_CONFIG_INVALID", [...path, "plugins"], "`plugins` must name at least one plugin: trust is never for everything by omission.");
  const plugins = globs.flatMap((glob, index) => reader.text(glob, [...path, "plugins", index], GLOB) ?? []);
  return name === undefined || publicKey === undefined ? undefined : { name, publicKey, plugins };
}

function parseWaiver(value: JsonValue, path: KeyPath, reader: Reader): Waiver | undefined {
  const entry = reader.object(value, path, ["gate", "reason", "until"]);
  if (!entry) return undefined;
  const gate = reader.text(entry["gate"], [...path, "gate"]);
  const reason = reader.text(entry["reason"], [...path, "reason"], { pattern: /^.{10,500}$/su, what: "a reason of 10 to 500 characters" });
  const until = reader.text(entry["until"], [...path, "until"], DAY);
  if (gate !== undefined && !(WAIVABLE_GATES as readonly string[]).includes(gate))
    return reader.problem("ERR_CONFIG_INVALID", [...path, "gate"], `No gate \`${gate}\` can be waived.`, `Gates: ${WAIVABLE_GATES.join(", ")}.`);
  if (until !== undefined && !isDay(until))
    return reader.problem("ERR_CONFIG_INVALID", [...path, "until"], "`until` must be a day of the calendar.");
  return gate === undefined || reason === undefined || until === undefined ? undefined : { gate, reason, until };
}

function parsePlugins(
  value: JsonValue | undefined,
  reader: Reader,
  limits: Limits,
  capabilities: Capabilities,
): Record<string, PluginConfiguration> {
  if (value === undefined || value === null) return {};
  const plugins = reader.object(value, ["plugins"], "any") ?? {};
  const entries = Object.entries(plugins).flatMap(([alias, entry]) => {
    const path = ["plugins", alias];
    if (!NAME.pattern.test(alias) || alias.length > ALIAS_CHARS_MAX)
      reader.problem("ERR_CONFIG_INVALID", path, `The alias \`${alias}\` must be ${NAME.what}, at most ${ALIAS_CHARS_MAX} characters.`);
    const plugin = parsePlugin(entry, path, reader, limits, capabilities);
    return plugin ? [[alias, plugin] as const] : [];
  });
  return Object.fromEntries(entries);
}

function parsePlugin(
  value: JsonValue,
  path: KeyPath,
  reader: Reader,
  limits: Limits,
  capabilities: Capabilities,
): PluginConfiguration | undefined {
  const entry = reader.object(value, path, PLUGIN_KEYS);
  if (!entry) return undefined;
  const source = reader.text(entry["source"], [...path, "source"]);
  const tools = entry["tools"];
  return {
    source: source ?? "",
    grants: parseGrants(entry["grants"], [...path, "grants"], reader, capabilities),
    limits: parseLimits(entry["limits"], [...path, "limits"], reader, limits),
    unsigned: entry["unsigned"] === undefined ? false : (reader.flag(entry["unsigned"], [...path, "unsigned"]) ?? false),
    ...(tools === undefined
      ? {}
      : { tools: parseEach(tools, [...path, "tools"], reader, (tool, at) => reader.text(tool, at, TOOL)) }),
  };
}

function parseGrants(
  value: JsonValue | undefined,
  path: KeyPath,
  reader: Reader,
  capabilities: Capabilities,
): PluginConfiguration["grants"] {
  if (value === undefined || value === null) return {};
  const grants = reader.object(value, path, "any") ?? ({} as JsonObject);
  const parsed: Partial<Record<CapabilityName, JsonValue>> = {};
  for (const [name, grant] of Object.entries(grants)) {
    if (!isCapabilityName(name)) {
      reader.problem(
        "ERR_CONFIG_UNKNOWN_KEY",
        [...path, name],
        `There is no capability \`${name}\`.`,
        remedyForUnknown(name, CAPABILITY_NAMES),
      );
      continue;
    }
    if (grant === false || grant === null) continue;
    try {
      parsed[name] = capabilities[name].parseGrant(grant);
    } catch (error) {
      if (!(error instanceof GrantError)) throw error;
      reader.problem("ERR_CONFIG_GRANT", [...path, name, ...error.path], error.message, error.remedy);
    }
  }
  return parsed;
}

export function isCapabilityName(name: string): name is CapabilityName {
  return (CAPABILITY_NAMES as readonly string[]).includes(name);
}

/** Whether the text is a day of the calendar: `2026-02-30` is not. */
function isDay(text: string): boolean {
  const date = new Date(`${text}T00:00:00Z`);
  return !Number.isNaN(date.getTime()) && date.toISOString().startsWith(text);
}

/** One public key under two names, or one name twice, would make it unclear which globs hold. */
function reportTwins(trust: readonly TrustEntry[], reader: Reader): void {
  trust.forEach((entry, index) => {
    const earlier = trust.slice(0, index);
    if (earlier.some((other) => other.name === entry.name || other.publicKey === entry.publicKey))
      reader.problem("ERR_CONFIG_INVALID", ["trust", index], `Trust entry \`${entry.name}\` repeats an earlier name or key.`, "Put all globs of one key into one entry.");
  });
}
