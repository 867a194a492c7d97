import { SupplyError } from "../supply/errors.ts";

const VARIABLE = "GLOVEBOX_PASSPHRASE";

/**
 * The passphrase of private keys, from the environment, so that it is never in a process list or a shell's history.
 * Throws `ERR_KEY_PASSPHRASE` for an empty one: it is what a script leaves behind whose secret was missing, and would
 * write the key in the clear.
 */
export function readPassphrase(): string | undefined {
  const passphrase = process.env[VARIABLE];
  if (passphrase !== "") return passphrase;
  throw new SupplyError("ERR_KEY_PASSPHRASE", `${VARIABLE} is set, and empty`, {
    remedy: `Give it a passphrase, or unset it (\`unset ${VARIABLE}\`) for a key that is not encrypted.`,
  });
}
