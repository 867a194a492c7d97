import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import os from "node:os";
import { SandboxError } from "../sandbox/errors.ts";
import { SEALED_FOLDER } from "../sandbox/programs.ts";
import { makeProcessPowers } from "./process.ts";

/** One package that became part of the release, as the registry has it. Written at build time: where a release is installed, no lockfile is. */
export interface BundledPackage {
  readonly name: string;
  readonly version: string;
  readonly license: string;
  /** Subresource integrity of the package's archive: `sha512-` and base64. */
  readonly integrity: string;
}

const ASK_MS_MAX = 5000;

/** Packages in the command line and in the sealed programs, each once, by name. Throws `ERR_NOT_BUILT`. */
export function bundledPackages(): readonly BundledPackage[] {
  const all = ["../dist/cli/components.json", "../dist/sealed/components.json"].flatMap(read);
  const byId = new Map(all.map((one) => [`${one.name}@${one.version}`, one]));
  return [...byId.entries()]
    .toSorted(([left], [right]) => (left < right ? -1 : 1))
    .map(([, one]) => one);
}

function read(path: string): readonly BundledPackage[] {
  try {
    const text = readFileSync(new URL(path, import.meta.url), "utf8");
    return JSON.parse(text) as readonly BundledPackage[];
  } catch (cause) {
    throw new SandboxError("ERR_NOT_BUILT", "the list of what the release is made of is missing", {
      cause,
    });
  }
}

/** What runs the release here. */
export interface MachineFacts {
  readonly node: string;
  readonly v8: string;
  readonly openssl: string;
  readonly platform: string;
  readonly arch: string;
  /** Of the operating system's kernel. */
  readonly kernel: string;
  /** Null where it is not installed, or does not say. */
  readonly bubblewrap: string | null;
}

export function machineFacts(): MachineFacts {
  const { node, v8, openssl = "" } = process.versions;
  return {
    node,
    v8,
    openssl,
    platform: process.platform,
    arch: process.arch,
    kernel: os.release(),
    bubblewrap: bubblewrapVersion(),
  };
}

function bubblewrapVersion(): string | null {
  const program = makeProcessPowers(SEALED_FOLDER).findProgram("bwrap");
  if (program === undefined) return null;
  const { stdout } = spawnSync(program, ["--version"], {
    env: {},
    encoding: "utf8",
    timeout: ASK_MS_MAX,
    maxBuffer: 4096,
    stdio: ["ignore", "pipe", "ignore"],
  });
  return /^bubblewrap ([0-9][0-9.]{0,20})$/m.exec(stdout ?? "")?.[1] ?? null;
}
