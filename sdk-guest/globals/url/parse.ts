import { parseHost } from "./host.ts";
import { C0, FRAGMENT, PATH, percentEncode, QUERY, SPECIAL_QUERY, USERINFO } from "./percent.ts";
import { defaultPort, isSpecial, type UrlRecord } from "./record.ts";

const DRIVE = /^[A-Za-z][:|]$/;
const STARTS_WITH_DRIVE = /^[A-Za-z][:|](?:[/\\?#]|$)/;
const DOUBLE_DOT = /^(?:\.|%2e){2}$/i;
const SINGLE_DOT = /^(?:\.|%2e)$/i;

/** The URL standard's basic URL parser, by descent instead of by states. Answers undefined for failure. */
export function parseUrl(text: string, base?: UrlRecord): UrlRecord | undefined {
  // oxlint-disable-next-line no-control-regex -- the standard trims these
  const input = text
    .toWellFormed()
    .replace(/^[\0-\x20]+|[\0-\x20]+$/g, "")
    .replace(/[\t\n\r]/g, "");
  const scheme = /^[A-Za-z][A-Za-z0-9+\-.]*:/.exec(input)?.[0].toLowerCase();
  if (scheme === undefined) return base && parseRelative(input, base);
  const rest = input.slice(scheme.length);
  const url = makeRecord(scheme);
  if (scheme === "file:") return parseFile(url, rest, base?.scheme === "file:" ? base : undefined);
  if (isSpecial(scheme)) {
    if (base?.scheme === scheme && !rest.startsWith("//")) return parseRelativeParts(rest, base);
    return parseAuthority(url, rest.replace(/^[/\\]+/, ""));
  }
  if (rest.startsWith("//")) return parseAuthority(url, rest.slice(2));
  if (rest.startsWith("/")) return parsePathAndMore(url, rest.slice(1));
  return parseOpaque(url, rest);
}

function makeRecord(scheme: string): UrlRecord {
  return {
    scheme,
    username: "",
    password: "",
    host: null,
    port: null,
    path: [],
    query: null,
    fragment: null,
  };
}

function parseRelative(input: string, base: UrlRecord): UrlRecord | undefined {
  if (typeof base.path === "string") {
    return input.startsWith("#") ? parseQueryAndFragment({ ...base }, input) : undefined;
  }
  return base.scheme === "file:"
    ? parseFile(makeRecord("file:"), input, base)
    : parseRelativeParts(input, base);
}

function parseRelativeParts(input: string, base: UrlRecord): UrlRecord | undefined {
  const special = isSpecial(base.scheme);
  const slash = special ? /^[/\\]/ : /^\//;
  if (!slash.test(input)) return parseBesideBase({ ...base, path: base.path.slice() }, input);
  if (slash.test(input.slice(1))) {
    return parseAuthority(
      makeRecord(base.scheme),
      special ? input.replace(/^[/\\]+/, "") : input.slice(2),
    );
  }
  return parsePathAndMore({ ...base, path: [], query: null, fragment: null }, input.slice(1));
}

/** `url` is a copy of the base: the input replaces its last segment, or its query, or its fragment. */
function parseBesideBase(url: UrlRecord, input: string): UrlRecord {
  url.fragment = null;
  if (input === "" || input.startsWith("#")) return parseQueryAndFragment(url, input);
  url.query = null;
  if (input.startsWith("?")) return parseQueryAndFragment(url, input);
  shorten(url);
  return parsePathAndMore(url, input);
}

function parseAuthority(url: UrlRecord, rest: string): UrlRecord | undefined {
  const end = rest.search(isSpecial(url.scheme) ? /[/\\?#]/ : /[/?#]/);
  const authority = end < 0 ? rest : rest.slice(0, end);
  const at = authority.lastIndexOf("@");
  if (at >= 0) setCredentials(url, authority.slice(0, at));
  const hostAndPort = authority.slice(at + 1);
  if (hostAndPort === "" && (at >= 0 || isSpecial(url.scheme))) return undefined;
  if (!setHostAndPort(url, hostAndPort)) return undefined;
  return parsePathStart(url, end < 0 ? "" : rest.slice(end));
}

function setCredentials(url: UrlRecord, credentials: string): void {
  const colon = credentials.indexOf(":");
  url.username = percentEncode(colon < 0 ? credentials : credentials.slice(0, colon), USERINFO);
  url.password = colon < 0 ? "" : percentEncode(credentials.slice(colon + 1), USERINFO);
}

/** Splits at the first `:` outside brackets. Without one there is no port text. */
export function splitHostAndPort(text: string): readonly [host: string, port: string | undefined] {
  let bracketed = false;
  for (let at = 0; at < text.length; at++) {
    if (text[at] === "[") bracketed = true;
    else if (text[at] === "]") bracketed = false;
    else if (text[at] === ":" && !bracketed) return [text.slice(0, at), text.slice(at + 1)];
  }
  return [text, undefined];
}

/** Answers false for failure. */
function setHostAndPort(url: UrlRecord, text: string): boolean {
  const [hostText, portText] = splitHostAndPort(text);
  if (hostText === "" && portText !== undefined) return false;
  const host = hostText === "" ? "" : parseHost(hostText, isSpecial(url.scheme));
  if (host === undefined) return false;
  if (portText !== undefined && !setPort(url, portText)) return false;
  url.host = host;
  return true;
}

export function setPort(url: UrlRecord, text: string): boolean {
  if (!/^\d*$/.test(text)) return false;
  const port = Number(text);
  if (port > 65_535) return false;
  url.port = text === "" || port === defaultPort(url.scheme) ? null : port;
  return true;
}

function parsePathStart(url: UrlRecord, rest: string): UrlRecord {
  if (isSpecial(url.scheme)) return parsePathAndMore(url, rest.replace(/^[/\\]/, ""));
  if (rest === "" || /^[?#]/.test(rest)) return parseQueryAndFragment(url, rest);
  return parsePathAndMore(url, rest.replace(/^\//, ""));
}

function parsePathAndMore(url: UrlRecord, rest: string): UrlRecord {
  const end = rest.search(/[?#]/);
  appendPath(url, end < 0 ? rest : rest.slice(0, end));
  return parseQueryAndFragment(url, end < 0 ? "" : rest.slice(end));
}

/** Appends segments to the record's path. `text` begins after the path's first slash. */
export function appendPath(url: UrlRecord, text: string): void {
  const path = url.path as string[];
  const segments = text.split(isSpecial(url.scheme) ? /[/\\]/ : "/");
  for (const [index, segment] of segments.entries()) {
    const last = index === segments.length - 1;
    if (DOUBLE_DOT.test(segment)) shorten(url);
    else if (!SINGLE_DOT.test(segment)) {
      const drive = url.scheme === "file:" && path.length === 0 && DRIVE.test(segment);
      path.push(drive ? `${segment[0]}:` : percentEncode(segment, PATH));
      continue;
    }
    if (last) path.push("");
  }
}

function shorten(url: UrlRecord): void {
  const path = url.path as string[];
  if (url.scheme === "file:" && path.length === 1 && /^[A-Za-z]:$/.test(path[0]!)) return;
  path.pop();
}

function parseOpaque(url: UrlRecord, rest: string): UrlRecord {
  const end = rest.search(/[?#]/);
  const path = end < 0 ? rest : rest.slice(0, end);
  // A space there would be lost when the URL is read again.
  url.path = percentEncode(path, C0).replace(/ $/, end < 0 ? " " : "%20");
  return parseQueryAndFragment(url, end < 0 ? "" : rest.slice(end));
}

/** `rest` is empty or begins with `?` or `#`. */
function parseQueryAndFragment(url: UrlRecord, rest: string): UrlRecord {
  const hash = rest.indexOf("#");
  const query = hash < 0 ? rest : rest.slice(0, hash);
  if (query !== "") url.query = encodeQuery(url, query.slice(1));
  if (hash >= 0) url.fragment = percentEncode(rest.slice(hash + 1), FRAGMENT);
  return url;
}

export function encodeQuery(url: UrlRecord, query: string): string {
  return percentEncode(query, isSpecial(url.scheme) ? SPECIAL_QUERY : QUERY);
}

function parseFile(
  url: UrlRecord,
  rest: string,
  base: UrlRecord | undefined,
): UrlRecord | undefined {
  url.host = "";
  if (/^[/\\]{2}/.test(rest)) return parseFileHost(url, rest.slice(2));
  if (/^[/\\]/.test(rest)) {
    const path = rest.slice(1);
    if (base) {
      url.host = base.host;
      const drive = base.path[0];
      if (!STARTS_WITH_DRIVE.test(path) && drive !== undefined && /^[A-Za-z]:$/.test(drive))
        url.path = [drive];
    }
    return parsePathAndMore(url, path);
  }
  if (!base) return parsePathAndMore(url, rest);
  url.host = base.host;
  url.path = base.path.slice();
  url.query = base.query;
  if (!STARTS_WITH_DRIVE.test(rest)) return parseBesideBase(url, rest);
  url.path = [];
  url.query = null;
  return parsePathAndMore(url, rest);
}

function parseFileHost(url: UrlRecord, rest: string): UrlRecord | undefined {
  const end = rest.search(/[/\\?#]/);
  const text = end < 0 ? rest : rest.slice(0, end);
  if (DRIVE.test(text)) return parsePathAndMore(url, rest);
  if (text !== "") {
    const host = parseHost(text, true);
    if (host === undefined) return undefined;
    url.host = host === "localhost" ? "" : host;
  }
  return parsePathStart(url, end < 0 ? "" : rest.slice(end));
}
