import { located } from "../errors.ts";
import { packParts } from "../examine.ts";
import type { SourceParts } from "../supply/read-source.ts";
import { NO_TRUST } from "../supply/trust.ts";
import { rulesOf } from "../workspace.ts";
import type { CommandCall } from "./command.ts";
import { wholeComponent } from "./machine.ts";
import { noteInstances } from "./note-instances.ts";

/** Packs unpacked parts: the sealed component is asked for its tools, with nothing granted. */
export async function packHere(
  parts: SourceParts,
  { out, machine }: CommandCall,
): Promise<Uint8Array> {
  const sandbox = await machine.openSandbox();
  try {
    return await packParts(parts, {
      sandbox,
      rules: rulesOf(NO_TRUST),
      transpile: async (component, limits) =>
        noteInstances(await machine.transpile(wholeComponent(component), sandbox, limits), out),
      onProgress: (step) => out.progress(step),
    });
  } catch (error) {
    throw located(error, { file: parts.file });
  } finally {
    out.progressDone();
    await sandbox.close();
  }
}
