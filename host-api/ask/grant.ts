import { GrantError } from "../errors.ts";
import { matchesHost } from "../http/match.ts";
import { parseRule, type HttpRule } from "../http/rule.ts";
import type { Target } from "../http/url.ts";
import type { JsonValue } from "../json.ts";

/** What may be asked of the human and of the client. Plain JSON, complete: what is not there is not allowed. */
export type AskGrant = {
  /** Forms of flat values, which a person fills in. */
  readonly form: boolean;
  /** Hosts that a person is sent to, by https: `login.example.com`, `*.example.com:8443`. Empty: none. */
  readonly url: readonly string[];
  /** Answers of the client's model. */
  readonly sampling: boolean;
  /** The names of the client's folders. */
  readonly roots: boolean;
};

export const ASK_KINDS = ["form", "url", "sampling", "roots"] as const;
export type AskKind = (typeof ASK_KINDS)[number];

const SWITCHES = ["form", "sampling", "roots"] as const;
const HOSTS_MAX = 16;
const REMEDY =
  'Write `form`, a list such as [form, sampling], or { form: true, url: ["login.example.com"] }.';

/** Reads `form`, a list of kinds, or an object of them; `url` always names its hosts. Throws `GrantError`. */
export function parseAskGrant(value: unknown): AskGrant {
  if (typeof value === "string") return parseList([value], []);
  if (Array.isArray(value)) return parseList(value as readonly unknown[], []);
  if (typeof value !== "object" || value === null)
    throw new GrantError("the ask grant does not say what may be asked", REMEDY);
  const known: readonly string[] = ASK_KINDS;
  for (const key of Object.keys(value))
    if (!known.includes(key))
      throw new GrantError("the ask grant has an unknown key", REMEDY, [key]);
  const kinds = value as Readonly<Record<string, unknown>>;
  const [form, sampling, roots] = SWITCHES.map((name) => parseSwitch(kinds[name], name));
  return assertSome({
    form: form === true,
    url: parseHosts(kinds["url"]),
    sampling: sampling === true,
    roots: roots === true,
  });
}

function parseList(list: readonly unknown[], path: readonly number[]): AskGrant {
  for (const [index, item] of list.entries())
    if (!SWITCHES.some((name) => name === item))
      throw new GrantError("not something that may be asked", REMEDY, [...path, index]);
  return assertSome({
    form: list.includes("form"),
    url: [],
    sampling: list.includes("sampling"),
    roots: list.includes("roots"),
  });
}

function parseSwitch(value: unknown, name: string): boolean {
  if (value === undefined || typeof value === "boolean") return value === true;
  throw new GrantError("neither true nor false", REMEDY, [name]);
}

function parseHosts(value: unknown): readonly string[] {
  if (value === undefined) return [];
  const hosts: readonly unknown[] = Array.isArray(value) ? value : [value];
  if (hosts.length === 0 || hosts.length > HOSTS_MAX)
    throw new GrantError("too many hosts, or none", `Name 1 to ${HOSTS_MAX} hosts.`, ["url"]);
  return hosts.map((host, index) => {
    const path = ["url", index];
    const wrong = new GrantError("not a host", "Write its name alone: login.example.com.", path);
    if (typeof host !== "string" || /[/@]/.test(host)) throw wrong;
    parseRule(host, path);
    return host.toLowerCase();
  });
}

/** Whether a person may be sent to `target`. */
export function allowsAddress({ url }: AskGrant, target: Target): boolean {
  return url.some((host) => {
    const rule = ruleOf(host);
    return (
      target.scheme === "https" && rule.port === target.port && matchesHost(rule.host, target.host)
    );
  });
}

function ruleOf(host: string): HttpRule {
  return parseRule(host, []);
}

function assertSome(grant: AskGrant): AskGrant {
  if (grant.form || grant.sampling || grant.roots || grant.url.length > 0) return grant;
  throw new GrantError("the ask grant allows nothing", REMEDY);
}

/** Reads `--grant ask=form,sampling,url:login.example.com`; alone it means forms. Throws `GrantError`. */
export function parseAskFlag(text: string): JsonValue {
  if (text === "") return "form";
  const parts = text.split(",").map((part) => part.trim());
  const hosts = parts.flatMap((part) => (part.startsWith("url:") ? [part.slice(4)] : []));
  const kinds = parts.filter((part) => !part.startsWith("url:"));
  const unknown = kinds.find((kind) => !SWITCHES.some((name) => name === kind));
  if (unknown !== undefined)
    throw new GrantError(
      "not something that may be asked",
      "Write form, sampling, roots and url:HOST, separated by commas.",
    );
  const flags = Object.fromEntries(kinds.map((kind) => [kind, true]));
  const value = { ...flags, ...(hosts.length > 0 && { url: hosts }) };
  parseAskGrant(value);
  return value;
}

export function formatAskGrant({ form, url, sampling, roots }: AskGrant): string {
  const words = [
    ...(form ? ["forms for a person"] : []),
    ...(url.length > 0 ? [`addresses at ${url.join(", ")}`] : []),
    ...(sampling ? ["answers of the client's model"] : []),
    ...(roots ? ["the client's folder names"] : []),
  ];
  return `ask for ${words.join(", ")}`;
}

export function askCovers(granted: AskGrant, requested: AskGrant): boolean {
  return (
    SWITCHES.every((name) => granted[name] || !requested[name]) &&
    requested.url.every((host) => {
      const wanted = ruleOf(host);
      return granted.url.some((allowed) => {
        const rule = ruleOf(allowed);
        return rule.port === wanted.port && matchesHost(rule.host, wanted.host);
      });
    })
  );
}
