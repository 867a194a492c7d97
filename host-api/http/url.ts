import { HostError } from "../errors.ts";
import { parseAddress } from "./addresses.ts";

export type Scheme = "https" | "http";

/** One address to send a request to, parsed so strictly that it has only one reading. */
export interface Target {
  readonly scheme: Scheme;
  /** Lower case: an ASCII name, four decimal octets, or IPv6 in brackets. */
  readonly host: string;
  readonly port: number;
  /** As the URL standard normalises it: no dot segments, begins with `/`. */
  readonly path: string;
  /** With the question mark; empty when there is none. */
  readonly query: string;
  /** The whole address without fragment. Only this text is sent. */
  readonly href: string;
}

export const URL_BYTES_MAX = 8 * 1024;
export const DEFAULT_PORTS: Readonly<Record<Scheme, number>> = { https: 443, http: 80 };

const SHAPE = /^(https?):\/\/(\[[0-9a-f:.]+\]|[0-9a-z.-]+)(?::([1-9][0-9]{0,4}))?(?:[/?#]|$)/i;
const PRINTABLE = /^[\x21-\x5b\x5d-\x7e]+$/;
const LABEL = /^[0-9a-z](?:[0-9a-z-]{0,61}[0-9a-z])?$/;

/**
 * Parses an absolute http(s) address. The text is the guest's or, after a redirect, the other server's.
 *
 * Lenient parsers are where requests go astray, so what two parsers could read differently is refused:
 * userinfo, backslashes, control characters, spaces, non-ASCII, a trailing dot, and hosts that are numbers in disguise.
 * What is left must come out of the standard parser with the same host.
 *
 * @throws HostError `invalid-argument`
 */
export function parseTarget(text: string): Target {
  if (text.length > URL_BYTES_MAX) throw refusal("is too long");
  if (!PRINTABLE.test(text)) throw refusal("has a character that must be percent-encoded");
  const match = SHAPE.exec(text);
  const host = match?.[2]?.toLowerCase();
  if (match === null || host === undefined) throw refusal("is not scheme://host[:port]/path");
  if (!isHost(host)) throw refusal("has a host that is not a plain name or address");
  const scheme = match[1]?.toLowerCase() === "https" ? "https" : "http";
  const port = match[3] === undefined ? DEFAULT_PORTS[scheme] : Number(match[3]);
  const url = URL.parse(text);
  const agrees =
    url !== null &&
    url.protocol === `${scheme}:` &&
    url.hostname === host &&
    Number(url.port || DEFAULT_PORTS[scheme]) === port &&
    url.username === "" &&
    url.password === "";
  if (!agrees) throw refusal("has more than one reading");
  url.hash = "";
  return { scheme, host, port, path: url.pathname, query: url.search, href: url.href };
}

/** Whether `host` is a lower-case DNS name or an IP address in its one plain spelling (IPv6 in brackets). */
export function isHost(host: string): boolean {
  if (host.startsWith("[")) return parseAddress(addressOf(host)) !== undefined;
  const labels = host.split(".");
  if (host.length > 253 || !labels.every((label) => LABEL.test(label))) return false;
  // The URL standard reads a name whose last label is a number as an IPv4 address, in any base.
  const isNumeric = /^(?:[0-9]+|0x[0-9a-f]*)$/.test(labels.at(-1) ?? "");
  return !isNumeric || parseAddress(host) !== undefined;
}

/** The IP address that a host spells, without brackets; the host itself when it is a name. */
export function addressOf(host: string): string {
  return host.startsWith("[") && host.endsWith("]") ? host.slice(1, -1) : host;
}

function refusal(what: string): HostError {
  return new HostError("invalid-argument", `the request's URL ${what}`);
}
