import type { KeyObject } from "node:crypto";
import path from "node:path";
import { located } from "../errors.ts";
import { parsePrivateKey } from "../supply/signatures/keys.ts";
import type { CommandCall } from "./command.ts";
import { CliError } from "./errors.ts";
import { readPassphrase } from "./passphrase.ts";

export const KEY_BYTES_MAX = 16 * 1024;

/** Reads the private key that the option `name` names. Throws `ERR_FILE_MISSING`, `ERR_KEY_INVALID` or `ERR_KEY_PASSPHRASE`. */
export function readPrivateKey(words: string, { machine }: CommandCall): KeyObject {
  const file = path.resolve(words);
  const pem = machine.files.readFile(file, KEY_BYTES_MAX);
  if (!pem) throw new CliError("ERR_FILE_MISSING", "There is no key here.", { place: { file } });
  try {
    return parsePrivateKey(new TextDecoder().decode(pem), readPassphrase());
  } catch (error) {
    throw located(error, { file });
  }
}
