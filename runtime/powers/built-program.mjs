// Plain JavaScript: it is read before anything that strips types is loaded.
import { createHash } from "node:crypto";
import fs from "node:fs";
import { fileURLToPath } from "node:url";

/** The command line as `npm run build` bundles it: the same code in a few files, which start in a fraction of the time. */
const FOLDER = new URL("../dist/cli/", import.meta.url);
/** What the paths in `built-with.json` are relative to. */
const TREE = new URL("../../", import.meta.url);

/**
 * Digest of source files: paths relative to `tree`, a folder's URL that ends with a slash. Throws when one is missing.
 *
 * @param {readonly string[]} sources
 * @param {URL} tree
 */
export function digestOfSources(sources, tree) {
  const digest = createHash("sha256");
  for (const source of sources) {
    const bytes = fs.readFileSync(new URL(source, tree));
    digest.update(`${source}\n${bytes.length}\n`).update(bytes);
  }
  return digest.digest("hex");
}

/**
 * What the file system says of each: another file, or one that was written since, is told by it without being read.
 *
 * @param {readonly string[]} sources
 * @param {URL} tree
 * @returns {readonly string[]}
 */
export function stampsOfSources(sources, tree) {
  const folder = fileURLToPath(tree);
  return sources.map((source) => {
    const { dev, ino, size, ctimeMs } = fs.statSync(folder + source);
    return `${dev} ${ino} ${size} ${ctimeMs}`;
  });
}

/**
 * The bundled command line, when it is there and every source that it was made from is untouched, or at least the same
 * byte by byte: its folder, and the digest of those sources. The published package comes without them, and its list is empty.
 *
 * @returns {{ folder: URL, code: string } | undefined}
 */
export function findBuiltProgram() {
  try {
    const file = fs.readFileSync(new URL("built-with.json", FOLDER), "utf8");
    const { sources, stamps, code } = JSON.parse(file);
    const isUntouched = stampsOfSources(sources, TREE).every((stamp, at) => stamp === stamps?.[at]);
    const isFresh = isUntouched || digestOfSources(sources, TREE) === code;
    return isFresh ? { folder: FOLDER, code } : undefined;
  } catch {
    return undefined;
  }
}

/**
 * The folder of the Node that the tree brings, beside its commands, when `npm ci` has put it there.
 *
 * @returns {string | undefined}
 */
export function findOwnNode() {
  const folder = fileURLToPath(new URL("node_modules/.bin", TREE));
  return fs.existsSync(`${folder}/node`) ? folder : undefined;
}

/**
 * Whether this is a tree of sources in which `npm ci` has not been run.
 *
 * @returns {boolean}
 */
export function isBareTree() {
  /** @param {string} name */
  const has = (name) => fs.existsSync(new URL(name, TREE));
  return has("package-lock.json") && !has("node_modules");
}
