import { existsSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join, relative, sep } from "node:path";
import { pathToFileURL } from "node:url";
import { rolldown, type OutputChunk, type Plugin } from "rolldown";
import { digestOfSources, stampsOfSources } from "../../runtime/powers/built-program.mjs";

const ROOT = join(import.meta.dirname, "../..");
const ENTRIES = { main: "runtime/cli/main.ts", "code-folder": "runtime/powers/code-folder.ts" };
/** What decides the versions of the packages that become part of the bundle. */
const LOCK = "package-lock.json";

export interface CommandLineBuild {
  /** The `dist/cli` of the package that the bundle is for. */
  readonly out: string;
  /** How modules end there: files that are found relative to one are looked for where that one stands. */
  readonly extension: "ts" | "js";
}

/**
 * Bundles the command line with the packages it uses into a few files, which start in a fraction of the time.
 * The guest SDK stays outside: it is run by authors alone, and has native parts. In the tree (`ts`) the bundle
 * remembers what it was made from, so that it is never run when a source has changed since.
 */
export async function buildCommandLine({ out, extension }: CommandLineBuild): Promise<void> {
  const startedMs = Date.now();
  rmSync(out, { recursive: true, force: true });
  const build = await rolldown({
    input: Object.fromEntries(
      Object.entries(ENTRIES).map(([name, file]) => [name, join(ROOT, file)]),
    ),
    platform: "node",
    external: /^@glovebox\/sdk(\/|$)/,
    plugins: [keepPlaces(extension)],
    onLog: (level, log) => {
      if (level === "warn") throw new Error(log.message);
    },
  });
  const { output } = await build.write({
    dir: out,
    format: "esm",
    entryFileNames: "[name].mjs",
    chunkFileNames: "[name].mjs",
  });
  await build.close();
  const modules = output
    .filter((file): file is OutputChunk => file.type === "chunk")
    .flatMap(({ moduleIds }) => moduleIds)
    .filter((id) => id.startsWith(ROOT + sep))
    .map((id) => relative(ROOT, id).replaceAll(sep, "/"));
  writeFileSync(join(out, "LICENSES.txt"), licensesOf(modules));
  writeFileSync(join(out, "components.json"), componentsOf(modules));
  const sources = [LOCK, ...modules.filter((file) => !file.includes("node_modules/")).toSorted()];
  const tree = pathToFileURL(ROOT + sep);
  const kept = extension === "ts" ? sources : [];
  // In this order: what is written between the two is seen.
  const stamps = stampsOfSources(kept, tree);
  const code = digestOfSources(sources, tree);
  // Nobody knows which state of such a source was bundled: the bundle is of none, and is not run.
  const isEdited = kept.some((file) => statSync(join(ROOT, file)).ctimeMs >= startedMs);
  const madeFrom = isEdited ? { stamps: [], code: "" } : { stamps, code };
  writeFileSync(
    join(out, "built-with.json"),
    `${JSON.stringify({ sources: kept, ...madeFrom })}\n`,
  );
}

/** In the bundle each module of ours goes on to find the files that lie beside it, and not beside the bundle. */
function keepPlaces(extension: CommandLineBuild["extension"]): Plugin {
  return {
    name: "keep-places",
    transform(code, id) {
      if (id.includes("node_modules") || !code.includes("import.meta.url")) return null;
      const place = relative(join(ROOT, "runtime/dist/cli"), id)
        .replaceAll(sep, "/")
        .replace(/\.ts$/, `.${extension}`);
      return code.replaceAll("import.meta.url", `new URL("${place}", import.meta.url).href`);
    },
  };
}

/** The licences of all packages whose modules, named from the root of the tree, became part of a bundle. */
export function licensesOf(modules: readonly string[]): string {
  return packagesOf(modules).map(licenseOf).join("\n");
}

/** What a bundle is made of, for the bill of materials: no lockfile is there where it is installed. */
export function componentsOf(modules: readonly string[]): string {
  const lock: { readonly packages: Readonly<Record<string, { readonly integrity?: string }>> } =
    JSON.parse(readFileSync(join(ROOT, LOCK), "utf8"));
  const components = packagesOf(modules).map((folder) => {
    const integrity = lock.packages[folder]?.integrity;
    const { name, version, license } = manifestOf(folder);
    if (integrity === undefined) throw new Error(`${LOCK} has no integrity of ${folder}`);
    return { name, version, license, integrity };
  });
  return `${JSON.stringify(components, null, 2)}\n`;
}

function packagesOf(modules: readonly string[]): readonly string[] {
  const packages = new Set(
    modules.flatMap((file) => /^.*node_modules\/(@[^/]+\/)?[^/]+/.exec(file)?.[0] ?? []),
  );
  return [...packages].toSorted();
}

function manifestOf(folder: string): Readonly<Record<string, string>> {
  return JSON.parse(readFileSync(join(ROOT, folder, "package.json"), "utf8")) as Readonly<
    Record<string, string>
  >;
}

/** The licence of a package whose code is in the bundle, as it wants to be passed on. */
function licenseOf(folder: string): string {
  const { name, version, license } = manifestOf(folder);
  const text = ["LICENSE", "LICENSE.md", "license", "LICENSE.txt", "LICENCE", "LICENSE-MIT"]
    .map((file) => join(ROOT, folder, file))
    .find(existsSync);
  return `${name} ${version} (${license})\n\n${text === undefined ? "" : readFileSync(text, "utf8")}`;
}
