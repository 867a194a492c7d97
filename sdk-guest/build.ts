/** Builds a plugin's folder into a component. */
import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { bundlePlugin } from "./build/bundle.ts";
import { componentizeBundle, type Engine } from "./build/componentize.ts";
import { type BuildManifest, readManifest, verifyToolNames } from "./build/manifest.ts";
import { listSurface } from "./build/surface.ts";
import { importName, interfacesOf, makeWorld } from "./build/world.ts";

export { BUILD_ERRORS, BuildError, type BuildErrorCode, type BuildPlace } from "./build/errors.ts";
export type { Engine } from "./build/componentize.ts";
export type { BuildManifest } from "./build/manifest.ts";

export interface BuildOptions {
  /** QuickJS (about 1.3 MB) unless said otherwise; SpiderMonkey is faster in long computations and 12 MB. */
  readonly engine?: Engine;
  /** Where a folder for the build's own work is made, and removed again; the system's place for such unless said otherwise. */
  readonly temporary?: string;
  readonly onProgress?: (step: BuildStep) => void;
}

export type BuildStep = "manifest" | "bundle" | "list" | "componentize";

export interface BuiltPlugin {
  readonly component: Uint8Array;
  /** The tool surface as JSON text: what `list-tools` of the component answers. */
  readonly surface: string;
  /** What it exports besides. */
  readonly offers: readonly ("resources" | "prompts" | "completions")[];
  readonly manifest: BuildManifest;
}

/**
 * Builds the plugin in `folder` (`plugin.json`, `src/plugin.ts`). Writes nothing there.
 * Throws `BuildError`, with the place in the author's source where it is known.
 */
export async function buildPlugin(
  folder: string,
  options: BuildOptions = {},
): Promise<BuiltPlugin> {
  const { engine = "quickjs", onProgress = () => {} } = options;
  const root = resolve(folder);
  onProgress("manifest");
  const manifest = await readManifest(root);
  const contract = await readFile(
    fileURLToPath(import.meta.resolve("@glovebox/host-api/wit/glovebox.wit")),
    "utf8",
  );
  const interfaces = interfacesOf(manifest.capabilities);
  onProgress("bundle");
  const imports = Object.fromEntries(interfaces.map((name) => [name, importName(contract, name)]));
  const bundle = await bundlePlugin(root, imports);
  onProgress("list");
  const { listed, definitions, offered } = listSurface(bundle, root);
  verifyToolNames(
    manifest,
    definitions.map((tool) => tool.name),
  );
  const offers = (["resources", "prompts", "completions"] as const).filter((name) => offered[name]);
  onProgress("componentize");
  const component = await componentizeBundle(
    bundle.moduleWith(listed),
    makeWorld(contract, interfaces, offers),
    engine,
    options.temporary,
  );
  return { component, surface: listed.tools, offers, manifest };
}
