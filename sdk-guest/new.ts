/** Makes the folder of a new plugin. */
import { mkdir, readdir, readFile, symlink, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join, relative, resolve, sep } from "node:path";
import { fileURLToPath } from "node:url";
import { ScaffoldError } from "./new/errors.ts";
import { makeTemplate } from "./new/template.ts";

export { ScaffoldError };

const sdkFolder = dirname(fileURLToPath(import.meta.url));

/**
 * Writes a plugin named `name` into `folder`, which must be missing or empty. Answers the files it wrote.
 * Where the SDK is not there to be imported (the plugin lies outside this tree and nothing is published yet),
 * it links the SDK and zod into the plugin's node_modules, so that its tests run without `npm install`.
 */
export async function scaffoldPlugin(folder: string, name: string): Promise<readonly string[]> {
  if (!/^[a-z][a-z0-9]*(?:-[a-z0-9]+)*$/.test(name) || name.length > 40) {
    throw new ScaffoldError("ERR_NEW_NAME");
  }
  const root = resolve(folder);
  await mkdir(root, { recursive: true });
  if ((await readdir(root)).length > 0) throw new ScaffoldError("ERR_NEW_EXISTS");
  const linked = !isInstalled() && !resolves(root, "@glovebox/sdk");
  const files = makeTemplate(name, sdkSeenFrom(root, linked), await dependenciesOf(root));
  for (const [path, text] of Object.entries(files)) {
    await mkdir(dirname(join(root, path)), { recursive: true });
    await writeFile(join(root, path), text, { flag: "wx" });
  }
  if (linked) await linkModules(root);
  return Object.keys(files);
}

/** Whether the SDK came from a registry. Else it is the source tree. */
function isInstalled(): boolean {
  return sdkFolder.split(sep).includes("node_modules");
}

/** Where an editor finds the schema of plugin.json, and a person the SDK's README: wherever the plugin has the SDK from. */
function sdkSeenFrom(root: string, linked: boolean): string {
  if (linked || isInstalled()) return "./node_modules/@glovebox/sdk";
  return relative(root, sdkFolder).replaceAll(sep, "/");
}

async function dependenciesOf(root: string): Promise<Record<string, string>> {
  const { version, dependencies } = JSON.parse(
    await readFile(join(sdkFolder, "package.json"), "utf8"),
  ) as {
    version: string;
    dependencies: { zod: string };
  };
  const sdk = isInstalled() ? version : `file:${relative(root, sdkFolder).replaceAll(sep, "/")}`;
  return { "@glovebox/sdk": sdk, zod: dependencies.zod };
}

function resolves(root: string, name: string): boolean {
  try {
    createRequire(join(root, "package.json")).resolve(name);
    return true;
  } catch {
    return false;
  }
}

/** Folders as `npm link` would make them, and this Node for machines whose own is older. */
async function linkModules(root: string): Promise<void> {
  const modules = join(root, "node_modules");
  await mkdir(join(modules, "@glovebox"), { recursive: true });
  await mkdir(join(modules, ".bin"));
  const zod = dirname(createRequire(import.meta.url).resolve("zod/package.json"));
  await symlink(sdkFolder, join(modules, "@glovebox", "sdk"), "junction");
  await symlink(zod, join(modules, "zod"), "junction");
  if (process.platform !== "win32") await symlink(process.execPath, join(modules, ".bin", "node"));
}
