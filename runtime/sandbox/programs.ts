import { fileURLToPath } from "node:url";
import { SandboxError } from "./errors.ts";
import type { ProcessPowers } from "./seal/process-powers.ts";

export type ProgramName = "runner" | "extism" | "transpile" | "probe" | "hostile";

/**
 * Where `npm run build` puts the programs that run inside the seal: one file each, importing nothing but Node's own.
 * The published package has them in the same place.
 */
export const SEALED_FOLDER = fileURLToPath(new URL("../dist/sealed", import.meta.url));

/** Absolute path of a built program. Throws `ERR_NOT_BUILT`. */
export function findProgram(powers: Pick<ProcessPowers, "realPath">, name: ProgramName): string {
  try {
    return powers.realPath(`${SEALED_FOLDER}/${name}.cjs`);
  } catch (cause) {
    throw new SandboxError(
      "ERR_NOT_BUILT",
      `the program ${name}.cjs, which runs inside the seal, is missing`,
      { cause },
    );
  }
}
