/** Always there, in both engines. */
const CORE = [
  "Date",
  "Promise",
  "clearInterval",
  "clearTimeout",
  "console",
  "performance",
  "queueMicrotask",
  "setInterval",
  "setTimeout",
] as const;

/** There when a plugin's source, or a package it uses, has the name; and the module below `globals/` that exports it. */
export const ON_DEMAND = {
  AbortController: "abort",
  AbortSignal: "abort",
  DOMException: "dom-exception",
  Event: "events",
  EventTarget: "events",
  Headers: "headers",
  Request: "request",
  Response: "response",
  TextDecoder: "encoding",
  TextEncoder: "encoding",
  URL: "url/url",
  URLSearchParams: "url/search-params",
  atob: "base64",
  btoa: "base64",
  crypto: "crypto",
  fetch: "fetch",
  structuredClone: "clone",
} as const;

/** The web's names that a plugin may rely on in both engines, beside ECMAScript's own. */
export const GLOBAL_NAMES: readonly string[] = [...CORE, ...Object.keys(ON_DEMAND)].toSorted();
