import { HostError } from "../errors.ts";

export type Header = readonly [name: string, value: string];

const HEADERS_MAX = 64;
const RESPONSE_HEADERS_MAX = 256;
/** Names and values of one request together, in characters. */
const HEADER_BYTES_MAX = 16 * 1024;
const NAME = /^[!#$%&'*+.^_`|~0-9a-z-]{1,128}$/;
const VALUE = /^[\t\x20-\x7e]*$/;

/** The broker frames the message and decodes it: what a guest says here is dropped without harm. */
const HOST_SETS: ReadonlySet<string> = new Set(["content-length", "accept-encoding"]);

/** Headers that reroute, reframe, impersonate or authenticate. A guest that sets one is refused. */
const FORBIDDEN: ReadonlySet<string> = new Set(
  `host connection keep-alive te trailer transfer-encoding upgrade expect http2-settings max-forwards
   authorization cookie cookie2 set-cookie origin referer via dnt forwarded x-forwarded x-host x-url
   x-http-method x-http-method-override x-method-override client-ip true-client-ip x-client-ip x-cluster-client-ip
   cf-connecting-ip fastly-client-ip metadata metadata-flavor x-metadata-token`.split(/\s+/),
);
const FORBIDDEN_PREFIXES = [
  "proxy-",
  "sec-",
  "metadata-",
  "x-forwarded-",
  "x-original-",
  "x-rewrite-",
  "x-real-",
  "x-envoy-",
  "x-aws-ec2-",
  "x-google-metadata-",
] as const;

/** The headers that follow a request to another origin; the rest was meant for the first one. */
const FOLLOW_ANYWHERE: ReadonlySet<string> = new Set([
  "accept",
  "accept-language",
  "content-type",
  "user-agent",
]);

/** What a guest does not get back: connection matters, cookies, and framing that decoding made untrue. */
const WITHHELD: ReadonlySet<string> = new Set(
  `connection keep-alive te trailer transfer-encoding upgrade set-cookie set-cookie2
   content-length content-encoding alt-svc clear-site-data`.split(/\s+/),
);

/** A lower-case header name (RFC 9110 token). */
export function isHeaderName(name: string): boolean {
  return NAME.test(name);
}

/** Whether a value can stand in a header without changing the message around it. */
export function isHeaderValue(value: string): boolean {
  return VALUE.test(value);
}

/** A secret may be the header that authenticates, but never one that frames or reroutes the message. */
export function isForbiddenForSecret(name: string): boolean {
  if (name === "authorization" || name === "cookie" || name === "proxy-authorization") return false;
  return HOST_SETS.has(name) || isForbidden(name);
}

/**
 * Parses the headers of a guest's request: `[[name, value], …]`, hostile. Names come out in lower case.
 *
 * @throws HostError `invalid-argument` for syntax, `too-large`, `refused-by-policy` for a forbidden name
 */
export function parseRequestHeaders(value: unknown): readonly Header[] {
  if (!Array.isArray(value))
    throw new HostError("invalid-argument", "request headers are not a list");
  if (value.length > HEADERS_MAX) throw new HostError("too-large", "too many request headers");
  const headers = (value as readonly unknown[]).map(parseHeader);
  const sizeBytes = headers.reduce((sum, [name, text]) => sum + name.length + text.length + 4, 0);
  if (sizeBytes > HEADER_BYTES_MAX)
    throw new HostError("too-large", "request headers are too large");
  return headers.filter(([name]) => !HOST_SETS.has(name));
}

/** The headers that go along when a redirect leads to another origin. */
export function headersForOtherOrigin(headers: readonly Header[]): readonly Header[] {
  return headers.filter(([name]) => FOLLOW_ANYWHERE.has(name));
}

/** What of a response's headers the guest may read. Throws `HostError` `too-large` when there are too many. */
export function guestHeaders(headers: readonly Header[]): readonly Header[] {
  if (headers.length > RESPONSE_HEADERS_MAX)
    throw new HostError("too-large", "too many response headers");
  return headers
    .map(([name, value]): Header => [name.toLowerCase(), value])
    .filter(([name]) => NAME.test(name) && !WITHHELD.has(name) && !name.startsWith("proxy-"));
}

/** The single value of a header; `undefined` when it is missing, all values joined when it is repeated. */
export function headerValue(headers: readonly Header[], wanted: string): string | undefined {
  const values = headers
    .filter(([name]) => name.toLowerCase() === wanted)
    .map(([, value]) => value);
  return values.length === 0 ? undefined : values.join(", ");
}

function parseHeader(entry: unknown): Header {
  const [name, value]: readonly unknown[] = Array.isArray(entry) && entry.length === 2 ? entry : [];
  if (typeof name !== "string" || typeof value !== "string") {
    throw new HostError("invalid-argument", "a request header is not a pair of texts");
  }
  const lower = name.toLowerCase();
  if (!isHeaderName(lower) || !isHeaderValue(value)) {
    throw new HostError(
      "invalid-argument",
      "a request header has a character that headers cannot carry",
    );
  }
  if (isForbidden(lower))
    throw new HostError("refused-by-policy", `a guest may not set the header ${lower}`);
  return [lower, value];
}

/** Whether a guest must not set the header `name`. Servers that hand headers on as variables read `_` and `.` as `-`; so does this. */
export function isForbidden(name: string): boolean {
  const dashed = name.replaceAll(/[_.]/g, "-");
  return FORBIDDEN.has(dashed) || FORBIDDEN_PREFIXES.some((prefix) => dashed.startsWith(prefix));
}
