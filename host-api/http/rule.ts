import { GrantError } from "../errors.ts";
import { isLoopback } from "./addresses.ts";
import { isForbiddenForSecret, isHeaderName } from "./headers.ts";
import { assertKnownKeys, isObject } from "./keys.ts";
import { parseRegion } from "./region.ts";
import { isSharedSuffix } from "./suffixes.ts";
import { DEFAULT_PORTS, addressOf, parseTarget } from "./url.ts";
import type { Scheme } from "./url.ts";

/** The methods a rule may name. CONNECT and TRACE turn a server into a tunnel or a mirror: never. */
export const METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"] as const;
export type Method = (typeof METHODS)[number];

/** One origin that is allowed, and what of it. */
export type HttpRule = {
  readonly scheme: Scheme;
  /** A name, an IP address, or `*.example.com`: every name below example.com, at any depth, but not itself. */
  readonly host: string;
  readonly port: number;
  readonly methods: readonly Method[];
  /** Prefixes that end at a segment boundary: `/v1` allows `/v1` and `/v1/users`, not `/v10`. */
  readonly paths: readonly string[];
  /** Where the operator says that the host is. */
  readonly region?: string;
  readonly secret?: HttpSecret;
};

/** A header that the broker adds. The guest neither sees nor sets it. */
export type HttpSecret = {
  readonly header: string;
  /** `env:NAME` or `file:PATH`: where the broker reads the value, at each request. */
  readonly reference: string;
  /** The header's value, with `{}` where the secret goes: `Bearer {}`. */
  readonly format: string;
  /** References by tenant. Then the rule is for these tenants only, and `reference` for whoever runs the host themselves. */
  readonly perTenant?: { readonly [tenant: string]: string };
};

const RULE_KEYS = ["scheme", "host", "port", "methods", "paths", "region", "secret"] as const;
const SECRET_KEYS = ["header", "reference", "format", "perTenant"] as const;
const REFERENCE = /^(?:env:[A-Za-z_][A-Za-z0-9_]{0,127}|file:\/[^\0]{1,4095})$/;
const TENANTS_MAX = 1000;
const TENANT = /^[^\p{C}\p{Zl}\p{Zp}]{1,128}$/u;
const DEFAULT_METHODS: readonly Method[] = ["GET", "HEAD"];
const PATHS_MAX = 32;

type Path = readonly (string | number)[];

/**
 * Reads one rule: text (`api.example.com`, `api.example.com:8443@eu`, `*.example.com`, `https://api.example.com/v1/`)
 * or an object with the keys of `HttpRule`, of which only `host` is required.
 * Text never allows more than `GET` and `HEAD`; what changes things must be spelled out.
 *
 * @throws GrantError
 */
export function parseRule(value: unknown, path: Path): HttpRule {
  if (typeof value === "string") return parseText(value, path);
  if (!isObject(value)) {
    throw new GrantError(
      "an http rule is neither text nor an object",
      'Write "api.example.com:443".',
      path,
    );
  }
  assertKnownKeys(value, RULE_KEYS, path);
  const scheme = givenOr(value, "scheme", "https");
  if (scheme !== "https" && scheme !== "http") {
    throw new GrantError("an http rule has an unknown scheme", 'Write "https" or "http".', [
      ...path,
      "scheme",
    ]);
  }
  const port = givenOr(value, "port", DEFAULT_PORTS[scheme]);
  if (typeof port !== "number" || !Number.isInteger(port) || port < 1 || port > 65_535) {
    throw new GrantError("an http rule has no valid port", "Write a number from 1 to 65535.", [
      ...path,
      "port",
    ]);
  }
  const host = parseHost(value["host"], [...path, "host"]);
  const rule = {
    scheme,
    host,
    port,
    methods: parseMethods(givenOr(value, "methods", DEFAULT_METHODS), [...path, "methods"]),
    paths: parsePaths(givenOr(value, "paths", ["/"]), [...path, "paths"]),
    ...(value["region"] === undefined
      ? {}
      : { region: parseRegion(value["region"], [...path, "region"]) }),
  } as const;
  if (value["secret"] === undefined) return rule;
  return { ...rule, secret: parseSecret(value["secret"], rule, [...path, "secret"]) };
}

/** What the key says, or the default where it is absent. A key that is there but empty is not absent. */
function givenOr(
  value: Readonly<Record<string, unknown>>,
  key: string,
  byDefault: unknown,
): unknown {
  return value[key] === undefined ? byDefault : value[key];
}

function parseText(text: string, path: Path): HttpRule {
  const match =
    /^(?:(https?):\/\/)?(\[[^\]]*\]|[^/:?#@]*)(?::([1-9][0-9]{0,4}))?(?:@([^/:?#@]*))?(\/[^?#]*)?$/.exec(
      text,
    );
  // Only a bare host takes its region behind it: within an address, what stands before an `@` is a user.
  const isAddress = match?.[1] !== undefined || match?.[5] !== undefined;
  if (match === null || (match[4] !== undefined && isAddress)) {
    throw new GrantError(
      `http cannot read the rule ${JSON.stringify(text.slice(0, 100))}`,
      'Write "api.example.com:443", "api.example.com:443@eu" with its region, or "https://api.example.com/v1/", without user, query or fragment.',
      path,
    );
  }
  const [, scheme = "https", host, port, region, prefix] = match;
  const rule = {
    scheme,
    host,
    ...(port === undefined ? {} : { port: Number(port) }),
    ...(region === undefined ? {} : { region }),
  };
  return parseRule(prefix === undefined ? rule : { ...rule, paths: [prefix] }, path);
}

