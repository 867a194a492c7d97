import { EXIT, GloveboxError, type ErrorDetail, type ErrorTable } from "../../errors.ts";

export const STORE_ERRORS = {
  ERR_STORE_ADDRESS: {
    fault: "user",
    exit: EXIT.wrongUsage,
    summary: "The address of the shared store is not one of a Redis or Valkey server.",
    remedy:
      "Put redis://HOST:PORT or, with TLS, rediss://USER:PASSWORD@HOST:PORT/DB where `server.store.redis` points to.",
  },
  ERR_STORE_UNREACHABLE: {
    fault: "system",
    exit: EXIT.refused,
    summary:
      "The shared store (Redis or Valkey) cannot be reached, or did not answer in time. What depends on it is refused meanwhile.",
    remedy: "Start the server that `server.store.redis` points to, and see that it answers.",
  },
  ERR_STORE_VALUE: {
    fault: "system",
    exit: EXIT.refused,
    summary:
      "A value in the shared store is too large, not of its shape, or was not written with this server's state key.",
    remedy:
      "Give all replicas the same `server.state_key`, and nobody else the store. Values end by themselves.",
  },
  ERR_STORE_FULL: {
    fault: "system",
    exit: EXIT.refused,
    summary: "The store in this process, or its file, holds as much as it may.",
    remedy: "Wait until entries end, or let `server.store` be a Redis server.",
  },
  ERR_STORE_FILE: {
    fault: "system",
    exit: EXIT.refused,
    summary: "The file that keeps tasks and approvals on this machine cannot be used.",
    remedy:
      "See that the folder can be written, or move a damaged file away: what it held is lost.",
  },
} as const satisfies ErrorTable;

export type StoreErrorCode = keyof typeof STORE_ERRORS;

/** The shared store refused, or is away. Whoever needs it refuses in turn. */
export class StoreError extends GloveboxError<StoreErrorCode> {
  constructor(code: StoreErrorCode, message: string, detail?: ErrorDetail) {
    super(code, STORE_ERRORS[code], message, detail);
  }
}
