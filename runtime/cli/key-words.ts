import path from "node:path";
import { located } from "../errors.ts";
import type { FilePowers } from "../supply/file-powers.ts";
import { CliError } from "./errors.ts";
import { KEY_BYTES_MAX } from "./private-key.ts";

/**
 * Reads a public key from a command's words: the key itself, or the file that it stands in. Throws `ERR_FILE_MISSING` and
 * what `parse` throws, with the file where there is one.
 */
export function readKeyWords<Key>(
  words: string,
  files: FilePowers,
  parse: (text: string) => Key,
): Key {
  const file = path.resolve(words);
  const bytes = files.readFile(file, KEY_BYTES_MAX);
  // A key has no dot, and a file that is meant is named, even when it is not there.
  if (!bytes && words.includes("."))
    throw new CliError("ERR_FILE_MISSING", "There is no key here.", {
      place: { file },
      remedy: "Check the path, or write the public key itself: the one line of its file.",
    });
  try {
    return parse(bytes ? new TextDecoder().decode(bytes).trim() : words);
  } catch (error) {
    throw bytes ? located(error, { file }) : error;
  }
}
