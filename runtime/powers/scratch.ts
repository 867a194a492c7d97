import fs from "node:fs";
import os from "node:os";
import path from "node:path";

/** A fresh folder for work that nobody keeps. */
export function makeScratchFolder(prefix: string): { readonly folder: string; remove(): void } {
  const folder = fs.mkdtempSync(path.join(fs.realpathSync(os.tmpdir()), prefix));
  return { folder, remove: () => fs.rmSync(folder, { recursive: true, force: true }) };
}

/** A copy of a folder and all that is beneath it, links as links. */
export function copyFolder(from: string, to: string): void {
  fs.cpSync(from, to, { recursive: true, verbatimSymlinks: true });
}
