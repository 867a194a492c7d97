import { makeVisible } from "../../firewall/visible.ts";
import type { Digest, Origin } from "../../plugin/formats.ts";
import { isRemoteSource } from "../../supply/sources/source-text.ts";
import type { Output } from "../output.ts";

/** Says where a plugin comes from, and what a remote source resolved to: that is what gets pinned, whatever the source says later. */
export function showSource(
  source: string,
  origin: Origin | undefined,
  packageDigest: Digest,
  out: Output,
): void {
  if (!isRemoteSource(source)) return;
  out.line(`source     ${makeVisible(source)}`);
  out.line(`resolved   ${origin?.manifest ?? packageDigest}`);
}
