import { readFileSync } from "node:fs";
import { SandboxError } from "../sandbox/errors.ts";

/** The version of the package this file is in. */
export function runtimeVersion(): string {
  return (readJson("../package.json") as { readonly version: string }).version;
}

/**
 * The version of the bindings generator that is built into the sealed transpiler: it decides what transpiled code looks like.
 * Throws `ERR_NOT_BUILT`.
 */
export function transpilerVersion(): string {
  try {
    return (readJson("../dist/sealed/built-with.json") as { readonly jco: string }).jco;
  } catch (cause) {
    throw new SandboxError("ERR_NOT_BUILT", "the programs that run inside the seal are missing", {
      cause,
    });
  }
}

/** A file of this package, which is laid out in the tree as it is published. */
function readJson(path: string): unknown {
  return JSON.parse(readFileSync(new URL(path, import.meta.url), "utf8"));
}
