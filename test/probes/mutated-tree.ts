import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { buildSealed, type SealedProgram } from "../helpers/build-sealed.ts";
import type { Change, Mutation } from "./mutation.ts";

const ROOT = join(import.meta.dirname, "../..");
/** Packages of this tree whose source takes part in a call. */
const PARTS = ["runtime", "host-api", "sdk-guest"];
/** Tests, plugins and templates have no part in it; the command line's bundle would be that of the unchanged source. */
const LEFT_OUT = new Set(["node_modules", "test", "templates"]);
const BUNDLE = join(ROOT, "runtime/dist/cli");

/** A copy of the built tree in which one mutation at a time takes place. */
export interface MutatedTree {
  readonly folder: string;
  /** Runs `work` with the mutation in place, and takes it back. Throws where its text is not found. */
  under<Result>(
    mutation: Pick<Mutation, "changes" | "programs">,
    work: () => Promise<Result>,
  ): Promise<Result>;
  remove(): void;
}

export function copyTree(): MutatedTree {
  const folder = mkdtempSync(join(realpathSync(tmpdir()), "glovebox-mutations-"));
  for (const part of PARTS) {
    cpSync(join(ROOT, part), join(folder, part), {
      recursive: true,
      filter: (from) => from !== BUNDLE && !LEFT_OUT.has(basename(from)),
    });
    linkPackages(join(ROOT, part), join(folder, part));
  }
  for (const file of ["package.json", "package-lock.json"])
    cpSync(join(ROOT, file), join(folder, file));
  linkPackages(ROOT, folder);
  return {
    folder,
    async under({ changes, programs = [] }, work) {
      const before = new Map<string, Uint8Array>();
      const keep = (file: string): void => {
        if (!before.has(file)) before.set(file, readFileSync(join(folder, file)));
      };
      try {
        for (const name of programs) keep(sealedFile(name));
        for (const change of changes) {
          keep(change.file);
          replaceOnce(folder, change);
        }
        for (const name of programs) await buildSealed(folder, name);
        return await work();
      } finally {
        for (const [file, bytes] of before) writeFileSync(join(folder, file), bytes);
      }
    },
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}

/** Installed packages are the tree's own; those of the workspace are the copy's. */
function linkPackages(from: string, to: string): void {
  // A part whose packages are all the root's has none of its own.
  if (!existsSync(join(from, "node_modules"))) return;
  const packages = join(to, "node_modules");
  mkdirSync(packages);
  for (const name of readdirSync(join(from, "node_modules")))
    if (name !== "@glovebox") symlinkSync(join(from, "node_modules", name), join(packages, name));
  if (from !== ROOT) return;
  mkdirSync(join(packages, "@glovebox"));
  symlinkSync(join(to, "host-api"), join(packages, "@glovebox/host-api"));
  symlinkSync(join(to, "sdk-guest"), join(packages, "@glovebox/sdk"));
}

function replaceOnce(folder: string, { file, from, to }: Change): void {
  const path = join(folder, file);
  const pieces = readFileSync(path, "utf8").split(from);
  if (pieces.length !== 2)
    throw new Error(`${file}: this text stands there ${pieces.length - 1} times: ${from}`);
  writeFileSync(path, pieces.join(to));
}

function sealedFile(name: SealedProgram): string {
  return `runtime/dist/sealed/${name}.cjs`;
}
