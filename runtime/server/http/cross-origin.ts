import { SAFE_HEADERS } from "./answers.ts";
import type { HttpExchange } from "./exchange.ts";

const EXPOSED = "mcp-session-id, mcp-protocol-version, www-authenticate, retry-after";
const ACCEPTED =
  "authorization, content-type, dpop, last-event-id, mcp-method, mcp-name, mcp-protocol-version, mcp-session-id, traceparent, tracestate, baggage";
const PREFLIGHT_SECONDS = "600";

/** The same exchange for a web page of an origin that may call: its browser lets it see the answers. */
export function openToOrigin(exchange: HttpExchange): HttpExchange {
  const { origin } = exchange.request.headers;
  if (origin === undefined) return exchange;
  const opened = {
    "access-control-allow-origin": origin,
    "access-control-expose-headers": EXPOSED,
    vary: "origin",
  };
  return {
    request: exchange.request,
    readBody: (bytesMax) => exchange.readBody(bytesMax),
    answer: (status, headers, body) => exchange.answer(status, { ...headers, ...opened }, body),
    stream: (status, headers) => exchange.stream(status, { ...headers, ...opened }),
    onClosed: (listener) => exchange.onClosed(listener),
  };
}

/** What a browser asks before it lets a page call. Arguments in headers are asked for by name. */
export function answerPreflight(exchange: HttpExchange): void {
  const asked = exchange.request.headers["access-control-request-headers"] ?? "";
  const parameters = asked
    .toLowerCase()
    .split(",")
    .map((name) => name.trim())
    .filter((name) => /^mcp-param-[a-z0-9!#$%&'*+.^_`|~-]{1,100}$/.test(name));
  exchange.answer(
    204,
    {
      ...SAFE_HEADERS,
      "access-control-allow-methods": "POST, GET, DELETE",
      "access-control-allow-headers": [ACCEPTED, ...parameters].join(", "),
      "access-control-max-age": PREFLIGHT_SECONDS,
    },
    "",
  );
}
