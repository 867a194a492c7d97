// Plain JavaScript: it is read before anything that strips types is loaded.
import { createHash } from "node:crypto";
import fs from "node:fs";

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
 * The folder of the bundled command line, when it is there and every source that it was made from is still the same, byte
 * by byte. The published package comes without those sources, and its list of them is empty.
 *
 * @returns {URL | undefined}
 */
export function findBuiltProgram() {
  try {
    const { sources, digest } = JSON.parse(
      fs.readFileSync(new URL("built-with.json", FOLDER), "utf8"),
    );
    return digestOfSources(sources, TREE) === digest ? FOLDER : undefined;
  } catch {
    return undefined;
  }
}
