import { X509Certificate } from "node:crypto";
import fs from "node:fs";
import tls from "node:tls";
import type { TlsConfiguration } from "../policy/server/http-configuration.ts";
import { HttpError } from "../server/http/errors.ts";
import type { TlsFiles } from "./http-listener.ts";
import { readPrivate } from "./private-file.ts";

const PEM_BYTES_MAX = 1024 * 1024;

/** Reads what TLS needs, and tries whether it fits together. Throws `ERR_HTTP_TLS`, which names the reference and the cause. */
export function readTlsFiles({ cert, key, clientCa }: TlsConfiguration): TlsFiles {
  const files: TlsFiles = {
    cert: readAs("the certificate", cert, readOpen),
    key: readAs("the key", key, (path) => text(readPrivate(path, PEM_BYTES_MAX))),
    ...(clientCa === undefined ? {} : { clientCa: readAs("the client CA", clientCa, readOpen) }),
  };
  try {
    tls.createSecureContext({ cert: files.cert, key: files.key });
    if (files.clientCa !== undefined) void new X509Certificate(files.clientCa);
  } catch (cause) {
    throw new HttpError("ERR_HTTP_TLS", `The files do not fit together: ${wordsOf(cause)}.`, {
      cause,
    });
  }
  return files;
}

function readAs(what: string, reference: string, read: (path: string) => string): string {
  try {
    return read(reference.slice("file:".length));
  } catch (cause) {
    throw new HttpError(
      "ERR_HTTP_TLS",
      `${what[0]?.toUpperCase()}${what.slice(1)} at ${reference} cannot be read: ${wordsOf(cause)}.`,
      { cause },
    );
  }
}

function readOpen(path: string): string {
  const descriptor = fs.openSync(path, fs.constants.O_RDONLY | (fs.constants.O_NONBLOCK ?? 0));
  try {
    const stat = fs.fstatSync(descriptor);
    if (!stat.isFile() || stat.size > PEM_BYTES_MAX) throw new Error("it is no PEM file");
    return text(fs.readFileSync(descriptor));
  } finally {
    fs.closeSync(descriptor);
  }
}

function text(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes);
}

function wordsOf(cause: unknown): string {
  return cause instanceof Error ? cause.message.replace(/\.$/, "") : "unknown";
}
