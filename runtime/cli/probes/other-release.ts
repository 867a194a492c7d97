import type { KeyObject } from "node:crypto";
import { digestOf } from "../../plugin/canonical.ts";
import { CAPABILITIES } from "@glovebox/host-api/registry";
import { parseManifest } from "../../plugin/manifest.ts";
import {
  digestPackage,
  packPackage,
  readPackage,
  type PluginPackage,
} from "../../supply/package.ts";
import { signStatement } from "../../supply/signatures/sign.ts";

/** A release of the hostile plugin beside the approved one. */
export interface OtherRelease {
  readonly parts: PluginPackage;
  readonly packed: Uint8Array;
}

type Part = "component" | "surface" | "manifest" | "readme";

/** An empty custom section, which changes the digest of a component and nothing else. */
const CUSTOM_SECTION = Uint8Array.of(0, 6, 5, 0x70, 0x72, 0x6f, 0x62, 0x65);

/** The approved release with some of its parts changed. */
export function makeOtherRelease(packed: Uint8Array, changed: readonly Part[]): OtherRelease {
  const own = readPackage(packed);
  const has = (part: Part): boolean => changed.includes(part);
  const parts = {
    ...own,
    ...(has("component") && { component: Buffer.concat([own.component, CUSTOM_SECTION]) }),
    ...(has("surface") && {
      surface: replaceIn(own.surface, "attempt to get out", "attempt to come out"),
    }),
    ...(has("manifest") && { manifest: replaceIn(own.manifest, "64KiB", "32KiB") }),
    ...(has("readme") && { readme: Buffer.from("Another README.\n") }),
  };
  return { parts, packed: packPackage(parts) };
}

/** A signature over a release, by whoever holds the key. */
export function signRelease({ parts }: OtherRelease, key: KeyObject): Uint8Array {
  const manifest = parseManifest(parts.manifest, "plugin.json", CAPABILITIES);
  const { name, version } = manifest;
  const digests = { ...digestPackage(parts), manifest: digestOf(manifest) };
  return signStatement({ name, version, digests }, key);
}

/** Each place where a text stands is another's: lengths must be the same where the bytes are no text. */
export function replaceIn(bytes: Uint8Array, from: string, to: string): Uint8Array {
  const text = Buffer.from(bytes).toString("latin1");
  if (!text.includes(from)) throw new Error("a probe found nothing to change");
  return Buffer.from(text.replaceAll(from, to), "latin1");
}
