import { CAPABILITY_NAMES } from "@glovebox/host-api/capability";
import { GrantError } from "@glovebox/host-api/errors";
import type { JsonObject, JsonValue } from "@glovebox/host-api/json";
import { canonicalBytes, digestOf } from "../../runtime/plugin/canonical.ts";
import type { Lockfile } from "../../runtime/plugin/formats.ts";
import type { GrantParsers } from "../../runtime/plugin/manifest.ts";
import { parseSurface } from "../../runtime/plugin/surface.ts";
import { digestPackage } from "../../runtime/supply/package.ts";
import type { PluginPackage } from "../../runtime/supply/package.ts";
import type { PluginStatement } from "../../runtime/supply/signatures/statement.ts";

/** Reads every grant as it is, but refuses the key `refuse`: enough to see that a manifest asks the parsers. */
export const GRANT_PARSERS = Object.fromEntries(
  CAPABILITY_NAMES.map((name) => [name, { parseGrant }]),
) as unknown as GrantParsers;

function parseGrant(value: unknown): JsonValue {
  const grant = value as JsonObject;
  if (Object.hasOwn(grant, "refuse")) throw new GrantError("refused", "Leave it.", ["refuse"]);
  return grant;
}

export const MANIFEST = {
  manifest_version: 1,
  name: "time",
  version: "1.2.3",
  license: "Apache-2.0",
  description: "Tells the time in any zone.",
  tools: ["convert", "now"],
  capabilities: { clock: { reason: "to know what time it is" } },
};

export const TOOLS = [
  { name: "now", description: "The time now.", inputSchema: { type: "object" } },
  {
    name: "convert",
    title: "Convert a time",
    description: "Converts a time.\nFrom one zone to another.",
    inputSchema: {
      type: "object",
      properties: { zone: { type: "string", pattern: "^[A-Za-z_/]+$" } },
      required: ["zone"],
      additionalProperties: false,
    },
    outputSchema: {
      type: "object",
      properties: { time: { $ref: "#/$defs/time" } },
      $defs: { time: { type: "string" } },
    },
    annotations: { readOnlyHint: true },
  },
];

export function toBytes(value: unknown): Uint8Array {
  return new TextEncoder().encode(typeof value === "string" ? value : JSON.stringify(value));
}

export const PACKAGE: PluginPackage = {
  manifest: toBytes(MANIFEST),
  component: Uint8Array.from({ length: 70_000 }, (_, index) => (index * index) % 251),
  surface: canonicalBytes(parseSurface(toBytes(TOOLS))),
  license: toBytes("Apache License"),
};

export const STATEMENT: PluginStatement = {
  name: MANIFEST.name,
  version: MANIFEST.version,
  digests: digestPackage(PACKAGE),
};

export const LOCKFILE: Omit<Lockfile, "integrity"> = {
  lockfile_version: 1,
  engine: { glovebox: "0.1.0", jco: "0.15.0" },
  plugins: {
    time: {
      name: "time",
      version: "1.2.3",
      source: "./time-1.2.3.tgz",
      package: digestOf("package"),
      digests: STATEMENT.digests,
      requested: digestOf({}),
      grants: {},
      signers: [{ kind: "key", key: digestOf("key"), trust: "me" }],
      approvedAt: "2026-11-21T12:00:00.000Z",
    },
  },
};