/** A host must survive the same parser that reads the guest's addresses, or it could never match one. */
function parseHost(value: unknown, path: Path): string {
  const host = typeof value === "string" ? value.toLowerCase() : "";
  const isWildcard = host.startsWith("*.");
  const domain = isWildcard ? host.slice(2) : host;
  if (targetOf(`https://${domain}/`)?.host !== domain) {
    throw new GrantError(
      "an http rule has no valid host",
      'Write a plain lower-case name such as "api.example.com" or "*.example.com"; port and path are keys of their own.',
      path,
    );
  }
  if (isWildcard && (/^\[|^[0-9.]+$/.test(domain) || isSharedSuffix(domain))) {
    throw new GrantError(
      `"${host}" would grant the hosts of strangers`,
      "Name the host itself, or a wildcard below a domain that one owner holds.",
      path,
    );
  }
  return host;
}

function parseMethods(value: unknown, path: Path): readonly Method[] {
  const list: readonly unknown[] = Array.isArray(value) ? value : [value];
  const methods = METHODS.filter((method) => list.includes(method));
  if (list.length === 0 || methods.length !== list.length) {
    throw new GrantError(
      "an http rule has an unknown or repeated method",
      `Choose of ${METHODS.join(", ")}.`,
      path,
    );
  }
  return methods;
}

function parsePaths(value: unknown, path: Path): readonly string[] {
  const list: readonly unknown[] = Array.isArray(value) ? value : [value];
  if (list.length > 0 && list.length <= PATHS_MAX && list.every(isPlainPrefix)) return list;
  throw new GrantError(
    "an http rule has an invalid path",
    `Write 1 to ${PATHS_MAX} prefixes such as "/v1/", without dot segments, percent-encoding, query or fragment.`,
    path,
  );
}

function isPlainPrefix(prefix: unknown): prefix is string {
  return (
    typeof prefix === "string" &&
    /^\/[^?#%\\]*$/.test(prefix) &&
    targetOf(`https://host${prefix}`)?.path === prefix
  );
}

function parseSecret(value: unknown, rule: Omit<HttpRule, "secret">, path: Path): HttpSecret {
  if (!isObject(value)) {
    throw new GrantError(
      "an http secret is not an object",
      "Write { header, reference, format }.",
      path,
    );
  }
  assertKnownKeys(value, SECRET_KEYS, path);
  const header = typeof value["header"] === "string" ? value["header"].toLowerCase() : "";
  if (!isHeaderName(header) || isForbiddenForSecret(header)) {
    throw new GrantError(
      "an http secret has no usable header",
      'Write a name such as "authorization".',
      [...path, "header"],
    );
  }
  const reference = value["reference"];
  if (typeof reference !== "string" || !REFERENCE.test(reference)) {
    throw new GrantError(
      "an http secret has no valid reference",
      'Write "env:NAME" or "file:/absolute/path"; the value itself never stands in a configuration.',
      [...path, "reference"],
    );
  }
  const format = givenOr(value, "format", "{}");
  if (
    typeof format !== "string" ||
    !/^[\x20-\x7e]{0,100}$/.test(format) ||
    format.split("{}").length !== 2
  ) {
    throw new GrantError("an http secret has an invalid format", 'Write {} once: "Bearer {}".', [
      ...path,
      "format",
    ]);
  }
  assertSecretPlace(rule, path);
  const perTenant = parsePerTenant(value["perTenant"], path);
  return { header, reference, format, ...(perTenant === undefined ? {} : { perTenant }) };
}

function parsePerTenant(value: unknown, path: Path): HttpSecret["perTenant"] {
  if (value === undefined) return undefined;
  const entries = isObject(value) ? Object.entries(value) : [];
  const isPlain = entries.every(
    ([tenant, reference]) =>
      TENANT.test(tenant) &&
      tenant !== "__proto__" &&
      typeof reference === "string" &&
      REFERENCE.test(reference),
  );
  if (entries.length === 0 || entries.length > TENANTS_MAX || !isPlain)
    throw new GrantError(
      "the secrets by tenant are not references by name",
      'Write { acme: "env:ACME_TOKEN" }: a tenant that is not there reaches nothing by this rule.',
      [...path, "perTenant"],
    );
  return Object.fromEntries(entries) as Record<string, string>;
}

/** A secret goes to one exact host over TLS; in the clear only where it stays on this machine. */
function assertSecretPlace(rule: Omit<HttpRule, "secret">, path: Path): void {
  if (rule.host.startsWith("*.")) {
    throw new GrantError(
      "an http secret would go to every host below a wildcard",
      "Name one host.",
      path,
    );
  }
  if (rule.scheme === "http" && !isLoopback(addressOf(rule.host))) {
    throw new GrantError(
      "an http secret would travel in the clear",
      'Use the scheme "https".',
      path,
    );
  }
}

function targetOf(text: string): ReturnType<typeof parseTarget> | undefined {
  try {
    return parseTarget(text);
  } catch {
    return undefined;
  }
}
