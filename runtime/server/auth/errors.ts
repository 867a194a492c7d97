import { EXIT, GloveboxError, type ErrorDetail, type ErrorTable } from "../../errors.ts";

export const AUTH_ERRORS = {
  ERR_KEYS_MISSING: {
    fault: "user",
    exit: EXIT.refused,
    summary: "`server.auth` asks for API keys, and there is no file of them.",
    remedy: "Make one: `glovebox key new NAME --tenant TENANT`.",
  },
  ERR_KEYS_EXPOSED: {
    fault: "user",
    exit: EXIT.refused,
    summary: "Others than its owner may read or change the file of API keys.",
    remedy: "`chmod 600` it, and consider whether somebody may have changed it.",
  },
  ERR_KEYS_INVALID: {
    fault: "user",
    exit: EXIT.refused,
    summary: "The file of API keys is damaged, or was not written by `glovebox key`.",
    remedy: "Restore it, or remove it and make new keys. Until then no key is accepted.",
  },
  ERR_AUTH_INSECURE: {
    fault: "user",
    exit: EXIT.refused,
    summary:
      "In production the issuer of tokens, its keys or this server's own address are plain http.",
    remedy:
      "Write https addresses. Plain http is for a development machine, and for that one only.",
  },
  ERR_AUTH_ISSUER: {
    fault: "system",
    exit: EXIT.refused,
    summary:
      "The issuer's metadata or keys cannot be used: not reachable, too large, of another issuer, or no keys that count.",
    remedy:
      "Check `issuer` and `jwks` in `server.auth`, and that this machine can reach them. Until then no token is accepted.",
  },
  ERR_API_KEY_UNKNOWN: {
    fault: "user",
    exit: EXIT.wrongUsage,
    summary: "No API key has this id.",
    remedy: "`glovebox key list` shows the ids.",
  },
  ERR_API_KEY_ROTATION: {
    fault: "user",
    exit: EXIT.refused,
    summary: "A client has two valid API keys already, and a third would be one too many to lose.",
    remedy: "Revoke the older one when nobody uses it any more: `glovebox key revoke ID`.",
  },
} as const satisfies ErrorTable;

/** What is wrong with how clients are to be recognised. For the operator: clients get a challenge. */
export class AuthError extends GloveboxError<keyof typeof AUTH_ERRORS> {
  constructor(code: keyof typeof AUTH_ERRORS, message: string, detail?: ErrorDetail) {
    super(code, AUTH_ERRORS[code], message, detail);
  }
}
