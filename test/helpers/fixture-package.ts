import { createHash } from "node:crypto";
import {
  existsSync,
  globSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { join, relative } from "node:path";
import { buildPlugin, type Engine } from "@glovebox/sdk/build";
import { canonicalBytes } from "../../runtime/plugin/canonical.ts";
import { parseSurface } from "../../runtime/plugin/surface.ts";
import type { PluginPackage } from "../../runtime/supply/package.ts";

const ROOT = join(import.meta.dirname, "../..");
/** Kept between test files and between runs, under names that say what it was made of. */
export const FIXTURE_CACHE = join(ROOT, "node_modules/.cache/glovebox-fixtures");

/**
 * The files of a plugin's folder, as `glovebox pack` would pack them.
 * Its component is built once and kept for as long as no source changes.
 */
export async function fixturePackage(
  folder: string,
  engine: Engine = "quickjs",
): Promise<PluginPackage> {
  const { component, surface } = await cached(folder, engine, async () => {
    const built = await buildPlugin(folder, { engine });
    return { component: built.component, surface: built.surface };
  });
  return {
    manifest: readFileSync(join(folder, "plugin.json")),
    component,
    surface: canonicalBytes(parseSurface(surface)),
    license: Buffer.from("Apache-2.0\n"),
  };
}

interface Built {
  readonly component: Uint8Array;
  readonly surface: string;
}

async function cached(folder: string, engine: Engine, make: () => Promise<Built>): Promise<Built> {
  const kept = join(FIXTURE_CACHE, `${digestOfSources(folder)}-${engine}`);
  try {
    return {
      component: readFileSync(join(kept, "plugin.wasm")),
      surface: readFileSync(join(kept, "surface.json"), "utf8"),
    };
  } catch {
    const built = await make();
    const fresh = `${kept}.${process.pid}`;
    mkdirSync(fresh, { recursive: true });
    writeFileSync(join(fresh, "plugin.wasm"), built.component);
    writeFileSync(join(fresh, "surface.json"), built.surface);
    // Another test file may be quicker, with the same bytes.
    if (existsSync(kept)) rmSync(fresh, { recursive: true });
    else renameSync(fresh, kept);
    return built;
  }
}

/** Everything that the built component depends on. */
function digestOfSources(folder: string): string {
  const exclude = (name: string): boolean => name === "node_modules" || name === "dist";
  const sources = globSync(["sdk-guest/**/*.ts", "host-api/**/*.{ts,wit}", "package-lock.json"], {
    cwd: ROOT,
    exclude,
  });
  const files = [
    ...sources.map((name) => join(ROOT, name)),
    ...globSync(["*.json", "src/**/*.*"], { cwd: folder }).map((name) => join(folder, name)),
  ];
  const hash = createHash("sha256");
  for (const file of files.toSorted()) hash.update(relative(ROOT, file)).update(readFileSync(file));
  return hash.digest("hex").slice(0, 32);
}
