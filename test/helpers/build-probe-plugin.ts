import { globSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { digestOfSources } from "../../runtime/powers/built-program.mjs";
import { buildPlugin } from "../../sdk-guest/build.ts";

const ROOT = join(import.meta.dirname, "../..");
const SOURCE = "runtime/cli/probes/hostile";

/** Builds the plugin that the probes attack with into `out`, unless it was made from the same sources before. */
export async function buildProbePlugin(out: string): Promise<void> {
  const sources = [
    "package-lock.json",
    ...globSync([`${SOURCE}/**/*.{ts,json}`, "sdk-guest/**/*.ts", "host-api/wit/*.wit"], {
      cwd: ROOT,
      exclude: (name) => name.includes("node_modules"),
    }),
  ].toSorted();
  const code = digestOfSources(sources, pathToFileURL(`${ROOT}/`));
  const mark = join(out, "built-from");
  if (readText(mark) === code) return;
  const { component } = await buildPlugin(join(ROOT, SOURCE), {});
  mkdirSync(out, { recursive: true });
  writeFileSync(join(out, "plugin.wasm"), component);
  writeFileSync(join(out, "plugin.json"), readFileSync(join(ROOT, SOURCE, "plugin.json")));
  writeFileSync(mark, code);
}

function readText(file: string): string | undefined {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return undefined;
  }
}
