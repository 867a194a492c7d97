import path from "node:path";
import type { FilePowers } from "../supply/file-powers.ts";

const IGNORE_BYTES_MAX = 1024 * 1024;

/**
 * Puts a file on the `.gitignore` beside it where it is in a git work tree, and answers that `.gitignore`;
 * undefined where there is no work tree, or the line stands there already.
 */
export function keepOutOfGit(file: string, files: FilePowers): string | undefined {
  const folder = path.dirname(file);
  if (!isInWorkTree(folder, files)) return undefined;
  const ignoreFile = path.join(folder, ".gitignore");
  const bytes = files.readFile(ignoreFile, IGNORE_BYTES_MAX);
  const text = bytes ? Buffer.from(bytes).toString("utf8") : "";
  const name = path.basename(file);
  const wanted = `/${name.replaceAll(/[\\*?[\]!#\s]/g, "\\$&")}`;
  const known = new Set(text.split(/\r?\n/));
  if (known.has(wanted) || known.has(name) || known.has(`*${path.extname(name)}`)) return undefined;
  files.writeFile(
    ignoreFile,
    `${text}${text === "" || text.endsWith("\n") ? "" : "\n"}${wanted}\n`,
  );
  return ignoreFile;
}

/** `.git` is a folder, or in a work tree of its own a file. */
function isInWorkTree(folder: string, files: FilePowers): boolean {
  const parent = path.dirname(folder);
  if (files.kindOf(path.join(folder, ".git")) !== "nothing") return true;
  return parent !== folder && isInWorkTree(parent, files);
}
