// Builds what the tree needs before anything runs: the programs that run inside the seal, one file each, and the command line.
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join, relative, sep } from "node:path";
import { rolldown, type Plugin } from "rolldown";
import { buildCommandLine, componentsOf, licensesOf } from "./build-command-line.ts";
import { buildProbePlugin } from "./build-probe-plugin.ts";

const ROOT = join(import.meta.dirname, "../..");
const OUT = join(ROOT, "runtime/dist/sealed");
const PROGRAMS = {
  runner: "runtime/sandbox/runner/main.ts",
  extism: "runtime/sandbox/runner/extism/main.ts",
  transpile: "runtime/sandbox/transpile/main.ts",
  landlock: "runtime/sandbox/launch/landlock.ts",
  probe: "runtime/sandbox/seal/probe-program.ts",
} as const;

/** Inside the seal there is no file to read: jco's own modules become part of the text, and its WASI is ours. */
const sealBindgen: Plugin = {
  name: "seal-bindgen",
  resolveId(source) {
    if (!source.startsWith("@bytecodealliance/preview2-shim/")) return null;
    return join(ROOT, "runtime/sandbox/transpile/deny-all-wasi.ts");
  },
  transform(code, id) {
    if (!id.endsWith("js-component-bindgen-component.js")) return null;
    const fetched = /fetchCompile\(new URL\('\.\/([\w.-]+\.wasm)', import\.meta\.url\)\)/g;
    return code.replace('"use components";', "").replace(fetched, (_match, name: string) => {
      const bytes = readFileSync(join(id, "..", name));
      return `base64Compile('${bytes.toString("base64")}')`;
    });
  },
};

/** Extism finds our WASI where it looks for Node's, and nothing where it looks for files, devices and threads. */
const sealExtism: Plugin = {
  name: "seal-extism",
  resolveId(source, importer) {
    if (importer?.includes("/node_modules/extism/") !== true || source.startsWith(".")) return null;
    const standIn = source === "wasi" ? "wasi-module.ts" : "no-node.ts";
    return join(ROOT, "runtime/sandbox/runner/extism", standIn);
  },
};

/** Answers the modules that it is made of, named from the root of the tree. */
async function bundle(name: string, entry: string): Promise<readonly string[]> {
  const build = await rolldown({
    input: join(ROOT, entry),
    platform: "node",
    plugins: [sealBindgen, sealExtism],
    onLog: (level, log) => {
      if (level === "warn") throw new Error(`${entry}: ${log.message}`);
    },
  });
  const { output } = await build.write({
    file: join(OUT, `${name}.cjs`),
    format: "cjs",
    codeSplitting: false,
    strict: true,
  });
  await build.close();
  return output
    .flatMap((file) => (file.type === "chunk" ? file.moduleIds : []))
    .filter((id) => id.startsWith(ROOT))
    .map((id) => relative(ROOT, id).replaceAll(sep, "/"));
}

const present = Object.entries(PROGRAMS).filter(([, entry]) => existsSync(join(ROOT, entry)));
const modules = await Promise.all(present.map(([name, entry]) => bundle(name, entry)));
writeFileSync(join(OUT, "LICENSES.txt"), licensesOf(modules.flat()));
writeFileSync(join(OUT, "components.json"), componentsOf(modules.flat()));
await buildCommandLine({ out: join(ROOT, "runtime/dist/cli"), extension: "ts" });
await buildProbePlugin(join(ROOT, "runtime/dist/probes"));
writeFileSync(
  join(OUT, "built-with.json"),
  `${JSON.stringify({ jco: versionOf("@bytecodealliance/jco-transpile/component") })}\n`,
);

/** The version of the package that holds this module, one folder below its own. */
function versionOf(module: string): string {
  const manifest = new URL("../package.json", import.meta.resolve(module));
  return (JSON.parse(readFileSync(manifest, "utf8")) as { version: string }).version;
}
