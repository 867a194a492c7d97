/** A parsed URL, as the URL standard keeps it. */
export interface UrlRecord {
  scheme: string;
  username: string;
  password: string;
  /** Serialized; null when there is none, which is not the same as an empty one. */
  host: string | null;
  port: number | null;
  /** Segments, or one opaque string (`mailto:a@b`). */
  path: string[] | string;
  query: string | null;
  fragment: string | null;
}

const DEFAULT_PORTS: Readonly<Record<string, number | null>> = {
  "ftp:": 21,
  "file:": null,
  "http:": 80,
  "https:": 443,
  "ws:": 80,
  "wss:": 443,
};

export function isSpecial(scheme: string): boolean {
  return Object.hasOwn(DEFAULT_PORTS, scheme);
}

export function defaultPort(scheme: string): number | null {
  return isSpecial(scheme) ? DEFAULT_PORTS[scheme]! : null;
}

export function serializePath(url: UrlRecord): string {
  return typeof url.path === "string"
    ? url.path
    : url.path.map((segment) => `/${segment}`).join("");
}

export function serializeUrl(url: UrlRecord): string {
  let text = url.scheme;
  if (url.host !== null) {
    const password = url.password === "" ? "" : `:${url.password}`;
    const credentials = url.username === "" && password === "" ? "" : `${url.username}${password}@`;
    text += `//${credentials}${url.host}${url.port === null ? "" : `:${url.port}`}`;
  } else if (typeof url.path !== "string" && url.path.length > 1 && url.path[0] === "") {
    // Else the path would be read as an authority.
    text += "/.";
  }
  text += serializePath(url);
  if (url.query !== null) text += `?${url.query}`;
  if (url.fragment !== null) text += `#${url.fragment}`;
  return text;
}
