import type { ToolSurface } from "../formats.ts";
import { PLUGIN_NAME } from "../rules.ts";
import {
  LICENSE_UNKNOWN,
  nameOfFile,
  VERSION_UNKNOWN,
  type Naming,
} from "../wit/derive-manifest.ts";
import type { ServletInspection } from "./inspect-servlet.ts";

const ABOUT = "An Extism plugin without a manifest: it told its tools when it was asked.";

/**
 * The manifest of an Extism plugin, which comes without one, as the text of a `plugin.json`. The same bytes, file name and
 * words of the operator always make the same text. What it imports becomes a request: nothing is granted by it.
 */
export function deriveServletManifest(
  { wants }: ServletInspection,
  surface: ToolSurface,
  file: string,
  naming: Naming,
): string {
  const named = nameOfFile(file);
  const manifest = {
    manifest_version: 1,
    shape: "extism",
    name: naming.name ?? (PLUGIN_NAME.pattern?.test(named) ? named : "servlet"),
    version: naming.version ?? VERSION_UNKNOWN,
    license: naming.license ?? LICENSE_UNKNOWN,
    description: ABOUT,
    tools: surface.map(({ name }) => name),
    capabilities: Object.fromEntries(
      [...wants].map(([capability, imports]) => [
        capability,
        { reason: `The plugin imports ${imports.join(" and ")}.` },
      ]),
    ),
  };
  return `${JSON.stringify(manifest, undefined, 2)}\n`;
}
