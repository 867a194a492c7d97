// Builds what is published, into each package's `dist/package`: JavaScript with types. Node strips no types inside node_modules.
import { spawnSync } from "node:child_process";
import {
  chmodSync,
  cpSync,
  globSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { buildCommandLine } from "./build-command-line.ts";

const ROOT = join(import.meta.dirname, "../..");
const TSC = join(ROOT, "node_modules/typescript/bin/tsc");

interface PublishedPackage {
  readonly folder: string;
  /** Where the bundled command line goes. */
  readonly commandLine?: string;
  /** What is shipped as it stands beside the compiled modules: pattern in the tree, and the folder it is seen from. */
  readonly asTheyAre: readonly {
    readonly pattern: string;
    readonly from: string;
    readonly to: string;
  }[];
}

/** Of `runtime` only what its program imports is compiled: what runs inside the seal is in `dist/sealed` already. */
const PACKAGES: readonly PublishedPackage[] = [
  { folder: "host-api", asTheyAre: [{ pattern: "wit/*.wit", from: "host-api", to: "." }] },
  {
    folder: "sdk-guest",
    asTheyAre: [{ pattern: "plugin.schema.json", from: "sdk-guest", to: "." }],
  },
  {
    folder: "runtime",
    commandLine: "dist/cli",
    asTheyAre: [
      { pattern: "dist/sealed/*", from: "runtime", to: "." },
      { pattern: "dist/probes/plugin.{wasm,json}", from: "runtime", to: "." },
      { pattern: "{debt,plugin,policy}/**/*.schema.json", from: "runtime", to: "." },
      { pattern: "cli/demo/hostile/{plugin.json,src/**}", from: "runtime", to: "." },
      // The plugins that the demonstration builds, but for `web`: its HTML parser is no dependency of the runtime.
      {
        pattern: "{files,memory,time}/{plugin.json,src/**}",
        from: "plugins",
        to: "cli/demo/plugins",
      },
    ],
  },
];

interface Manifest {
  readonly exports: Readonly<Record<string, string>>;
  readonly bin?: Readonly<Record<string, string>>;
  readonly [key: string]: unknown;
}

/** Builds every package into the folder that `target` answers for its folder in the tree. The same sources give the same bytes. */
export async function buildPackages(target: (folder: string) => string): Promise<void> {
  const compiled = mkdtempSync(join(tmpdir(), "glovebox-packages-"));
  try {
    compile(compiled);
    for (const published of PACKAGES)
      await buildPackage(published, join(compiled, published.folder), target(published.folder));
  } finally {
    rmSync(compiled, { recursive: true, force: true });
  }
}

function compile(outDir: string): void {
  const words = [TSC, "--project", join(ROOT, "tsconfig.build.json"), "--outDir", outDir];
  const { status, stdout } = spawnSync(process.execPath, words, { encoding: "utf8" });
  if (status !== 0) throw new Error(`tsc exited ${status}:\n${stdout}`);
  for (const file of globSync("**/*.d.{ts,mts}", { cwd: outDir })) {
    const path = join(outDir, file);
    // A program has no types that anybody would import.
    if (file.endsWith(".d.mts")) rmSync(path);
    else writeFileSync(path, nameJavaScript(readFileSync(path, "utf8")));
  }
}

/** tsc writes `.js` into the imports of modules, and leaves `.ts` in those of their types. */
function nameJavaScript(types: string): string {
  return types.replaceAll(/(\b(?:from|import)\s*\(?\s*"\.{1,2}\/[^"\n]*)\.ts"/g, '$1.js"');
}

async function buildPackage(
  { folder, asTheyAre, commandLine }: PublishedPackage,
  compiled: string,
  out: string,
): Promise<void> {
  rmSync(out, { recursive: true, force: true });
  cpSync(compiled, out, { recursive: true });
  for (const { pattern, from, to } of asTheyAre)
    copyMatching(pattern, join(ROOT, from), join(out, to));
  if (commandLine) await buildCommandLine({ out: join(out, commandLine), extension: "js" });
  // Taken before the files that npm always packs are there.
  const files = readdirSync(out).toSorted();
  cpSync(join(ROOT, "LICENSE"), join(out, "LICENSE"));
  cpSync(join(ROOT, folder, "README.md"), join(out, "README.md"));
  const manifest = JSON.parse(readFileSync(join(ROOT, folder, "package.json"), "utf8")) as Manifest;
  writeFileSync(
    join(out, "package.json"),
    `${JSON.stringify(publish(manifest, files), null, 2)}\n`,
  );
  for (const program of Object.values(manifest.bin ?? {})) chmodSync(join(out, program), 0o755);
}

function copyMatching(pattern: string, from: string, to: string): void {
  const found = globSync(pattern, { cwd: from, withFileTypes: true }).filter((entry) =>
    entry.isFile(),
  );
  if (found.length === 0) throw new Error(`${from} has no ${pattern}: run \`npm run build\` first`);
  for (const entry of found) {
    const path = join(entry.parentPath, entry.name);
    const copy = join(to, path.slice(from.length));
    mkdirSync(dirname(copy), { recursive: true });
    cpSync(path, copy);
  }
}

/** The manifest as it is published: exports name JavaScript, and nothing is left that only the tree needs. */
function publish(
  { private: _private, devDependencies: _tools, exports, dependencies, ...kept }: Manifest,
  files: readonly string[],
): Manifest {
  const compiled = Object.entries(exports).map(([name, file]) => [name, nameCompiled(file)]);
  return { ...kept, exports: Object.fromEntries(compiled), files, dependencies };
}

function nameCompiled(file: string): unknown {
  if (!file.endsWith(".ts")) return file;
  const stem = file.slice(0, -".ts".length);
  return { types: `${stem}.d.ts`, default: `${stem}.js` };
}

if (import.meta.main) await buildPackages((folder) => join(ROOT, folder, "dist/package"));
