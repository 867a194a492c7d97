import type { CapabilityName } from "@glovebox/host-api/capability";
import type { ComponentInspection } from "../component/inspect.ts";
import { DESCRIPTION, PLUGIN_NAME, VERSION } from "../rules.ts";
import type { StringRule } from "../cursor.ts";
import { deriveTools } from "./derive-tools.ts";
import { readPackageDocs } from "./docs.ts";

/** What the operator says of a plugin that says nothing of itself. */
export interface Naming {
  readonly name?: string;
  readonly version?: string;
  readonly license?: string;
}

export interface DeriveRules {
  readonly capabilityOf: (interfaceName: string) => CapabilityName | undefined;
}

/** For a component of which nobody said under what licence it is. */
export const LICENSE_UNKNOWN = "LicenseRef-unknown";
/** For a plugin of which nobody said what version it is. */
export const VERSION_UNKNOWN = "0.0.0";
const NAMES_SHOWN_MAX = 3;

/**
 * The manifest of a component that came without one, as the text of a `plugin.json`. The same bytes, file name and words
 * of the operator always make the same text, so that it can be signed and pinned as any other.
 * What it imports becomes a request, and no more than that: nothing is granted by it. Throws `ERR_COMPONENT_TOOLS`.
 */
export function deriveManifest(
  inspection: ComponentInspection,
  file: string,
  naming: Naming,
  rules: DeriveRules,
): string {
  const own = packageOf(inspection);
  const docs = readPackageDocs(inspection.docs);
  const { tools, leftOut } = deriveTools(inspection);
  const named = [own?.name, docs.world, nameOfFile(file)].find((name) => fits(name, PLUGIN_NAME));
  const missing = leftOut.slice(0, NAMES_SHOWN_MAX).map(({ name }) => name);
  const note =
    leftOut.length === 0
      ? ""
      : ` Left out, since they cannot be tools: ${missing.join(", ")}${leftOut.length > missing.length ? ` and ${leftOut.length - missing.length} more` : ""}.`;
  const about =
    docs.description ?? "A component without a manifest: its exported functions are its tools.";
  const manifest = {
    manifest_version: 1,
    shape: "wit",
    name: naming.name ?? named ?? "component",
    version: naming.version ?? (fits(own?.version, VERSION) ? own?.version : VERSION_UNKNOWN),
    license: naming.license ?? LICENSE_UNKNOWN,
    description: joinDescription(about, note),
    tools: tools.map(({ definition }) => definition.name),
    capabilities: requestsOf(inspection, rules),
  };
  return `${JSON.stringify(manifest, undefined, 2)}\n`;
}

/** The package that all exported interfaces are of. */
function packageOf({
  exports,
}: ComponentInspection): { name: string; version: string | undefined } | undefined {
  const packages = new Map<string, { name: string; version: string | undefined }>();
  for (const { name, version, kind } of exports) {
    const [, namespace, own = ""] = /^([^:]+):([^/]+)\//.exec(name) ?? [];
    if (kind === "instance" && namespace !== undefined && namespace !== "wasi")
      packages.set(`${namespace}:${own}@${version}`, { name: own, version });
  }
  const [only] = packages.size === 1 ? packages.values() : [];
  return only;
}

/** `get_weather.wasm` gives `get-weather`, and `oci://ghcr.io/acme/weather:1.2` gives `weather`. */
export function nameOfFile(file: string): string {
  const [, last = ""] = /([^/\\:@?#]*)(?:[:@?#][^/\\]*)?$/.exec(file) ?? [];
  return last
    .toLowerCase()
    .replace(/\.wasm$/, "")
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^[-0-9]+/, "")
    .slice(0, PLUGIN_NAME.lengthMax)
    .replace(/-+$/, "");
}

/** Toolchains import much that is never used, and no import says how much is wanted: each is one bare request. */
function requestsOf({ imports }: ComponentInspection, { capabilityOf }: DeriveRules) {
  const importing = new Map<CapabilityName, string[]>();
  for (const { name } of imports) {
    const capability = capabilityOf(name);
    if (capability !== undefined)
      importing.set(capability, [...(importing.get(capability) ?? []), name]);
  }
  return Object.fromEntries(
    [...importing].map(([capability, names]) => [
      capability,
      { reason: `The component imports ${names.join(" and ")}.` },
    ]),
  );
}

/** One line, and never so long that what was left out is cut. */
function joinDescription(about: string, note: string): string {
  const kept = note.length > DESCRIPTION.lengthMax / 2 ? " Some functions cannot be tools." : note;
  const line = about.trim().replace(/\s+/g, " ");
  const room = DESCRIPTION.lengthMax - kept.length;
  const characters = Array.from(line);
  return `${characters.length <= room ? line : `${characters.slice(0, room - 1).join("")}…`}${kept}`;
}

function fits(text: string | undefined, { lengthMax, pattern }: StringRule): boolean {
  return text !== undefined && text.length <= lengthMax && pattern?.test(text) === true;
}
