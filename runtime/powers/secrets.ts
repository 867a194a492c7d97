import { isAbsolute } from "node:path";
import { HostError } from "@glovebox/host-api/errors";
import { readPrivate } from "./private-file.ts";

const SECRET_BYTES_MAX = 64 * 1024;

/**
 * Reads one secret of the operator's: `env:NAME`, or `file:PATH` with an absolute path to a file that only its owner
 * may read (Windows has no such mode; there the file's ACL is the operator's to set).
 * One line break at the end is dropped. The messages name the reference and never the value.
 *
 * @throws HostError `invalid-argument`, `not-found`, `not-permitted`, `not-a-file` or `too-large`
 */
export function readSecret(
  reference: string,
  environment: NodeJS.ProcessEnv = process.env,
): string {
  const colon = reference.indexOf(":");
  const kind = reference.slice(0, colon);
  const name = reference.slice(colon + 1);
  if (kind === "env") return verifyText(readEnvironment(name, environment));
  if (kind === "file" && isAbsolute(name) && !name.includes("\0"))
    return verifyText(readFile(name));
  throw new HostError(
    "invalid-argument",
    "a secret's reference is env:NAME or file:/absolute/path",
  );
}

function readEnvironment(name: string, environment: NodeJS.ProcessEnv): string {
  if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(name))
    throw new HostError("invalid-argument", "not a variable's name");
  const value = Object.hasOwn(environment, name) ? environment[name] : undefined;
  if (value === undefined) throw new HostError("not-found", `the variable ${name} is not set`);
  if (Buffer.byteLength(value) > SECRET_BYTES_MAX)
    throw new HostError("too-large", "the secret is over 64 KiB");
  return value;
}

function readFile(path: string): string {
  const bytes = readPrivate(path, SECRET_BYTES_MAX);
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch (cause) {
    throw new HostError("invalid-argument", "the secret's file cannot be read as text", { cause });
  }
}

function verifyText(text: string): string {
  const secret = text.replace(/\r?\n$/, "");
  if (secret === "") throw new HostError("invalid-argument", "the secret is empty");
  if (/[\r\n\0]/.test(secret))
    throw new HostError("invalid-argument", "the secret has more than one line");
  return secret;
}
