import { createPrivateKey } from "node:crypto";
import { CAPABILITIES } from "@glovebox/host-api/registry";
import { canonicalBytes, digestOf, digestOfBytes } from "../../runtime/plugin/canonical.ts";
import { parseManifest } from "../../runtime/plugin/manifest.ts";
import { parseSurface } from "../../runtime/plugin/surface.ts";
import { generateKey, type KeyPair } from "../../runtime/supply/signatures/keys.ts";
import { packPackage, type PluginPackage } from "../../runtime/supply/package.ts";
import { signStatement } from "../../runtime/supply/signatures/sign.ts";
import { cannedPackage } from "./canned-plugin.ts";

/** A package and its signature. */
export interface Signed {
  readonly package: Uint8Array;
  readonly bundle: Uint8Array;
}

export const AUTHOR = generateKey();
export const FOREIGN = generateKey();

/** Packs a plugin's files, and signs what they are. */
export function packAndSign(files: PluginPackage, key: KeyPair = AUTHOR): Signed {
  return { package: packPackage(files), bundle: signFiles(files, key) };
}

export function signFiles(files: PluginPackage, key: KeyPair = AUTHOR): Uint8Array {
  const manifest = parseManifest(files.manifest, "plugin.json", CAPABILITIES);
  const digests = {
    component: digestOfBytes(files.component),
    surface: digestOf(parseSurface(files.surface)),
    manifest: digestOf(manifest),
  };
  return signStatement(
    { name: manifest.name, version: manifest.version, digests },
    createPrivateKey(key.privateKey),
  );
}

/** The same files with some of them changed. What is no bytes is written as JSON, the tools in canonical form. */
export function change(
  files: PluginPackage,
  {
    manifest,
    surface,
    ...rest
  }: { manifest?: (manifest: Loose) => void; surface?: (tools: Loose[]) => void } & Partial<
    Pick<PluginPackage, "component" | "license" | "readme">
  >,
): PluginPackage {
  const changed = { ...files, ...rest };
  if (manifest) {
    const value = JSON.parse(Buffer.from(files.manifest).toString()) as Loose;
    manifest(value);
    changed.manifest = Buffer.from(JSON.stringify(value));
  }
  if (surface) {
    const value = JSON.parse(Buffer.from(files.surface).toString()) as Loose[];
    surface(value);
    changed.surface = canonicalBytes(value);
  }
  return changed;
}

/** JSON that a test puts into it what does not belong there. */
export type Loose = Record<string, unknown>;

/** What the tests install, and another plugin of the same author. */
export const ECHO = await cannedPackage({
  name: "echo",
  tools: ["say"],
  capabilities: { kv: { quota: "1MiB", reason: "To remember what was said." } },
});
export const OTHER = await cannedPackage({ name: "other", tools: ["add"], answer: "4" });
export const APPROVED = packAndSign(ECHO);
