import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import type { UsedPackage } from "../debt/advisories.ts";
import { SandboxError } from "../sandbox/errors.ts";

const BUBBLEWRAP_MS_MAX = 2000;

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

/**
 * What of others this release is made of, as its build wrote it down, and what it runs on. Undefined where the build did
 * not: then nobody knows.
 */
export function packagesInUse(seal: string): readonly UsedPackage[] | undefined {
  const built = readBuiltPackages();
  if (!built) return undefined;
  const { node } = process.versions;
  return [
    ...built.map(([name, version]) => ({ kind: "npm", name, version }) as const),
    { kind: "node", name: "node", version: node },
    ...(seal === "bubblewrap" ? findBubblewrap() : []),
  ];
}

function readBuiltPackages(): readonly (readonly [name: string, version: string])[] | undefined {
  try {
    const { packages } = readJson("../dist/sealed/built-with.json") as {
      readonly packages?: readonly (readonly [string, string])[];
    };
    return packages;
  } catch {
    return undefined;
  }
}

/** `bubblewrap 0.8.0`. A version that cannot be read is no version that an advisory is about. */
function findBubblewrap(): readonly UsedPackage[] {
  const { stdout } = spawnSync("bwrap", ["--version"], {
    encoding: "utf8",
    timeout: BUBBLEWRAP_MS_MAX,
    maxBuffer: 4096,
  });
  const [, version] = /^bubblewrap (\d+\.\d+\.\d+)$/m.exec(stdout ?? "") ?? [];
  return version === undefined ? [] : [{ kind: "system", name: "bubblewrap", version }];
}

/** A file of this package, which is laid out in the tree as it is published. */
function readJson(path: string): unknown {
  return JSON.parse(readFileSync(new URL(path, import.meta.url), "utf8"));
}
