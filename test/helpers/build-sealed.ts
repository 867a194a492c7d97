import { readFileSync } from "node:fs";
import { join, relative, sep } from "node:path";
import { rolldown, type Plugin } from "rolldown";

/** The programs that run inside the seal, by the file that each begins with. */
export const SEALED_PROGRAMS = {
  runner: "runtime/sandbox/runner/main.ts",
  extism: "runtime/sandbox/runner/extism/main.ts",
  transpile: "runtime/sandbox/transpile/main.ts",
  landlock: "runtime/sandbox/launch/landlock.ts",
  probe: "runtime/sandbox/seal/probe-program.ts",
  hostile: "runtime/sandbox/hostile/main.ts",
} as const;

export type SealedProgram = keyof typeof SEALED_PROGRAMS;

/** Inside the seal there is no file to read: jco's own modules become part of the text, and its WASI is ours. */
function sealBindgen(root: string): Plugin {
  return {
    name: "seal-bindgen",
    resolveId(source) {
      if (!source.startsWith("@bytecodealliance/preview2-shim/")) return null;
      return join(root, "runtime/sandbox/transpile/deny-all-wasi.ts");
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
}

/** Extism finds our WASI where it looks for Node's, and nothing where it looks for files, devices and threads. */
function sealExtism(root: string): Plugin {
  return {
    name: "seal-extism",
    resolveId(source, importer) {
      if (importer?.includes("/node_modules/extism/") !== true || source.startsWith("."))
        return null;
      const standIn = source === "wasi" ? "wasi-module.ts" : "no-node.ts";
      return join(root, "runtime/sandbox/runner/extism", standIn);
    },
  };
}

/**
 * Bundles one program of the tree at `root` into its `runtime/dist/sealed`, one file.
 * Answers the modules that it is made of, named from the root of the tree.
 */
export async function buildSealed(root: string, name: SealedProgram): Promise<readonly string[]> {
  const entry = SEALED_PROGRAMS[name];
  const build = await rolldown({
    input: join(root, entry),
    platform: "node",
    plugins: [sealBindgen(root), sealExtism(root)],
    onLog: (level, log) => {
      if (level === "warn") throw new Error(`${entry}: ${log.message}`);
    },
  });
  const { output } = await build.write({
    file: join(root, "runtime/dist/sealed", `${name}.cjs`),
    format: "cjs",
    codeSplitting: false,
    strict: true,
  });
  await build.close();
  return output
    .flatMap((file) => (file.type === "chunk" ? file.moduleIds : []))
    .filter((id) => id.startsWith(root))
    .map((id) => relative(root, id).replaceAll(sep, "/"));
}
