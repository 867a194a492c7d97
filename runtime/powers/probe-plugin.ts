import { readFileSync } from "node:fs";
import { SandboxError } from "../sandbox/errors.ts";

/** The hostile plugin that the release attacks itself with, as `npm run build` made it. Throws `ERR_NOT_BUILT`. */
export function findProbePlugin(): {
  readonly component: Uint8Array;
  readonly manifest: Uint8Array;
} {
  const read = (name: string): Uint8Array =>
    readFileSync(new URL(`../dist/probes/${name}`, import.meta.url));
  try {
    return { component: read("plugin.wasm"), manifest: read("plugin.json") };
  } catch (cause) {
    throw new SandboxError("ERR_NOT_BUILT", "the plugin that the probes attack with is missing", {
      cause,
    });
  }
}
