import { GuestRefusal } from "../../guest.ts";
import type { HostErrorTag } from "../../errors.ts";

/** The cases of `wasi:http/types.error-code` that this host answers. */
export type ErrorCode =
  | {
      readonly tag:
        | "HTTP-request-denied"
        | "HTTP-request-URI-invalid"
        | "HTTP-response-timeout"
        | "HTTP-protocol-error"
        | "destination-unavailable"
        | "connection-limit-reached";
    }
  | {
      readonly tag: "HTTP-request-body-size" | "HTTP-response-body-size";
      readonly val: bigint | undefined;
    }
  | { readonly tag: "HTTP-request-trailer-section-size"; readonly val: number | undefined }
  | { readonly tag: "internal-error"; readonly val: string | undefined };

const CODES: Readonly<Partial<Record<HostErrorTag, ErrorCode>>> = {
  "not-permitted": { tag: "HTTP-request-denied" },
  "refused-by-policy": { tag: "HTTP-request-denied" },
  "invalid-argument": { tag: "HTTP-request-URI-invalid" },
  "too-large": { tag: "HTTP-response-body-size", val: undefined },
  "limit-exceeded": { tag: "connection-limit-reached" },
  "timed-out": { tag: "HTTP-response-timeout" },
  unreachable: { tag: "destination-unavailable" },
};

const INTERNAL: ErrorCode = { tag: "internal-error", val: undefined };

/** The `error-code` for what a host call threw. Rethrows what is not a refusal: then the runner itself is broken. */
export function errorCodeOf(error: unknown): ErrorCode {
  if (!(error instanceof GuestRefusal)) throw error;
  return Object.entries(CODES).find(([tag]) => tag === error.tag)?.[1] ?? INTERNAL;
}
