import type { KeyObject } from "node:crypto";
import path from "node:path";
import { HostError } from "@glovebox/host-api/errors";
import { collectReasons, located, type GloveboxError } from "../errors.ts";
import { isCode, unreadable } from "../powers/file-errors.ts";
import { SupplyError } from "../supply/errors.ts";
import type { FilePowers } from "../supply/file-powers.ts";
import { parsePrivateKey, refusePublic } from "../supply/signatures/keys.ts";
import type { CommandCall } from "./command.ts";
import { CliError } from "./errors.ts";
import { readPassphrase } from "./passphrase.ts";

export const KEY_BYTES_MAX = 16 * 1024;

/**
 * Reads the private key that the option `name` names, from a file that is the user's own and nobody else's to use: whoever can
 * read it signs in the user's name. Throws `ERR_FILE_MISSING`, `ERR_WORKSPACE_UNREADABLE`, `ERR_KEY_EXPOSED`, `ERR_KEY_INVALID`
 * or `ERR_KEY_PASSPHRASE`.
 */
export function readPrivateKey(words: string, { machine }: CommandCall): KeyObject {
  const file = path.resolve(words);
  try {
    const pem = machine.privateFiles.readPrivate(file, KEY_BYTES_MAX, "own");
    return parsePrivateKey(new TextDecoder().decode(pem), readPassphrase());
  } catch (error) {
    if (!(error instanceof HostError)) throw located(error, { file });
    // Public keys are nobody's secret, and whoever mixed the two up has exposed nothing.
    const mixedUp = error.tag === "not-permitted" ? readPublic(file, machine.files) : undefined;
    throw located(mixedUp ?? explain(error, file), { file });
  }
}

/** Read for the words of a refusal alone. */
function readPublic(file: string, files: FilePowers): SupplyError | undefined {
  let bytes: Uint8Array | undefined;
  collectReasons([() => void (bytes = files.readFile(file, KEY_BYTES_MAX))]);
  return bytes && refusePublic(new TextDecoder().decode(bytes));
}

function explain(cause: HostError, file: string): GloveboxError {
  if (isCode(cause.cause, "EACCES", "EPERM")) return unreadable(file, cause.cause);
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
