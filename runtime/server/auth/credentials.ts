import type { HttpRequest } from "../http/exchange.ts";

/** What a request's `Authorization` says, before anything of it was verified. */
export type Credentials =
  | { readonly kind: "none" }
  | { readonly kind: "malformed"; readonly why: string }
  | { readonly kind: "bearer" | "dpop"; readonly token: string };

/** A token of many groups and scopes has some thousands of characters; nothing larger is looked at. */
const TOKEN_CHARS_MAX = 8192;
/** `token68` of RFC 9110, 11.2. */
const TOKEN = /^[A-Za-z0-9._~+/-]+=*$/;
/** Names under which tokens are put into addresses, where they end in logs and histories (RFC 6750, 5.3; RFC 9700, 2.1). */
const TOKEN_IN_ADDRESS =
  /[?&;](?:access|id|refresh)?_?(?:token|api_?key|key|authorization|bearer|dpop)=/i;

const NONE: Credentials = { kind: "none" };

/**
 * Reads the one way in which credentials may come. A token in the address is refused as a whole, and so are two headers:
 * joined by a comma, as the listener hands them over, they are no token.
 */
export function readCredentials({ target, headers }: HttpRequest): Credentials {
  if (hasTokenInAddress(target))
    return malformed("A token stands in the address. Send it in the Authorization header.");
  const value = headers["authorization"];
  if (value === undefined) return NONE;
  const space = value.indexOf(" ");
  const scheme = value.slice(0, space === -1 ? value.length : space).toLowerCase();
  if (scheme !== "bearer" && scheme !== "dpop")
    return malformed("The Authorization header has a scheme that is not accepted.");
  const token = space === -1 ? "" : value.slice(space + 1).trim();
  if (token.length > TOKEN_CHARS_MAX) return malformed("The token is too long.");
  if (!TOKEN.test(token)) return malformed("The Authorization header holds not one token.");
  return { kind: scheme, token };
}

/** Percent-encoded names are decoded as a server's parser would. What cannot be decoded names nothing. */
function hasTokenInAddress(target: string): boolean {
  const query = target.indexOf("?");
  if (query === -1) return false;
  const text = target.slice(query);
  if (TOKEN_IN_ADDRESS.test(text)) return true;
  if (!text.includes("%")) return false;
  try {
    return TOKEN_IN_ADDRESS.test(decodeURIComponent(text));
  } catch {
    return true;
  }
}

function malformed(why: string): Credentials {
  return { kind: "malformed", why };
}
