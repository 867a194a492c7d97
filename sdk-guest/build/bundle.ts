import { existsSync } from "node:fs";
import { isBuiltin } from "node:module";
import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { type InputOptions, type Plugin, rolldown, type RolldownBuild } from "rolldown";
import { parse, transform, Visitor } from "rolldown/utils";
import { ON_DEMAND } from "../globals/names.ts";
import type { Listed } from "../guest/entry.ts";
import { BuildError, type BuildPlace } from "./errors.ts";

const ENTRY = "glovebox:entry";
const GLOBALS = "glovebox:globals";
/** A variable that the entry reads and no module declares, so the bundler gives its name to nothing else. */
const SURFACE = "gloveboxSurface";
/** Where the bundle would be written, below the plugin's folder: paths in its source map begin there. */
export const OUTPUT_FOLDER = "dist";
/** In the tree sources are TypeScript; what is installed from a registry is JavaScript. */
const extension = import.meta.url.endsWith(".ts") ? "ts" : "js";
const sdkFolder = fileURLToPath(new URL("..", import.meta.url));
const sdkFile = (name: string): string =>
  fileURLToPath(new URL(`../${name}.${extension}`, import.meta.url));

type Global = keyof typeof ON_DEMAND;

export interface Bundle {
  /** An ES module that imports the WIT interfaces and exports the plugin's own, which list what is given. */
  moduleWith(listed: Listed): string;
  /** The same as a script that sets the variable `plugin`, without the WIT imports: for listing. */
  readonly script: string;
  /** Source map of `script`, as JSON. */
  readonly scriptMap: string;
}

/** Bundles the plugin with the SDK into one file, in the language that the engines run to its end synchronously. */
// debt("GB-014"): follows imports out of the folder.
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
  const options = makeOptions(folder, Object.values(imports));
  let build: RolldownBuild | undefined;
  try {
    const uses = await findUses(source, options);
    build = await rolldown({
      ...options,
      input: ENTRY,
      plugins: [entryPlugin(source, imports, uses), resolvePlugin(), lowerPlugin()],
    });
    const common = {
      dir: join(folder, OUTPUT_FOLDER),
      codeSplitting: false,
      minify: true,
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
    const { code } = module.output[0];
    return {
      moduleWith: (listed) => `const ${SURFACE}=${JSON.stringify(listed)};${code}`,
      script: script.output[0].code,
      scriptMap: script.output[0].map?.toString() ?? "",
    };
  } catch (cause) {
    throw sourceError(cause, folder);
  } finally {
    await build?.close();
  }
}

function makeOptions(folder: string, external: string[]): InputOptions {
  return {
    cwd: folder,
    platform: "neutral",
    external,
    resolve: { mainFields: ["module", "main"] },
    transform: { target: "es2022", define: { "process.env.NODE_ENV": '"production"' } },
    onLog: (_level, log) => {
      // What cannot be resolved would be an import of nothing at all.
      if (log.code === "UNRESOLVED_IMPORT" || log.code === "IMPORT_IS_UNDEFINED") {
        throw new Error(log.message);
      }
    },
  };
}

/** What of the SDK's own a plugin is bundled with. */
interface Uses {
  readonly globals: readonly Global[];
  readonly zod: boolean;
}

/**
 * The globals whose names stand anywhere in the plugin's own modules and packages. What is not used is not bundled:
 * all of them together are half a megabyte in every instance.
 */
async function findUses(source: string, options: InputOptions): Promise<Uses> {
  const found = new Set<Global>();
  let zod = false;
  const scan: Plugin = {
    name: "glovebox-scan",
    transform(code, id) {
      if (id.startsWith(sdkFolder)) return null;
      zod ||= /[\\/]node_modules[\\/]zod[\\/]/.test(id);
      for (const name of Object.keys(ON_DEMAND) as Global[]) {
        if (new RegExp(`\\b${name}\\b`).test(code)) found.add(name);
      }
      return null;
    },
  };
  const build = await rolldown({ ...options, input: source, plugins: [resolvePlugin(), scan] });
  try {
    await build.generate({ codeSplitting: false });
  } finally {
    await build.close();
  }
  return { globals: [...found].toSorted(), zod };
}

