import type { Manifest, Offers, ToolSurface } from "../plugin/formats.ts";
import { parseManifest, type GrantParsers } from "../plugin/manifest.ts";
import { readOffers } from "../plugin/offers.ts";
import { parseSurface } from "../plugin/surface.ts";
import { readPackage } from "./package.ts";

/** What a package says of itself and of its tools: parsed by the rules of its shape, and verified by nobody. */
export function readStatedTools(
  packed: Uint8Array,
  capabilities: GrantParsers,
): { readonly manifest: Manifest; readonly surface: ToolSurface; readonly offers: Offers } {
  const files = readPackage(packed);
  const manifest = parseManifest(files.manifest, "plugin.json", capabilities);
  return {
    manifest,
    surface: parseSurface(files.surface, "tools.json", manifest.shape),
    offers: readOffers(files.offers),
  };
}
