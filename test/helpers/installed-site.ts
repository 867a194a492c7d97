import { execFileSync, spawn } from "node:child_process";
import {
  existsSync,
  globSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { text } from "node:stream/consumers";
import { buildPackages } from "./build-packages.ts";

const ROOT = join(import.meta.dirname, "../..");
/** Folder in the tree, by the name that its package is published under. */
const PACKAGES: Readonly<Record<string, string>> = {
  "@glovebox/host-api": "host-api",
  "@glovebox/sdk": "sdk-guest",
  glovebox: "runtime",
};

export interface Ran {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A user's folder with the published packages in its `node_modules`. */
export interface InstalledSite {
  readonly folder: string;
  /** The program where npm links it. */
  readonly program: string;
  run(...words: string[]): Promise<Ran>;
  /** Every file of an installed package, sorted. */
  filesOf(name: string): readonly string[];
  remove(): void;
}

/**
 * Builds, packs and unpacks the packages, and installs them as npm would, but without a network: each sees the
 * third-party packages that it declares, as links to the tree's, and no other.
 */
export async function makeInstalledSite(): Promise<InstalledSite> {
  const scratch = realpathSync(mkdtempSync(join(tmpdir(), "glovebox-installed-")));
  const folder = join(scratch, "site");
  const modules = join(folder, "node_modules");
  const [built, packed] = [join(scratch, "built"), join(scratch, "packed")];
  for (const made of [packed, join(modules, ".bin")]) mkdirSync(made, { recursive: true });
  await buildPackages((name) => join(built, name));
  const sources = readdirSync(built).map((name) => join(built, name));
  const npm = ["pack", "--offline", "--silent", "--pack-destination", packed, ...sources];
  execFileSync("npm", npm, { cwd: scratch, stdio: ["ignore", "ignore", "inherit"] });
  for (const [name, source] of Object.entries(PACKAGES)) {
    const [tarball = ""] = globSync(`${name.replace(/^@/, "").replace("/", "-")}-[0-9]*.tgz`, {
      cwd: packed,
    });
    const home = join(modules, name);
    mkdirSync(home, { recursive: true });
    execFileSync("tar", ["-xzf", join(packed, tarball), "-C", home, "--strip-components=1"]);
    linkDependencies(home, join(ROOT, source));
  }
  // What npm puts there for the plugin that the test writes.
  symlinkSync(join(ROOT, "node_modules/zod"), join(modules, "zod"));
  const program = join(modules, ".bin/glovebox");
  symlinkSync("../glovebox/cli/glovebox.mjs", program);
  return {
    folder,
    program,
    run: (...words) => runProgram([program, ...words], folder),
    filesOf: (name) => listFiles(join(modules, name)),
    remove: () => rmSync(scratch, { recursive: true, force: true }),
  };
}

function linkDependencies(home: string, source: string): void {
  const { dependencies }: { dependencies: Readonly<Record<string, string>> } = JSON.parse(
    readFileSync(join(home, "package.json"), "utf8"),
  );
  for (const name of Object.keys(dependencies).filter((dependency) => !(dependency in PACKAGES))) {
    const found = [source, ROOT]
      .map((folder) => join(folder, "node_modules", name))
      .find(existsSync);
    if (found === undefined) throw new Error(`the tree has no ${name}`);
    const link = join(home, "node_modules", name);
    mkdirSync(dirname(link), { recursive: true });
    symlinkSync(found, link);
  }
}

function listFiles(home: string): readonly string[] {
  return globSync("**/*", { cwd: home, withFileTypes: true, exclude: ["node_modules"] })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(home.length + 1))
    .toSorted();
}

/** Runs a program of Node's with an environment that is the site's alone. */
export async function runProgram(words: readonly string[], cwd: string): Promise<Ran> {
  const child = spawn(process.execPath, words, {
    cwd,
    env: { PATH: process.env["PATH"] ?? "", HOME: cwd },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const ended = new Promise<number | null>((resolve) => child.once("close", resolve));
  const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr)]);
  return { code: await ended, stdout, stderr };
}
