import { fileURLToPath } from "node:url";
import { SandboxError } from "./errors.ts";

export type ProgramName = "runner" | "transpile" | "landlock" | "probe";

/** Where `npm run build` puts the programs that run inside the seal: one file each, importing nothing but Node's own. */
const FOLDER = new URL("../dist/sealed/", import.meta.url);

/** Absolute path of a built program. Throws `ERR_NOT_BUILT`. */
export function findProgram(name: ProgramName, exists: (path: string) => boolean): string {
  const path = fileURLToPath(new URL(`${name}.cjs`, FOLDER));
  if (exists(path)) return path;
  throw new SandboxError("ERR_NOT_BUILT", `the program ${name}.cjs, which runs inside the seal, is not built`);
}
