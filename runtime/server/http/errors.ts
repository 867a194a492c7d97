import { EXIT, GloveboxError, type ErrorDetail, type ErrorTable } from "../../errors.ts";

export const HTTP_ERRORS = {
  ERR_HTTP_LISTEN: {
    fault: "user",
    exit: EXIT.failed,
    summary: "The server cannot listen where it should.",
    remedy:
      "Choose another address with `server.http.listen` or `--listen`, or end what listens there.",
  },
  ERR_HTTP_TLS: {
    fault: "user",
    exit: EXIT.refused,
    summary: "The certificate or the key of `server.http.tls` cannot be used.",
    remedy: "Give PEM files that belong together; only their owner may read the key (chmod 600).",
  },
  ERR_STATE_KEY: {
    fault: "user",
    exit: EXIT.refused,
    summary: "`server.state_key` cannot be read, or is too short.",
    remedy: "Make one of 32 bytes or more: `openssl rand -hex 32`.",
  },
} as const satisfies ErrorTable;

/** Why nothing is served over HTTP. */
export class HttpError extends GloveboxError<keyof typeof HTTP_ERRORS> {
  constructor(code: keyof typeof HTTP_ERRORS, message: string, detail?: ErrorDetail) {
    super(code, HTTP_ERRORS[code], message, detail);
  }
}
