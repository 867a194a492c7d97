import { quoteText } from "../../../plugin/text.ts";
import { RegistryError } from "./errors.ts";

/** What a registry wants to see (RFC 9110, `WWW-Authenticate`). The registry wrote it. */
export type Challenge =
  | { readonly scheme: "basic" }
  | {
      readonly scheme: "bearer";
      /** Where tokens are had: an address of the registry's choice. */
      readonly realm: string;
      readonly service: string | undefined;
    };

const CHALLENGE_CHARS_MAX = 8 * 1024;
/** The beginning of one challenge. A parameter has a `=` where this has a space. */
const START = /(?:^|,)[ \t]*(bearer|basic)(?=[ \t]|,|$)/gi;
const PARAMETER = /[ \t,]*([a-z_]{1,32})[ \t]*=[ \t]*(?:"((?:[^"\\]|\\.)*)"|([^\s",]+))/iy;

/**
 * Reads the first challenge that can be answered: a token's before a password's. The scope is not read: what is asked for
 * is ours to say, or a registry could have a token made for somebody else's repository.
 * Throws `ERR_REGISTRY_TOKEN`.
 */
export function parseChallenge(header: string | undefined): Challenge {
  if (header === undefined || header.length > CHALLENGE_CHARS_MAX)
    throw refused("it does not say what credentials it wants");
  const starts = [...header.matchAll(START)];
  const bearer = starts.find(([, scheme]) => scheme?.toLowerCase() === "bearer");
  if (bearer !== undefined) {
    const parameters = readParameters(header, bearer.index + bearer[0].length);
    const realm = parameters.get("realm");
    if (realm === undefined) throw refused("its challenge names no token service");
    return { scheme: "bearer", realm, service: parameters.get("service") };
  }
  if (starts.length > 0) return { scheme: "basic" };
  throw refused(`it wants ${quoteText(header)}, which is neither Bearer nor Basic`);
}

/** Parameters up to what is none: the next challenge, or the end. The first of a name counts. */
function readParameters(header: string, from: number): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  PARAMETER.lastIndex = from;
  for (let match = PARAMETER.exec(header); match !== null; match = PARAMETER.exec(header)) {
    const [, name = "", quoted, plain = ""] = match;
    const key = name.toLowerCase();
    if (!found.has(key)) found.set(key, quoted?.replaceAll(/\\(.)/g, "$1") ?? plain);
  }
  return found;
}

function refused(why: string): RegistryError {
  return new RegistryError("ERR_REGISTRY_TOKEN", `The registry wants credentials, but ${why}.`);
}
