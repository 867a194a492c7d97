import { Cursor } from "../plugin/cursor.ts";
import { readFormatVersion } from "../plugin/format-version.ts";
import type { GrantParsers } from "../plugin/manifest.ts";
import { collectProblems, type MakeProblem } from "../plugin/problems.ts";
import { PLUGIN_NAME } from "../plugin/rules.ts";
import { DEFAULT_LIMITS } from "../sandbox/limits.ts";
import type { Configuration, TrustEntry, Waiver } from "./configuration.ts";
import { PolicyError } from "./errors.ts";
import type { LicencePolicy } from "./licences.ts";
import { readLimits } from "./read-limits.ts";
import { readPlugins } from "./read-plugins.ts";
import { parseYaml } from "./yaml.ts";

const invalid: MakeProblem = (message, detail) =>
  new PolicyError("ERR_CONFIG_INVALID", message, detail);

/** Gates that a waiver may name. */
export const WAIVABLE_GATES = ["ring5"] as const;

const TRUST_MAX = 256;
const GLOBS_MAX = 64;

const LICENCES_MAX = 256;
const LICENCE_ID = {
  lengthMin: 1,
  lengthMax: 100,
  pattern: /^[A-Za-z0-9][A-Za-z0-9.+-]*( WITH [A-Za-z0-9][A-Za-z0-9.+-]*)?$/,
  shape: "one SPDX identifier such as Apache-2.0",
};

/** Base64 of SPKI bytes on one line. Whether it is a key is the supply room's to say. */
const KEY = {
  lengthMin: 1,
  lengthMax: 256,
  pattern: /^[A-Za-z0-9+/]+={0,2}$/,
  shape: "base64 on one line",
};
const GLOB = {
  lengthMin: 1,
  lengthMax: 40,
  pattern: /^[a-z0-9*-]+$/,
  shape: "a plugin's name in which `*` stands for any part, such as acme-*",
};
const REASON = { lengthMin: 10, lengthMax: 500, pattern: /\S/, shape: "a reason", lines: true };
const DAY = { lengthMax: 10, pattern: /^\d{4}-\d{2}-\d{2}$/, shape: "a day such as 2027-01-31" };

/**
 * Reads `glovebox.yaml`, the operator's words. Whatever it does not know, it refuses: nothing is granted by mistake.
 * `file` is its name for messages. Throws `ERR_CONFIG_UNREADABLE`, `ERR_CONFIG_INVALID` or `ERR_FORMAT_VERSION`,
 * or `Refusals` of several, each with line and column.
 */
export function parseConfiguration(
  text: string,
  file: string,
  capabilities: GrantParsers,
): Configuration {
  return collectProblems((problems) => {
    const { value, placeOf } = parseYaml(text, file, problems);
    const root = new Cursor({ placeOf, problems, invalid }, value);
    readFormatVersion(root, "version", file);
    const fields = root.fields(
      ["version"],
      ["mode", "trust", "plugins", "limits", "waivers", "licences"],
    );
    const limits = readLimits(fields.get("limits"), DEFAULT_LIMITS);
    return {
      version: fields.get("version").exactly(1),
      mode: readMode(fields.get("mode")),
      trust: readTrust(fields.get("trust")),
      plugins: readPlugins(fields.get("plugins"), limits, capabilities),
      limits,
      waivers: readWaivers(fields.get("waivers")),
      ...fields.optional("licences", readLicences),
    };
  });
}

function readMode(member: Cursor): Configuration["mode"] {
  const { value } = member;
  if (value === undefined || value === "development") return "development";
  if (value !== "production") member.problem("not a mode", "Write `development` or `production`.");
  return "production";
}

/** One key under two names, or one name for two keys, would leave it unclear whose globs hold. */
function readTrust(member: Cursor): readonly TrustEntry[] {
  const seen = new Set<string>();
  if (member.isAbsent()) return [];
  return member.items(0, TRUST_MAX).map((item) => {
    const fields = item.fields(["name", "key", "plugins"]);
    const entry = {
      name: fields.get("name").string(PLUGIN_NAME),
      publicKey: fields.get("key").string(KEY),
      plugins: fields
        .get("plugins")
        .items(1, GLOBS_MAX)
        .map((glob) => glob.string(GLOB)),
    };
    if (seen.has(entry.name) || seen.has(entry.publicKey))
      item.problem(
        "the name or the key stands in an earlier entry too",
        "Put all globs of one key into one entry.",
      );
    seen.add(entry.name).add(entry.publicKey);
    return entry;
  });
}

/** An empty section would look as if it did something. */
function readLicences(member: Cursor): LicencePolicy {
  const fields = member.fields(["allow"], ["otherwise"]);
  const allow = fields
    .get("allow")
    .items(1, LICENCES_MAX)
    .map((item) => item.string(LICENCE_ID));
  const otherwise = fields.get("otherwise");
  const { value = "refuse" } = otherwise;
  if (value !== "refuse" && value !== "warn")
    otherwise.problem("not something to do", "Write `refuse` or `warn`.");
  return { allow, otherwise: value === "warn" ? "warn" : "refuse" };
}

/** At most one for each gate. */
function readWaivers(member: Cursor): readonly Waiver[] {
  return member.isAbsent() ? [] : member.items(0, WAIVABLE_GATES.length).map(readWaiver);
}

function readWaiver(item: Cursor): Waiver {
  const fields = item.fields(["gate", "reason", "until"]);
  const gate = fields.get("gate");
  const known = WAIVABLE_GATES.find((name) => name === gate.value);
  if (known === undefined && gate.value !== undefined)
    gate.problem("not a gate that can be waived", `Gates: ${WAIVABLE_GATES.join(", ")}.`);
  const until = fields.get("until").string(DAY);
  if (DAY.pattern.test(until) && !isDay(until))
    fields.get("until").problem("not a day of the calendar");
  return { gate: known ?? "", reason: fields.get("reason").string(REASON), until };
}

/** `2026-02-30` looks like a day, and is none. */
function isDay(text: string): boolean {
  const date = new Date(`${text}T00:00:00Z`);
  return !Number.isNaN(date.getTime()) && date.toISOString().startsWith(text);
}
