import { GuestRefusal } from "../../guest.ts";
import type { IoError } from "../../io/streams.ts";
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

/** No tag of the broker's begins so. */
const REQUEST_BYTES = "request-bytes ";

/** A request's body is longer than it may be, or than it said. */
export function requestTooLarge(sizeBytes: number): GuestRefusal {
  return new GuestRefusal(`${REQUEST_BYTES}${sizeBytes}`);
}

/** The `error-code` for what a host call threw. Rethrows what is not a refusal: then the runner itself is broken. */
export function errorCodeOf(error: unknown): ErrorCode {
  if (!(error instanceof GuestRefusal)) throw error;
  if (error.tag.startsWith(REQUEST_BYTES))
    return { tag: "HTTP-request-body-size", val: BigInt(error.tag.slice(REQUEST_BYTES.length)) };
  return Object.entries(CODES).find(([tag]) => tag === error.tag)?.[1] ?? INTERNAL;
}

/** What the `error` of a body's stream says, so that `http-error-code` knows its own. */
const PREFIX = "http: ";

/** Runs a host call for a body's stream. */
export function streamFailure<Result>(operation: () => Result): Result {
  try {
    return operation();
  } catch (error) {
    throw error instanceof GuestRefusal ? new GuestRefusal(`${PREFIX}${error.tag}`) : error;
  }
}

/** `wasi:http/types.http-error-code`: `undefined` for an error that is not of a body's stream. */
export function httpErrorCode(error: IoError): ErrorCode | undefined {
  const text = error.toDebugString();
  if (!text.startsWith(PREFIX)) return undefined;
  return errorCodeOf(new GuestRefusal(text.slice(PREFIX.length)));
}
