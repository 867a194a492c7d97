import type { KeyObject } from "node:crypto";
import path from "node:path";
import { HostError } from "@glovebox/host-api/errors";
import { located } from "../errors.ts";
import { SupplyError } from "../supply/errors.ts";
import { parsePrivateKey } from "../supply/signatures/keys.ts";
import type { CommandCall } from "./command.ts";
import { CliError } from "./errors.ts";
import { readPassphrase } from "./passphrase.ts";

export const KEY_BYTES_MAX = 16 * 1024;

/**
 * Reads the private key that the option `name` names, from a file that is the user's own and nobody else's to use: whoever can
 * read it signs in the user's name. Throws `ERR_FILE_MISSING`, `ERR_KEY_EXPOSED`, `ERR_KEY_INVALID` or `ERR_KEY_PASSPHRASE`.
 */
export function readPrivateKey(words: string, { machine }: CommandCall): KeyObject {
  const file = path.resolve(words);
  try {
    const pem = machine.privateFiles.readPrivate(file, KEY_BYTES_MAX, "own");
    return parsePrivateKey(new TextDecoder().decode(pem), readPassphrase());
  } catch (error) {
    throw located(error instanceof HostError ? explain(error) : error, { file });
  }
}

function explain(cause: HostError): CliError | SupplyError {
  if (cause.tag === "not-found")
    return new CliError("ERR_FILE_MISSING", "There is no key here that can be opened.", { cause });
  if (cause.tag === "not-permitted")
    return new SupplyError("ERR_KEY_EXPOSED", `the private key is not used: ${cause.message}`, {
      cause,
    });
  return new SupplyError("ERR_KEY_INVALID", `the private key cannot be read: ${cause.message}`, {
    cause,
  });
}
