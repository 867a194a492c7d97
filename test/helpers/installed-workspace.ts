import { createPrivateKey } from "node:crypto";
import { cpSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { TestContext } from "node:test";
import { CAPABILITIES } from "@glovebox/host-api/registry";
import type { Machine } from "../../runtime/cli/machine.ts";
import { canonicalBytes, digestOf, digestOfBytes } from "../../runtime/plugin/canonical.ts";
import { parseManifest } from "../../runtime/plugin/manifest.ts";
import { parseSurface } from "../../runtime/plugin/surface.ts";
import { generateKey, type KeyPair } from "../../runtime/supply/keys.ts";
import { packPackage, type PluginPackage } from "../../runtime/supply/package.ts";
import { signStatement } from "../../runtime/supply/sign.ts";
import { runInProcess } from "./run-glovebox.ts";
import { makeScratch } from "./scratch.ts";

/** A package and its signature. */
export interface Signed {
  readonly package: Uint8Array;
  readonly bundle: Uint8Array;
}

export const AUTHOR = generateKey();
export const FOREIGN = generateKey();

/** Packs a plugin's files, and signs what they are. */
export function packAndSign(files: PluginPackage, key: KeyPair = AUTHOR): Signed {
  return { package: packPackage(files), bundle: signFiles(files, key) };
}

export function signFiles(files: PluginPackage, key: KeyPair = AUTHOR): Uint8Array {
  const manifest = parseManifest(files.manifest, "plugin.json", CAPABILITIES);
  const digests = {
    component: digestOfBytes(files.component),
    surface: digestOf(parseSurface(files.surface)),
    manifest: digestOf(manifest),
  };
  return signStatement({ name: manifest.name, version: manifest.version, digests }, createPrivateKey(key.privateKey));
}

/** The same files with some of them changed. What is no bytes is written as JSON, the tools in canonical form. */
export function change(
  files: PluginPackage,
  { manifest, surface, ...rest }: { manifest?: (manifest: Loose) => void; surface?: (tools: Loose[]) => void } & Partial<Pick<PluginPackage, "component" | "license" | "readme">>,
): PluginPackage {
  const changed = { ...files, ...rest };
  if (manifest) {
    const value = JSON.parse(Buffer.from(files.manifest).toString()) as Loose;
    manifest(value);
    changed.manifest = Buffer.from(JSON.stringify(value));
  }
  if (surface) {
    const value = JSON.parse(Buffer.from(files.surface).toString()) as Loose[];
    surface(value);
    changed.surface = canonicalBytes(value);
  }
  return changed;
}

/** JSON that a test puts into it what does not belong there. */
export type Loose = Record<string, unknown>;

/** A copy of a workspace with one plugin installed, for one test to tamper with. */
export class TestWorkspace {
  readonly folder: string;
  readonly configFile: string;
  readonly lockFile: string;

  constructor(folder: string) {
    this.folder = folder;
    this.configFile = join(folder, "glovebox.yaml");
    this.lockFile = join(folder, "glovebox.lock.json");
  }

  copy(t: Pick<TestContext, "after">): TestWorkspace {
    const folder = makeScratch(t);
    cpSync(this.folder, folder, { recursive: true });
    return new TestWorkspace(folder);
  }

  path(name: string): string {
    return join(this.folder, name);
  }

  /** The approved package in the store, or its signature. */
  stored(ending: ".tgz" | ".sigstore.json"): string {
    const store = this.path(".glovebox/store");
    const name = readdirSync(store).find((file) => file.endsWith(ending));
    if (name === undefined) throw new Error(`nothing in the store ends in ${ending}`);
    return join(store, name);
  }

  /** Puts another package and signature at the source. */
  replaceSource({ package: bytes, bundle }: Signed): void {
    writeFileSync(this.path("echo.tgz"), bytes);
    writeFileSync(this.path("echo.tgz.sigstore.json"), bundle);
  }

  /** Puts another package and signature in the place of the approved ones. */
  replaceStored({ package: bytes, bundle }: Signed): void {
    writeFileSync(this.stored(".tgz"), bytes);
    writeFileSync(this.stored(".sigstore.json"), bundle);
  }

  editConfiguration(change: (text: string) => string): void {
    edit(this.configFile, change);
  }

  editLock(change: (text: string) => string): void {
    edit(this.lockFile, change);
  }
}

/** Changes a file's text. A change that changes nothing would make a test that tests nothing. */
function edit(file: string, change: (text: string) => string): void {
  const before = readFileSync(file, "utf8");
  const after = change(before);
  if (after === before) throw new Error(`${file} was not changed`);
  writeFileSync(file, after);
}

/** Flips one bit in the middle of a file. */
export function flipByte(file: string, index?: number): void {
  const bytes = readFileSync(file);
  const at = index ?? bytes.length >> 1;
  bytes.writeUInt8(bytes.readUInt8(at) ^ 1, at);
  writeFileSync(file, bytes);
}


/** A workspace that trusts the author for `echo` and `other`, with `echo` installed by the command line. */
export async function installEcho(t: Pick<TestContext, "after">, signed: Signed, machine: Machine): Promise<TestWorkspace> {
  const workspace = new TestWorkspace(makeScratch(t));
  workspace.replaceSource(signed);
  const words = [
    ["init"],
    ["trust", "add", AUTHOR.publicKey.text, "--plugins", "echo", "--plugins", "other", "--name", "author"],
    ["add", workspace.path("echo.tgz"), "--grant", "kv=1MiB", "--yes"],
  ];
  for (const line of words) {
    const { code, stderr } = await runInProcess([...line, "--config", workspace.configFile], machine);
    if (code !== 0) throw new Error(`glovebox ${line.join(" ")} ended with ${code}: ${stderr}`);
  }
  return workspace;
}
