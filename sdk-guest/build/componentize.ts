import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { BuildError } from "./errors.ts";

export type Engine = "quickjs" | "spidermonkey";

/** Makes a component of the bundle. Neither engine leaves a WASI import: what a plugin reaches is in `world` alone. */
export async function componentizeBundle(
  module: string,
  world: string,
  engine: Engine,
  temporary = tmpdir(),
): Promise<Uint8Array> {
  const folder = await mkdtemp(join(temporary, "glovebox-build-"));
  try {
    const witPath = join(folder, "wit");
    const source = join(folder, "plugin.js");
    await mkdir(witPath);
    await writeFile(join(witPath, "plugin.wit"), world);
    await writeFile(source, module);
    return engine === "quickjs"
      ? await makeQuickJs(witPath, source, module, folder)
      : await makeSpiderMonkey(witPath, source);
  } catch (cause) {
    const message = (cause as Error).message.replaceAll(folder, "");
    throw new BuildError("ERR_BUILD_ENGINE", `The ${engine} engine: ${message}`, { cause });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

// debt("GB-022"): what the engine draws at random while it is run here stays in its memory.
async function makeQuickJs(
  witPath: string,
  jsPath: string,
  jsSource: string,
  moduleRoot: string,
): Promise<Uint8Array> {
  const { componentize } = await import("componentize-qjs");
  const options = { world: "plugin", sync: true, stubWasi: true, optSize: true };
  return (await componentize({ witPath, jsSource, jsPath, moduleRoot, ...options })).component;
}

async function makeSpiderMonkey(witPath: string, sourcePath: string): Promise<Uint8Array> {
  const { componentize } = await import("@bytecodealliance/componentize-js");
  const disableFeatures: ("stdio" | "random" | "clocks" | "http" | "fetch-event")[] = [
    "stdio",
    "random",
    "clocks",
    "http",
    "fetch-event",
  ];
  return (await componentize({ sourcePath, witPath, worldName: "plugin", disableFeatures }))
    .component;
}