/** The component's entry. The globals come first: every module after them sees them. */
function entryPlugin(
  source: string,
  imports: Readonly<Record<string, string>>,
  { globals, zod }: Uses,
): Plugin {
  const names = Object.keys(imports);
  const modules: Readonly<Record<string, string>> = {
    [GLOBALS]: [
      `import { defineGlobals } from ${JSON.stringify(sdkFile("globals/define-globals"))};`,
      ...globals.map(
        (name) =>
          `import { ${name} as _${name} } from ${JSON.stringify(sdkFile(`globals/${ON_DEMAND[name]}`))};`,
      ),
      `defineGlobals(globalThis, { ${globals.map((name) => `${name}: _${name}`).join(", ")} });`,
    ].join("\n"),
    [ENTRY]: [
      `import ${JSON.stringify(sdkFile("globals/install"))};`,
      `import ${JSON.stringify(GLOBALS)};`,
      ...names.map((name) => `import * as ${name} from ${JSON.stringify(imports[name])};`),
      `import ${JSON.stringify(sdkFile("guest/prime"))};`,
      `import { makeExports } from ${JSON.stringify(sdkFile("guest/entry"))};`,
      // By name, so that a plugin without tools is told so at once; what else there is may be missing.
      `import { tools as defined } from ${JSON.stringify(source)};`,
      `import * as plugin from ${JSON.stringify(source)};`,
      `const listed = typeof ${SURFACE} === "object" ? ${SURFACE} : undefined;`,
      `const made = makeExports(plugin, { ${names.join(", ")} }, listed);`,
      "export const { tools, resources, prompts, completions, offered } = made;",
      ...(zod
        ? [
            `import { primeSchemas } from ${JSON.stringify(sdkFile("guest/prime-zod"))};`,
            "primeSchemas(defined);",
          ]
        : []),
    ].join("\n"),
  };
  return {
    name: "glovebox-entry",
    resolveId: (id) => (id in modules ? id : null),
    load(id) {
      const code = modules[id];
      return code === undefined ? null : { code, moduleType: "js", moduleSideEffects: true };
    },
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
 * Only modules that have one: lowering also makes private fields and object spread many times slower.
 */
function lowerPlugin(): Plugin {
  return {
    name: "glovebox-lower",
    transform: {
      filter: { code: /\b(?:async|await)\b/ },
      async handler(code, id) {
        if (!(await hasAsyncSyntax(code, id))) return null;
        const result = await transform(id, code, { target: "es2016", sourcemap: true });
        const [error] = result.errors;
        if (error) throw error;
        return { code: result.code, ...(result.map && { map: result.map }), moduleType: "js" };
      },
    },
  };
}

/** The words alone may stand in comments and names. What does not parse is left to `transform` to refuse. */
async function hasAsyncSyntax(code: string, id: string): Promise<boolean> {
  const { program, errors } = await parse(id, code);
  let found = errors.length > 0;
  const look = (node: { readonly async: boolean }): void => void (found ||= node.async);
  new Visitor({
    FunctionDeclaration: look,
    FunctionExpression: look,
    ArrowFunctionExpression: look,
    // These three stand outside of functions, too.
    AwaitExpression: () => void (found = true),
    ForOfStatement: (node) => void (found ||= node.await),
    VariableDeclaration: ({ kind }) => void (found ||= kind === "await using"),
  }).visit(program);
  return found;
}

interface RolldownMessage {
  readonly message?: string;
  readonly loc?: { readonly file?: string; readonly line: number; readonly column: number };
  readonly id?: string;
}

/** rolldown collects its errors below one; the first says enough. Its frame of source lines is for wide terminals. */
function sourceError(cause: unknown, folder: string): BuildError {
  if (cause instanceof BuildError) return cause;
  const first =
    ((cause as { readonly errors?: readonly RolldownMessage[] }).errors ?? [])[0] ??
    (cause as RolldownMessage);
  const text = stripColors(first.message ?? String(cause)).replaceAll(`${folder}/`, "");
  const [, file, line, column] = /(?:╭─\[ ?|\[)([^\s[\]]+?):(\d+):(\d+) ?\]/.exec(text) ?? [];
  const found: BuildPlace | undefined = first.loc
    ? {
        file: relative(folder, first.loc.file ?? first.id ?? "src/plugin.ts"),
        line: first.loc.line,
        column: first.loc.column + 1,
      }
    : file === undefined
      ? undefined
      : { file, line: Number(line), column: Number(column) };
  const [words = text] = text.replace(/^\[[A-Z_]+\] /, "").split("\n");
  // Our entry imports the tools: that they are missing is to be corrected in the author's.
  const place = found?.file.endsWith(ENTRY) ? { file: "src/plugin.ts" } : found;
  return new BuildError("ERR_BUILD_SOURCE", words, { place, cause });
}

function stripColors(text: string): string {
  // oxlint-disable-next-line no-control-regex -- escape sequences are meant
  return text.replace(/\x1b\[[0-9;]*m/g, "");
}
