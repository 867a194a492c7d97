import { EXIT, GloveboxError, type ErrorDetail, type ErrorTable } from "../../errors.ts";

/** What the gates refuse. */
export const GATE_ERRORS = {
  ERR_GATE_OPEN_LISTEN: {
    fault: "user",
    exit: EXIT.refused,
    summary:
      "Without authentication the server would listen where other machines reach it. Refused in development too.",
    remedy: "Listen on 127.0.0.1, or write `server.auth`.",
  },
  ERR_GATE_AUTH: {
    fault: "user",
    exit: EXIT.refused,
    summary: "Production refuses to serve HTTP to whoever comes.",
    remedy:
      "Write `server.auth` with mode `keys`, `oauth` or `mtls`; for keys, run `glovebox key new`.",
  },
  ERR_GATE_ISSUER: {
    fault: "user",
    exit: EXIT.refused,
    summary: "Production refuses an issuer of tokens that is not reached by https.",
    remedy: "Write the https address of your authorization server as `server.auth.issuer`.",
  },
  ERR_GATE_AUDIENCE: {
    fault: "user",
    exit: EXIT.refused,
    summary:
      "Production refuses tokens whose audience or resource is not this server: one for another service would open this one.",
    remedy:
      "Write this server's own https address as `server.auth.resource`, with a host of `server.http.hosts`, and no `audience` or one of its own.",
  },
  ERR_GATE_HOSTS: {
    fault: "user",
    exit: EXIT.refused,
    summary: "Production refuses to serve HTTP without the names by which clients call the server.",
    remedy: "Write them as `server.http.hosts`: it is what stops DNS rebinding.",
  },
  ERR_GATE_ORIGINS: {
    fault: "user",
    exit: EXIT.refused,
    summary:
      "Production refuses to serve HTTP without a word on which web pages may call it, or to pages that came by plain http.",
    remedy: "Write `server.http.origins`; an empty list lets no page in.",
  },
  ERR_GATE_RATE: {
    fault: "user",
    exit: EXIT.refused,
    summary: "Production refuses to serve HTTP without limits for each caller.",
    remedy: "Write `server.rate` with a `default`.",
  },
  ERR_GATE_AUDIT: {
    fault: "user",
    exit: EXIT.refused,
    summary: "Production refuses to serve HTTP without a word on what is kept of each call.",
    remedy: "Write the section `audit`.",
  },
  ERR_GATE_TLS: {
    fault: "user",
    exit: EXIT.refused,
    summary:
      "Production refuses to serve HTTP where nobody ends TLS: neither this server nor a proxy that is named.",
    remedy:
      "Write `server.http.tls`, or name the proxy's own network as `server.http.proxy.trusted`.",
  },
  ERR_GATE_PROXY: {
    fault: "user",
    exit: EXIT.refused,
    summary:
      "Production refuses to believe so many addresses when they say for whom they call: they are no proxy's.",
    remedy:
      "Name the proxy's own network as `server.http.proxy.trusted`: /8 or narrower, /16 with IPv6.",
  },
  ERR_GATE_CLIENT_CA: {
    fault: "user",
    exit: EXIT.refused,
    summary: "Production refuses mode `mtls` where this server does not ask for certificates.",
    remedy: "Write `server.http.tls` with `cert`, `key` and `client_ca`.",
  },
  ERR_GATE_STATE_KEY: {
    fault: "user",
    exit: EXIT.refused,
    summary:
      "Production refuses to serve HTTP without a key of its own for what clients bring back.",
    remedy:
      "Draw one with `openssl rand -base64 32` and write where it is: `server.state_key: env:NAME`.",
  },
  ERR_GATE_SECRET_MISSING: {
    fault: "user",
    exit: EXIT.refused,
    summary: "A secret that the configuration names cannot be read, or others may read its file.",
    remedy: "Set the variable, or make the file readable to its owner alone: chmod 600.",
  },
  ERR_GATE_SECRET_WEAK: {
    fault: "user",
    exit: EXIT.refused,
    summary: "A secret is a placeholder, was published, or can be guessed.",
    remedy: "Replace it by one that was drawn: `openssl rand -base64 32`.",
  },
  ERR_GATE_SECRET_SHARED: {
    fault: "user",
    exit: EXIT.refused,
    summary: "Two secrets of the configuration are the same.",
    remedy: "Draw one for each use: `openssl rand -base64 32`.",
  },
  ERR_GATE_WRITABLE: {
    fault: "user",
    exit: EXIT.refused,
    summary: "Others than the operator may change the configuration, the plugins or their data.",
    remedy:
      "Take the right away from them: chmod go-w; and let it belong to the user who runs Glovebox, or to root.",
  },
  ERR_GATE_READABLE: {
    fault: "user",
    exit: EXIT.refused,
    summary: "Others than the operator may read keys, or the plugins' data.",
    remedy: "Take the right away from them: chmod o-rwx for the folder, chmod 600 for a key.",
  },
  ERR_GATE_SANDBOX_ROOT: {
    fault: "user",
    exit: EXIT.refused,
    summary: "A folder for plugins' data is `/`, a home or a folder of the system.",
    remedy:
      "Give the workspace a folder of its own, such as /srv/glovebox, and remove the link that leads there.",
  },
} as const satisfies ErrorTable;

export type GateErrorCode = keyof typeof GATE_ERRORS;

/** A reason not to start. */
export class GateError extends GloveboxError<GateErrorCode> {
  constructor(code: GateErrorCode, message: string, detail?: ErrorDetail) {
    super(code, GATE_ERRORS[code], message, detail);
  }
}
