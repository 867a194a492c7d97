import { parseTarget, type Target } from "@glovebox/host-api/http/url";
import { isJsonObject, type JsonObject } from "@glovebox/host-api/json";
import { GloveboxError } from "../../errors.ts";
import { isSameOrigin, readWhole, SourceClient } from "../../supply/sources/client.ts";
import type { SourceLimits } from "../../supply/sources/limits.ts";
import type { SourcePowers } from "../../supply/sources/powers.ts";
import { AuthError } from "./errors.ts";

/** What an issuer may take and send, whoever speaks in its name. */
const LIMITS: SourceLimits = {
  totalMsMax: 10_000,
  idleMsMax: 5_000,
  connectMsMax: 5_000,
  triesMax: 1,
};
const DOCUMENT_BYTES_MAX = 256 * 1024;
const KEYS_MAX = 64;
/** Kinds with a private and a public half. What is shared between two sides proves nothing of either. */
const KINDS: ReadonlySet<unknown> = new Set(["EC", "OKP", "RSA"]);
/** Members that only a private or a shared key has. */
const PRIVATE = ["d", "p", "q", "dp", "dq", "qi", "oth", "k"] as const;

export interface IssuerSetting {
  readonly issuer: string;
  /** Where the keys are, where the operator says so: then no metadata is asked for. */
  readonly jwks?: string;
  readonly powers: SourcePowers;
}

export interface PublicKeys {
  readonly keys: readonly JsonObject[];
}

/**
 * Fetches the public keys of an issuer: by its metadata (RFC 8414, or else OpenID Connect Discovery), which must name the
 * very issuer. Everything under one deadline, no redirect to elsewhere, and never further inside than the issuer itself.
 * Throws `ERR_AUTH_ISSUER`.
 */
export async function fetchIssuerKeys({
  issuer,
  jwks,
  powers,
}: IssuerSetting): Promise<PublicKeys> {
  using client = new SourceClient(powers, LIMITS);
  try {
    const address = jwks ?? (await discoverKeys(issuer, client));
    return readKeys(await fetchDocument(address, client));
  } catch (cause) {
    if (cause instanceof AuthError) throw cause;
    const why = cause instanceof GloveboxError ? cause.code : "it cannot be read";
    throw unusable(`The keys of the issuer cannot be fetched (${why}).`, cause);
  }
}

async function discoverKeys(issuer: string, client: SourceClient): Promise<string> {
  const { origin, pathname } = new URL(issuer);
  const path = pathname === "/" ? "" : pathname.replace(/\/$/, "");
  const places = [
    `${origin}/.well-known/oauth-authorization-server${path}`,
    `${origin}${path}/.well-known/openid-configuration`,
  ];
  let last: unknown;
  for (const place of places) {
    try {
      return keysIn(await fetchDocument(place, client), issuer);
    } catch (error) {
      // What names another issuer is no sign that the next place is better.
      if (error instanceof AuthError && error.cause === OTHER_ISSUER) throw error;
      last = error;
    }
  }
  throw last;
}

const OTHER_ISSUER = new Error("metadata of another issuer");

function keysIn(metadata: JsonObject, issuer: string): string {
  if (metadata["issuer"] !== issuer)
    throw unusable("The metadata names another issuer than the configuration.", OTHER_ISSUER);
  const address = metadata["jwks_uri"];
  if (typeof address !== "string") throw unusable("The metadata names no keys.");
  return address;
}

/** Plain http is refused by the client, but for this very machine, which production refuses in the configuration. */
async function fetchDocument(address: string, client: SourceClient): Promise<JsonObject> {
  const target: Target = parseTarget(address);
  const headers = [["accept", "application/json"]] as const;
  const response = await client.send({ method: "GET", target, headers });
  if (response.status !== 200 || !isSameOrigin(response.target, target)) {
    response.cancel();
    throw unusable(`The issuer answers ${response.status}, or from elsewhere.`);
  }
  const bytes = await readWhole(response, DOCUMENT_BYTES_MAX, "The issuer's document");
  const value: unknown = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  if (!isJsonObject(value)) throw unusable("The issuer's document is no JSON object.");
  return value;
}

/** Keys of other kinds and uses are left out. A private key that is published belongs to everybody: none of it counts. */
function readKeys(document: JsonObject): PublicKeys {
  const { keys } = document;
  if (!Array.isArray(keys) || keys.length > KEYS_MAX)
    throw unusable(`The issuer's keys are no list of at most ${KEYS_MAX}.`);
  const usable = keys.filter(
    (key): key is JsonObject =>
      isJsonObject(key) &&
      KINDS.has(key["kty"]) &&
      (key["use"] === undefined || key["use"] === "sig") &&
      PRIVATE.every((member) => !Object.hasOwn(key, member)),
  );
  if (usable.length === 0) throw unusable("The issuer has no public key for signatures.");
  return { keys: usable };
}

function unusable(message: string, cause?: unknown): AuthError {
  return new AuthError("ERR_AUTH_ISSUER", message, cause === undefined ? {} : { cause });
}
