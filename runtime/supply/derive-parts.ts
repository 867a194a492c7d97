import { inspectComponent } from "../plugin/component/inspect.ts";
import { deriveServletManifest } from "../plugin/extism/derive-manifest.ts";
import type { ServletInspection } from "../plugin/extism/inspect-servlet.ts";
import type { ToolSurface } from "../plugin/formats.ts";
import { decideShape } from "../plugin/shape.ts";
import { deriveManifest, type DeriveRules } from "../plugin/wit/derive-manifest.ts";
import type { SourceBare, SourceParts } from "./read-source.ts";
import { SourceError } from "./sources/errors.ts";

/**
 * What a component without a manifest would have been packed from: its bytes, and a manifest that follows from them.
 * Nothing of it is run. Throws `ComponentError` for what cannot be a plugin, and `ERR_SOURCE_BARE` for a component
 * whose manifest is missing.
 */
export function deriveParts(source: SourceBare, rules: DeriveRules): SourceParts {
  const { file, component, naming = {} } = source;
  if (decideShape(component) === "plugin") {
    const message =
      "It exports `glovebox:plugin/tools`, and its author's `plugin.json` is not beside it.";
    throw new SourceError("ERR_SOURCE_BARE", message, { place: { file } });
  }
  return partsWith(source, deriveManifest(inspectComponent(component), file, naming, rules));
}

/** The same for an Extism plugin, which had to be asked for its tools. */
export function deriveServletParts(
  source: SourceBare,
  inspection: ServletInspection,
  surface: ToolSurface,
): SourceParts {
  const { file, naming = {} } = source;
  return partsWith(source, deriveServletManifest(inspection, surface, file, naming));
}

function partsWith({ file, component, bundles }: SourceBare, manifest: string): SourceParts {
  return {
    kind: "parts",
    file,
    component,
    manifest: new TextEncoder().encode(manifest),
    license: undefined,
    readme: undefined,
    bundles,
  };
}
