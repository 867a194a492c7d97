import { EXIT, GloveboxError, type ErrorDetail, type ErrorTable } from "../../errors.ts";

/** What can go wrong between a remote source and this machine, before anything in the bytes is looked at. */
export const SOURCE_ERRORS = {
  ERR_SOURCE_ADDRESS: {
    fault: "user",
    exit: EXIT.wrongUsage,
    summary: "A remote source is not written as one.",
    remedy:
      "Write `https://HOST/PATH.tgz`, with `#sha256=HEX` where the digest is known, or `oci://REGISTRY/NAME:TAG`, or `oci://REGISTRY/NAME@sha256:HEX`.",
  },
  ERR_SOURCE_INSECURE: {
    fault: "user",
    exit: EXIT.refused,
    summary:
      "A source, a redirect or a token service is reached by http, where anyone on the way could change it.",
    remedy: "Use https. Plain http is for a registry on this very machine only.",
  },
  ERR_SOURCE_INWARD: {
    fault: "user",
    exit: EXIT.refused,
    summary:
      "A source, or where it redirects to, has an address further inside than what the operator named: private, loopback, or not a plain address.",
    remedy: "Name the inner host yourself if you mean it; else do not use this source.",
  },
  ERR_SOURCE_REDIRECT: {
    fault: "plugin",
    exit: EXIT.refused,
    summary: "A source redirects too often, to something that is no address, or where it must not.",
    remedy: "Name the address at the end of the redirects, if you trust it.",
  },
  ERR_SOURCE_NOT_PINNED: {
    fault: "user",
    exit: EXIT.refused,
    summary: "In production, an https source does not say which digest it must have.",
    remedy: "Add `#sha256=HEX` to the source, with the digest that its author published.",
  },
  ERR_SOURCE_NOT_FOUND: {
    fault: "user",
    exit: EXIT.wrongUsage,
    summary: "A server has nothing at a remote source.",
    remedy: "Check the address, the name and the tag.",
  },
  ERR_SOURCE_NOT_AUTHORIZED: {
    fault: "user",
    exit: EXIT.failed,
    summary: "A server wants credentials for a source, or other ones.",
    remedy: "For a registry, run `docker login REGISTRY`, or check what it stored.",
  },
  ERR_SOURCE_UNREACHABLE: {
    fault: "system",
    exit: EXIT.failed,
    summary:
      "A server cannot be reached: no such name, no connection, or no certificate that is trusted.",
    remedy:
      "Check the network. For a private certificate authority, set NODE_EXTRA_CA_CERTS to its PEM file.",
  },
  ERR_SOURCE_TIMED_OUT: {
    fault: "system",
    exit: EXIT.failed,
    summary: "A server answers too slowly, or not at all.",
    remedy: "Try again later, or fetch the file by other means and add it from disk.",
  },
  ERR_SOURCE_TRUNCATED: {
    fault: "system",
    exit: EXIT.failed,
    summary: "A download was cut off, again and again, or is shorter than it was said to be.",
    remedy: "Try again, or fetch the file by other means and add it from disk.",
  },
  ERR_SOURCE_TOO_LARGE: {
    fault: "plugin",
    exit: EXIT.refused,
    summary: "A remote file is larger than is read, or larger than it was said to be.",
    remedy: "The plugin's author must make it smaller.",
  },
  ERR_SOURCE_ANSWER: {
    fault: "system",
    exit: EXIT.failed,
    summary: "A server answers in a way that is not understood.",
    remedy: "Check that the address is that of a file or a registry; try again later.",
  },
  ERR_SOURCE_DIGEST: {
    fault: "plugin",
    exit: EXIT.refused,
    summary: "What was fetched does not have the digest that was named for it.",
    remedy: "Do not use it. Fetch it again, and compare the digest with what the author published.",
  },
  ERR_SOURCE_KIND: {
    fault: "plugin",
    exit: EXIT.refused,
    summary: "What was fetched is neither a package nor WebAssembly.",
    remedy: "Name a `.tgz` that `glovebox pack` made, or a `.wasm`.",
  },
  ERR_SOURCE_BARE: {
    fault: "user",
    exit: EXIT.refused,
    summary:
      "A source is a component without the manifest that it needs, since it lists its tools itself.",
    remedy:
      "Put its `plugin.json` beside it, or ask its author for a package that `glovebox pack` made.",
  },
} as const satisfies ErrorTable;

export type SourceErrorCode = keyof typeof SOURCE_ERRORS;

export class SourceError extends GloveboxError<SourceErrorCode> {
  constructor(code: SourceErrorCode, message: string, detail: ErrorDetail = {}) {
    super(code, SOURCE_ERRORS[code], message, detail);
  }
}
