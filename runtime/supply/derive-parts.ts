import { inspectComponent } from "../plugin/component/inspect.ts";
import { decideShape } from "../plugin/shape.ts";
import { deriveManifest, type DeriveRules } from "../plugin/wit/derive-manifest.ts";
import { PinError } from "./pin-errors.ts";
import type { SourceBare, SourceParts } from "./read-source.ts";

/**
 * What a component without a manifest would have been packed from: its bytes, and a manifest that follows from them.
 * Nothing of it is run. Throws `ComponentError` for what cannot be a plugin, and `ERR_SOURCE_UNKNOWN` for a component
 * whose manifest is missing.
 */
export function deriveParts(source: SourceBare, rules: DeriveRules): SourceParts {
  const { file, component, bundle, naming = {} } = source;
  if (decideShape(component) === "plugin") {
    const message =
      "It exports `glovebox:plugin/tools`, and its author's `plugin.json` is not beside it.";
    throw new PinError("ERR_SOURCE_UNKNOWN", message, { place: { file } });
  }
  const manifest = deriveManifest(inspectComponent(component), file, naming, rules);
  return {
    kind: "parts",
    file,
    component,
    manifest: new TextEncoder().encode(manifest),
    license: undefined,
    readme: undefined,
    bundle,
  };
}
