import { located } from "../errors.ts";
import { packParts, partsOf } from "../examine.ts";
import type { SourceBare, SourceParts } from "../supply/read-source.ts";
import type { Limits } from "../sandbox/limits.ts";
import { NO_TRUST } from "../supply/signatures/trust.ts";
import { rulesOf } from "../workspace.ts";
import type { CommandCall } from "./command.ts";
import { wholeComponent } from "./machine.ts";
import { noteInstances } from "./note-instances.ts";

/** Packs unpacked parts: the sealed component is asked for its tools, with nothing granted. */
export async function packHere(
  source: SourceParts | SourceBare,
  { out, machine }: CommandCall,
): Promise<Uint8Array> {
  const sandbox = await machine.openSandbox();
  try {
    const setting = {
      sandbox,
      rules: rulesOf(NO_TRUST),
      transpile: async (component: Uint8Array, limits: Limits) =>
        noteInstances(await machine.transpile(wholeComponent(component), sandbox, limits), out),
      onProgress: (step: string) => out.progress(step),
    };
    return await packParts(await partsOf(source, setting), setting);
  } catch (error) {
    throw located(error, { file: source.file });
  } finally {
    out.progressDone();
    await sandbox.close();
  }
}
