import os from "node:os";
import path from "node:path";
import { packParts } from "../examine.ts";
import type { Source } from "../supply/read-source.ts";
import { rulesOf } from "../workspace.ts";
import type { Machine } from "./machine.ts";
import type { Output } from "./output.ts";

/** Packs unpacked parts: the sealed component is asked for its tools, with nothing granted. */
export async function packHere(parts: Extract<Source, { kind: "parts" }>, out: Output, machine: Machine): Promise<Uint8Array> {
  const sandbox = await machine.openSandbox();
  const cacheFolder = path.join(os.homedir(), ".cache", "glovebox");
  try {
    return await packParts(parts, {
      sandbox,
      rules: rulesOf([]),
      transpile: (component, limits) => machine.transpile(component, cacheFolder, sandbox, limits),
      onProgress: (step) => out.progress(step),
    });
  } finally {
    out.progressDone();
    await sandbox.close();
  }
}
