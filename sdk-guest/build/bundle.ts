import { existsSync } from "node:fs";
import { isBuiltin } from "node:module";
import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { type Plugin, rolldown, type RolldownBuild } from "rolldown";
import { transform } from "rolldown/utils";
import { BuildError, type BuildPlace } from "./errors.ts";

const ENTRY = "glovebox:entry";
/** Where the bundle would be written, below the plugin's folder: paths in its source map begin there. */
export const OUTPUT_FOLDER = "dist";
/** In the tree sources are TypeScript; what is installed from a registry is JavaScript. */
const extension = import.meta.url.endsWith(".ts") ? "ts" : "js";
const sdkFile = (name: string): string =>
  fileURLToPath(new URL(`../${name}.${extension}`, import.meta.url));

export interface Bundle {
  /** An ES module that imports the WIT interfaces and exports `tools`. */
  readonly module: string;
  /** The same as a script that sets the variable `plugin`, without the WIT imports: for listing. */
  readonly script: string;
  /** Source map of `script`, as JSON. */
  readonly scriptMap: string;
}

/** Bundles the plugin with the SDK into one file, in the language that the engines run to its end synchronously. */
export async function bundlePlugin(
  folder: string,
  imports: Readonly<Record<string, string>>,
): Promise<Bundle> {
  const source = ["src/plugin.ts", "src/plugin.js"]
    .map((name) => join(folder, name))
    .find(existsSync);
  if (!source) {
    throw new BuildError("ERR_BUILD_SOURCE", "There is no src/plugin.ts", {
      place: { file: "src/plugin.ts" },
    });
  }
  let build: RolldownBuild | undefined;
  try {
    build = await rolldown({
      input: ENTRY,
      cwd: folder,
      platform: "neutral",
      external: Object.values(imports),
      resolve: { mainFields: ["module", "main"] },
      transform: { target: "es2022", define: { "process.env.NODE_ENV": '"production"' } },
      plugins: [entryPlugin(source, imports), resolvePlugin(), lowerPlugin()],
      onLog: (_level, log) => {
        // What cannot be resolved would be an import of nothing at all.
        if (log.code === "UNRESOLVED_IMPORT" || log.code === "IMPORT_IS_UNDEFINED")
          throw new Error(log.message);
      },
    });
    const common = {
      dir: join(folder, OUTPUT_FOLDER),
      codeSplitting: false,
      minify: { mangle: true, compress: true, codegen: true },
      keepNames: true,
    } as const;
    const module = await build.generate({ ...common, format: "esm" });
    const script = await build.generate({
      ...common,
      format: "iife",
      name: "plugin",
      sourcemap: true,
      globals: () => "undefined",
    });
    return {
      module: module.output[0].code,
      script: script.output[0].code,
      scriptMap: script.output[0].map?.toString() ?? "",
    };
  } catch (cause) {
    throw sourceError(cause, folder);
  } finally {
    await build?.close();
  }
}

/** The component's entry. The globals come first: every module after them sees them. */
function entryPlugin(source: string, imports: Readonly<Record<string, string>>): Plugin {
  const names = Object.keys(imports);
  const code = [
    `import ${JSON.stringify(sdkFile("globals/install"))};`,
    ...names.map((name) => `import * as ${name} from ${JSON.stringify(imports[name])};`),
    `import { makeToolsExport } from ${JSON.stringify(sdkFile("guest/entry"))};`,
    `import { tools as defined } from ${JSON.stringify(source)};`,
    `export const tools = makeToolsExport(defined, { ${names.join(", ")} });`,
  ].join("\n");
  return {
    name: "glovebox-entry",
    resolveId: (id) => (id === ENTRY ? id : null),
    load: (id) => (id === ENTRY ? { code, moduleType: "js", moduleSideEffects: true } : null),
  };
}

/**
 * One SDK for the plugin and the entry: else they would not share the host.
 * zod comes from the plugin's own node_modules, and from the SDK's where the plugin has none.
 */
function resolvePlugin(): Plugin {
  return {
    name: "glovebox-resolve",
    async resolveId(id, importer) {
      if (id === "@glovebox/sdk") return sdkFile("index");
      if (isBuiltin(id)) {
        throw new Error(
          `${importer ?? ""} imports "${id}", which is Node's: a component has only what @glovebox/sdk gives`,
        );
      }
      if (id !== "zod" && !id.startsWith("zod/")) return null;
      const own = await this.resolve(id, importer, { skipSelf: true });
      return own ?? this.resolve(id, sdkFile("index"), { skipSelf: true });
    },
  };
}

/**
 * Makes generators over `Promise` of async functions, async generators and `for await`: the engines never drain
 * their own job queue in a synchronous export, so every `await` must go through ours.
 * Only modules that have one: lowering also makes classes and object spread slower.
 */
function lowerPlugin(): Plugin {
  return {
    name: "glovebox-lower",
    transform: {
      filter: { code: /\b(?:async|await)\b/ },
      async handler(code, id) {
        const result = await transform(id, code, { target: "es2016", sourcemap: true });
        const [error] = result.errors;
        if (error) throw error;
        return { code: result.code, ...(result.map && { map: result.map }), moduleType: "js" };
      },
    },
  };
}

interface RolldownMessage {
  readonly message?: string;
  readonly loc?: { readonly file?: string; readonly line: number; readonly column: number };
  readonly id?: string;
}

/** rolldown collects its errors below one; the first says enough. */
function sourceError(cause: unknown, folder: string): BuildError {
  if (cause instanceof BuildError) return cause;
  const first =
    ((cause as { readonly errors?: readonly RolldownMessage[] }).errors ?? [])[0] ??
    (cause as RolldownMessage);
  const message = stripColors(first.message ?? String(cause)).replaceAll(`${folder}/`, "");
  const [, file, line, column] = /(?:╭─\[ ?|\[)([^\s[\]]+?):(\d+):(\d+) ?\]/.exec(message) ?? [];
  const found: BuildPlace | undefined = first.loc
    ? {
        file: relative(folder, first.loc.file ?? first.id ?? "src/plugin.ts"),
        line: first.loc.line,
        column: first.loc.column + 1,
      }
    : file === undefined
      ? undefined
      : { file, line: Number(line), column: Number(column) };
  return new BuildError("ERR_BUILD_SOURCE", message, { place: found, cause });
}

function stripColors(text: string): string {
  // oxlint-disable-next-line no-control-regex -- escape sequences are meant
  return text.replace(/\x1b\[[0-9;]*m/g, "");
}
