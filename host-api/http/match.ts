import type { HttpGrant } from "./grant.ts";
import type { HttpRule } from "./rule.ts";
import type { Target } from "./url.ts";

/** What the grant says of one request. `reason` is for the audit record. */
export type Decision =
  | { readonly allowed: true; readonly rule: HttpRule }
  | { readonly allowed: false; readonly reason: string };

/** Decides whether `grant` allows `method` on `target`. The first rule that matches in everything counts. Pure. */
export function decideRequest(grant: HttpGrant, method: string, target: Target): Decision {
  const sameOrigin = grant.allow.filter(
    (rule) =>
      rule.scheme === target.scheme &&
      rule.port === target.port &&
      matchesHost(rule.host, target.host),
  );
  if (sameOrigin.length === 0)
    return { allowed: false, reason: "no rule grants this scheme, host and port" };
  const sameMethod = sameOrigin.filter((rule) =>
    rule.methods.some((allowed) => allowed === method),
  );
  if (sameMethod.length === 0)
    return { allowed: false, reason: "the method is not granted for this host" };
  const rule = sameMethod.find(({ paths }) =>
    paths.some((prefix) => isPathWithin(prefix, target.path)),
  );
  if (rule === undefined)
    return { allowed: false, reason: "the path is not granted for this host" };
  return { allowed: true, rule };
}

/** Whether a rule's host pattern covers `host`, which may itself be a pattern. `*.` never covers the bare domain. */
export function matchesHost(pattern: string, host: string): boolean {
  if (pattern === host) return true;
  if (!pattern.startsWith("*.")) return false;
  const suffix = pattern.slice(1);
  const name = host.startsWith("*") ? host.slice(1) : host;
  return name.length > suffix.length && name.endsWith(suffix);
}

/**
 * Whether `path` stays below `prefix`, for every server that may read it.
 * Servers differ in what they decode before they resolve dot segments, so where a prefix limits anything,
 * a path that climbs after any amount of decoding is outside.
 */
export function isPathWithin(prefix: string, path: string): boolean {
  if (prefix === "/") return true;
  const atBoundary =
    prefix.endsWith("/") || path.length === prefix.length || path[prefix.length] === "/";
  return path.startsWith(prefix) && atBoundary && !mayClimb(path);
}

function mayClimb(path: string): boolean {
  const decoded = decodeFully(path);
  if (decoded === undefined) return true;
  return decoded
    .normalize("NFKC")
    .split(/[/\\]/)
    .some((segment) => /^\s*\.{1,2}\s*(?:;.*)?$/.test(segment));
}

const DECODE_ROUNDS_MAX = 4;

/** The path with all layers of percent-encoding removed; `undefined` when that does not end well. */
function decodeFully(path: string): string | undefined {
  let text = path;
  for (let round = 0; round < DECODE_ROUNDS_MAX; round += 1) {
    if (!text.includes("%")) return /\p{Cc}/u.test(text) ? undefined : text;
    try {
      text = decodeURIComponent(text);
    } catch {
      return undefined;
    }
  }
  return undefined;
}
