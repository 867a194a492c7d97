import type { JsonValue } from "@glovebox/host-api/json";
import type { Challenge } from "./authenticate.ts";
import type { HttpExchange } from "./exchange.ts";

/** Nothing that is answered here is for caches, or for a browser to make something of. */
export const SAFE_HEADERS = {
  "cache-control": "no-store",
  "x-content-type-options": "nosniff",
} as const;

export const JSON_HEADERS = { ...SAFE_HEADERS, "content-type": "application/json" } as const;

export const STREAM_HEADERS = {
  ...SAFE_HEADERS,
  "cache-control": "no-cache, no-transform",
  "content-type": "text/event-stream",
  // Proxies that buffer would hold events back.
  "x-accel-buffering": "no",
} as const;

/** What a client hears that did not get as far as MCP. */
export const HTTP_PROBLEMS = {
  BAD_REQUEST: 400,
  UNAUTHENTICATED: 401,
  FORBIDDEN: 403,
  NOT_FOUND: 404,
  METHOD_NOT_ALLOWED: 405,
  NOT_ACCEPTABLE: 406,
  TOO_LARGE: 413,
  UNSUPPORTED_MEDIA_TYPE: 415,
  TOO_MANY: 429,
  UNAVAILABLE: 503,
} as const;

export type HttpProblem = keyof typeof HTTP_PROBLEMS;

/** One error schema for everything outside JSON-RPC: `{error_code, message, suggestion?}`. */
export function answerProblem(
  exchange: HttpExchange,
  code: HttpProblem,
  message: string,
  more: {
    readonly suggestion?: string;
    readonly headers?: Readonly<Record<string, string>>;
  } = {},
): void {
  const { suggestion, headers } = more;
  const body = { error_code: code, message, ...(suggestion === undefined ? {} : { suggestion }) };
  exchange.answer(HTTP_PROBLEMS[code], { ...JSON_HEADERS, ...headers }, JSON.stringify(body));
}

const CHALLENGE_PROBLEMS = {
  400: "BAD_REQUEST",
  401: "UNAUTHENTICATED",
  403: "FORBIDDEN",
  503: "UNAVAILABLE",
} as const satisfies Record<Challenge["status"], HttpProblem>;

/** A refusal of the authenticator, with everything that RFC 9110 wants of it. */
export function answerChallenge(
  exchange: HttpExchange,
  { status, challenges, message, retryAfter }: Challenge,
): void {
  answerProblem(exchange, CHALLENGE_PROBLEMS[status], message, {
    headers: {
      ...(challenges.length === 0 ? {} : { "www-authenticate": challenges.join(", ") }),
      ...(retryAfter === undefined ? {} : { "retry-after": String(retryAfter) }),
    },
  });
}

export interface RpcError {
  readonly code: number;
  readonly message: string;
  readonly data?: JsonValue;
}

/** A JSON-RPC error, for whoever spoke JSON-RPC. */
export function answerRpcError(
  exchange: HttpExchange,
  status: number,
  error: RpcError,
  id: string | number | null = null,
): void {
  exchange.answer(status, JSON_HEADERS, JSON.stringify({ jsonrpc: "2.0", id, error }));
}

/** One event of a stream (HTML, server-sent events). JSON text has no line breaks. */
export function toEvent(json: string, eventId?: string): string {
  return `event: message\n${eventId === undefined ? "" : `id: ${eventId}\n`}data: ${json}\n\n`;
}
