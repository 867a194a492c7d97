import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Machine } from "../../runtime/cli/machine.ts";
import type { Isolation } from "../../runtime/sandbox/sandbox.ts";
import type { PluginPackage } from "../../runtime/supply/package.ts";
import { copyWorkspace } from "../helpers/copy-workspace.ts";
import { runInProcess } from "../helpers/run-glovebox.ts";
import { GLOVEBOX } from "../helpers/served-workspace.ts";
import { AUTHOR, change, packAndSign } from "../helpers/signed-package.ts";
import { pluginName } from "./guest-tools.ts";
import type { Command } from "./line-client.ts";

/** An operator's folder with plugins added to it, all with their code transpiled and in the cache. */
export interface SealedWorkspace {
  readonly folder: string;
  readonly command: Command;
  remove(): void;
}

/** Signs the plugin, and adds it under `count` names the way an operator does. `settings` are lines of the configuration. */
export async function makeWorkspace(
  files: PluginPackage,
  count: number,
  machine: Machine,
  settings = "",
): Promise<SealedWorkspace> {
  const folder = mkdtempSync(join(tmpdir(), "glovebox-bench-"));
  await run(["init"], folder, machine);
  const trust = ["trust", "add", AUTHOR.publicKey.text, "--plugins", "*", "--name", "author"];
  await run(trust, folder, machine);
  const configFile = join(folder, "glovebox.yaml");
  writeFileSync(configFile, `${readFileSync(configFile, "utf8")}${settings}`);
  for (let index = 0; index < count; index += 1) await addPlugin(files, index, folder, machine);
  return describe(folder);
}

/** The same workspace with more plugins: those that are there need not be added again. */
export async function extendWorkspace(
  from: SealedWorkspace,
  files: PluginPackage,
  counts: { readonly from: number; readonly to: number },
  machine: Machine,
): Promise<SealedWorkspace> {
  const folder = mkdtempSync(join(tmpdir(), "glovebox-bench-"));
  copyWorkspace(from.folder, folder);
  for (let index = counts.from; index < counts.to; index += 1)
    await addPlugin(files, index, folder, machine);
  return describe(folder);
}

/** The same workspace with another degree of isolation for its plugins. */
export function withIsolation(from: SealedWorkspace, isolation: Isolation): SealedWorkspace {
  const folder = mkdtempSync(join(tmpdir(), "glovebox-bench-"));
  copyWorkspace(from.folder, folder);
  const configFile = join(folder, "glovebox.yaml");
  const text = readFileSync(configFile, "utf8");
  writeFileSync(configFile, text.replaceAll(/^( +)source:/gm, `$1isolation: ${isolation}\n$&`));
  return describe(folder);
}

async function addPlugin(
  files: PluginPackage,
  index: number,
  folder: string,
  machine: Machine,
): Promise<void> {
  const named = change(files, { manifest: (manifest) => (manifest["name"] = pluginName(index)) });
  const signed = packAndSign(named);
  const file = join(folder, `${pluginName(index)}.tgz`);
  writeFileSync(file, signed.package);
  writeFileSync(`${file}.sigstore.json`, signed.bundle);
  // All are the same plugin under other names: that they look alike is meant.
  const alike = ["--accept", "look-alike-name", "--accept", "name-overlap"];
  const grants = ["--grant", "clock", "--grant", "kv=1MiB"];
  await run(["add", file, "--yes", ...grants, ...alike], folder, machine);
}

async function run(words: readonly string[], folder: string, machine: Machine): Promise<void> {
  const all = [...words, "--config", join(folder, "glovebox.yaml")];
  const { code, stderr } = await runInProcess(all, machine);
  if (code !== 0) throw new Error(`glovebox ${words.join(" ")} ended with ${code}: ${stderr}`);
}

function describe(folder: string): SealedWorkspace {
  const configFile = join(folder, "glovebox.yaml");
  return {
    folder,
    command: { command: process.execPath, args: [GLOVEBOX, "serve", "--config", configFile] },
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}
