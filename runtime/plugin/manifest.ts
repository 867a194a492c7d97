import { CAPABILITY_NAMES } from "@glovebox/host-api/capability";
import type { Capability, CapabilityName } from "@glovebox/host-api/capability";
import { GrantError } from "@glovebox/host-api/errors";
import type { JsonObject, JsonValue } from "@glovebox/host-api/json";
import type { Cursor } from "./cursor.ts";
import { pluginSource, readDocument } from "./document.ts";
import { PluginError } from "./errors.ts";
import type { CapabilityRequest, Manifest } from "./formats.ts";
import type { JsonLimits } from "./json.ts";
import { readFormatVersion } from "./format-version.ts";
import {
  DESCRIPTION,
  HOMEPAGE,
  LICENSE,
  PLUGIN_NAME,
  REASON,
  SCHEMA_LINK,
  TITLE,
  TOOLS_MAX,
  VERSION,
} from "./rules.ts";
import { SHAPE_DEFAULT, SHAPES, TOOL_NAMES, type Shape } from "./shape.ts";

/** What a manifest needs of the capability registry: how each reads its grant. */
export type GrantParsers = Readonly<
  Record<CapabilityName, Pick<Capability<JsonValue>, "parseGrant">>
>;

const LIMITS: JsonLimits = { bytesMax: 256 * 1024, depthMax: 16, nodesMax: 10_000 };

/**
 * Reads `plugin.json`, the author's words.
 * `file` is its name for messages. Throws `ERR_MANIFEST_INVALID`, `ERR_TEXT_HIDDEN` or `ERR_FORMAT_VERSION`,
 * or `Refusals` of several.
 */
export function parseManifest(
  bytes: Uint8Array | string,
  file: string,
  capabilities: GrantParsers,
): Manifest {
  const source = pluginSource("ERR_MANIFEST_INVALID", LIMITS, file);
  return readDocument(bytes, source, (root) => {
    readFormatVersion(root, "manifest_version", file);
    const fields = root.fields(
      ["manifest_version", "name", "version", "license", "description", "tools", "capabilities"],
      ["$schema", "shape", "title", "homepage"],
    );
    fields.optional("$schema", (link) => link.string(SCHEMA_LINK));
    const shape = fields.optional("shape", readShape);
    return {
      manifest_version: fields.get("manifest_version").exactly(1),
      ...shape,
      name: fields.get("name").string(PLUGIN_NAME),
      version: fields.get("version").string(VERSION),
      license: fields.get("license").string(LICENSE),
      ...fields.optional("title", (title) => title.string(TITLE)),
      description: fields.get("description").string(DESCRIPTION),
      ...fields.optional("homepage", (homepage) => homepage.string(HOMEPAGE)),
      tools: readTools(fields.get("tools"), shape.shape),
      capabilities: readCapabilities(fields.get("capabilities"), capabilities, shape.shape),
    };
  });
}

/** Checks that the component listed exactly the tools its manifest declares. Throws `ERR_SURFACE_NOT_AS_DECLARED`. */
export function verifyToolsDeclared(manifest: Manifest, listed: readonly { name: string }[]): void {
  const names = new Set(listed.map((tool) => tool.name));
  const declared = new Set(manifest.tools);
  const missing = [...declared].filter((name) => !names.has(name));
  const extra = [...names].filter((name) => !declared.has(name));
  if (missing.length === 0 && extra.length === 0) return;
  const differences = [
    ...missing.map((name) => `${name} is declared but not listed`),
    ...extra.map((name) => `${name} is listed but not declared`),
  ];
  throw new PluginError(
    "ERR_SURFACE_NOT_AS_DECLARED",
    `${manifest.name}: ${differences.join("; ")}`,
  );
}

function readShape(member: Cursor): Shape {
  const shape = SHAPES.find((known) => known === member.value);
  if (shape === undefined) member.problem("not a shape of plugins", `Write ${SHAPES.join(", ")}.`);
  return shape ?? SHAPE_DEFAULT;
}

function readTools(tools: Cursor, shape: Shape = SHAPE_DEFAULT): readonly string[] {
  const seen = new Set<string>();
  return tools.items(1, TOOLS_MAX).map((item) => {
    const name = item.string(TOOL_NAMES[shape]);
    if (seen.has(name)) item.problem(`the tool ${name} is declared twice`);
    seen.add(name);
    return name;
  });
}

function readCapabilities(
  member: Cursor,
  parsers: GrantParsers,
  shape: Shape | undefined,
): Manifest["capabilities"] {
  const fields = member.fields([], CAPABILITY_NAMES);
  const requests: Partial<Record<CapabilityName, CapabilityRequest>> = {};
  for (const name of CAPABILITY_NAMES) {
    Object.assign(
      requests,
      fields.optional(name, (entry) => readRequest(entry, parsers[name], shape)),
    );
  }
  return requests;
}

/**
 * `{ "reason": "…", …what the grant itself would say }`. Where a manifest was derived, the reason may stand alone:
 * an import says that something is wanted, and not how much of it.
 */
function readRequest(
  entry: Cursor,
  parser: GrantParsers[CapabilityName],
  shape: Shape = SHAPE_DEFAULT,
): CapabilityRequest {
  const { reason: _, ...grant }: JsonObject = entry.object();
  entry.require(["reason"]);
  const reason = entry.member("reason").string(REASON);
  try {
    return { reason, want: entry.isObject() ? parser.parseGrant(grant) : null };
  } catch (error) {
    if (!(error instanceof GrantError)) throw error;
    if (shape !== "plugin" && Object.keys(grant).length === 0) return { reason, want: null };
    entry.problem(error.message, error.remedy, error.path);
    return { reason, want: null };
  }
}
