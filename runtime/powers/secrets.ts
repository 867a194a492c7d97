import fs from "node:fs";
import { isAbsolute } from "node:path";
import { HostError } from "@glovebox/host-api/errors";

const SECRET_BYTES_MAX = 64 * 1024;
const READABLE_BY_OTHERS = 0o077;

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
  // Not blocking: a pipe in the file's place must not stop the whole broker.
  const descriptor = openFile(path);
  try {
    const stat = fs.fstatSync(descriptor);
    if (!stat.isFile()) throw new HostError("not-a-file", "the secret is not a regular file");
    if (process.platform !== "win32" && (stat.mode & READABLE_BY_OTHERS) !== 0) {
      throw new HostError(
        "not-permitted",
        "others than its owner may use the secret's file (chmod 600 it)",
      );
    }
    const buffer = Buffer.alloc(SECRET_BYTES_MAX + 1);
    const sizeBytes = fs.readSync(descriptor, buffer, 0, buffer.length, 0);
    if (sizeBytes > SECRET_BYTES_MAX) throw new HostError("too-large", "the secret is over 64 KiB");
    return new TextDecoder("utf-8", { fatal: true }).decode(buffer.subarray(0, sizeBytes));
  } catch (cause) {
    if (cause instanceof HostError) throw cause;
    throw new HostError("invalid-argument", "the secret's file cannot be read as text", { cause });
  } finally {
    fs.closeSync(descriptor);
  }
}

function openFile(path: string): number {
  try {
    return fs.openSync(path, fs.constants.O_RDONLY | (fs.constants.O_NONBLOCK ?? 0));
  } catch (cause) {
    throw new HostError("not-found", "the secret's file cannot be opened", { cause });
  }
}

function verifyText(text: string): string {
  const secret = text.replace(/\r?\n$/, "");
  if (secret === "") throw new HostError("invalid-argument", "the secret is empty");
  if (/[\r\n\0]/.test(secret))
    throw new HostError("invalid-argument", "the secret has more than one line");
  return secret;
}
