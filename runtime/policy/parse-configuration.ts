import type { Place } from "../errors.ts";
import { Cursor, type Path } from "../plugin/cursor.ts";
import { readFormatVersion } from "../plugin/format-version.ts";
import type { GrantParsers } from "../plugin/manifest.ts";
import { collectProblems, type MakeProblem } from "../plugin/problems.ts";
import { DEFAULT_LIMITS } from "../sandbox/limits.ts";
import type { Configuration, Waiver } from "./configuration.ts";
import { PolicyError } from "./errors.ts";
import type { LicencePolicy } from "./licences.ts";
import { readAnomalies } from "./read-anomalies.ts";
import { readAudit } from "./read-audit.ts";
import { readEncryption } from "./read-encryption.ts";
import { WAIVABLE_GATES } from "./gates/waivers.ts";
import { readLimits } from "./read-limits.ts";
import { readFilter } from "./read-filter.ts";
import { readFlow } from "./read-flow.ts";
import { readDay } from "./read-day.ts";
import { readPlugins } from "./read-plugins.ts";
import { readProbes } from "./read-probes.ts";
import { readProfiles } from "./read-profiles.ts";
import { readRevoked } from "./read-revoked.ts";
import { readTelemetry } from "./read-telemetry.ts";
import { readTrust } from "./read-trust.ts";
import { verifyRegionLabels } from "./server/regions.ts";
import { readServer } from "./server/read-server.ts";
import { REASON } from "./reason.ts";
import { parseYaml } from "./yaml.ts";

const invalid: MakeProblem = (message, detail) =>
  new PolicyError("ERR_CONFIG_INVALID", message, detail);

const LICENCES_MAX = 256;
const LICENCE_ID = {
  lengthMin: 1,
  lengthMax: 100,
  pattern: /^[A-Za-z0-9][A-Za-z0-9.+-]*( WITH [A-Za-z0-9][A-Za-z0-9.+-]*)?$/,
  shape: "one SPDX identifier such as Apache-2.0",
};
const FILE = { lengthMin: 1, lengthMax: 2048 };

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
    if (value === null)
      throw invalid("the file is empty", {
        place: { file },
        remedy: "Write `version: 1`, or remove the file and let `glovebox init` write a first one.",
      });
    const root = new Cursor({ placeOf, problems, invalid }, value);
    readFormatVersion(root, "version", file);
    const fields = root.fields(
      ["version"],
      [
        "mode",
        "trust",
        "revoked",
        "sigstore",
        "plugins",
        "profiles",
        "flow",
        "filter",
        "limits",
        "audit",
        "telemetry",
        "anomalies",
        "probes",
        "encryption",
        "server",
        "waivers",
        "licences",
      ],
    );
    const limits = readLimits(fields.get("limits"), DEFAULT_LIMITS);
    const plugins = readPlugins(fields.get("plugins"), limits, capabilities);
    const server = readServer(fields.get("server"));
    verifyRegionLabels(fields.get("plugins"), plugins, server.residency);
    return {
      version: fields.get("version").exactly(1),
      mode: readMode(fields.get("mode")),
      trust: readTrust(fields.get("trust")),
      revoked: readRevoked(fields.get("revoked")),
      ...readSigstore(fields.get("sigstore")),
      plugins,
      profiles: readProfiles(fields.get("profiles")),
      flow: readFlow(fields.get("flow")),
      filter: readFilter(fields.get("filter")),
      limits,
      audit: readAudit(fields.get("audit")),
      telemetry: readTelemetry(fields.get("telemetry")),
      anomalies: readAnomalies(fields.get("anomalies")),
      ...fields.optional("probes", readProbes),
      ...fields.optional("encryption", readEncryption),
      server,
      waivers: readWaivers(fields.get("waivers")),
      ...fields.optional("licences", readLicences),
    };
  });
}

/** Where the value at `path` stands in a configuration that can be read, or its nearest parent. */
export function placeInConfiguration(text: string, file: string, path: Path): Place {
  return collectProblems((problems) => parseYaml(text, file, problems).placeOf(path));
}

function readMode(member: Cursor): Configuration["mode"] {
  const { value } = member;
  if (value === undefined || value === "development") return "development";
  if (value !== "production") member.problem("not a mode", "Write `development` or `production`.");
  return "production";
}

/** Whose certificates and logs count for identities. Left out, it is the public instance of Sigstore. */
function readSigstore(member: Cursor): Pick<Configuration, "trustedRoot"> {
  if (member.isAbsent()) return {};
  return { trustedRoot: member.fields(["trusted_root"]).get("trusted_root").string(FILE) };
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
  if (member.isAbsent()) return [];
  const items = member.items(0, WAIVABLE_GATES.length);
  const waivers = items.map(readWaiver);
  for (const [index, { gate }] of waivers.entries())
    if (gate !== "" && waivers.findIndex((other) => other.gate === gate) < index)
      items[index]?.problem(`gate ${gate} is waived twice`, "Keep one of the two.");
  return waivers;
}

function readWaiver(item: Cursor): Waiver {
  const fields = item.fields(["gate", "reason", "until"]);
  const gate = fields.get("gate");
  const known = WAIVABLE_GATES.find((name) => name === gate.value);
  if (known === undefined && gate.value !== undefined)
    gate.problem("not a gate that can be waived", `Gates: ${WAIVABLE_GATES.join(", ")}.`);
  return {
    gate: known ?? "",
    reason: fields.get("reason").string(REASON),
    until: readDay(fields.get("until")),
  };
}
