/** The passphrase of private keys, from the environment, so that it is never in a process list or a shell's history. */
export function readPassphrase(): string | undefined {
  const passphrase = process.env["GLOVEBOX_PASSPHRASE"];
  return passphrase === undefined || passphrase === "" ? undefined : passphrase;
}
