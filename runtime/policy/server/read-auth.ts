import type { Cursor } from "../../plugin/cursor.ts";
import {
  CERTIFICATE_FIELDS,
  TOKEN_ALGORITHMS,
  type AuthConfiguration,
  type CertificateAuth,
  type CertificateField,
  type KeyAuth,
  type TenantSource,
  type TokenAuth,
} from "./auth-configuration.ts";
import { readScopeNames } from "./read-scopes.ts";
import { isTenantName } from "../principal.ts";

const MODES = ["none", "keys", "oauth", "mtls"] as const;
const FILE = { lengthMin: 1, lengthMax: 2048 };
const CLAIM = {
  lengthMin: 1,
  lengthMax: 200,
  pattern: /^[\x21-\x7e]+$/,
  shape: "the name of a claim, such as `tenant`",
};
const AUDIENCE = { lengthMin: 1, lengthMax: 2048, pattern: /^[\x21-\x7e]+$/, shape: "an audience" };
const TENANT = { lengthMin: 1, lengthMax: 128 };
const FINGERPRINT = {
  lengthMin: 64,
  lengthMax: 95,
  pattern: /^([0-9A-Fa-f]{2}:?){31}[0-9A-Fa-f]{2}$/,
  shape: "the SHA-256 of a certificate in hexadecimal",
};
const CLAIMS_MAX = 32;
const REVOKED_MAX = 10_000;
const SKEW_SECONDS = { default: 5, max: 60 };
const DEFAULT_ALGORITHMS = ["ES256", "EdDSA", "Ed25519", "PS256", "RS256"] as const;
/** As URL parsers write it, without user, query or fragment. Plain http is for this machine only, and for development only. */
const ADDRESS = {
  lengthMin: 1,
  lengthMax: 2048,
  pattern:
    /^(https:\/\/[a-z0-9]([a-z0-9.-]*[a-z0-9])?|http:\/\/(localhost|127\.0\.0\.1|\[::1\]))(:[1-9][0-9]{0,4})?(\/[A-Za-z0-9._~!$&'()*+,;=:@/-]*)?$/,
  shape: "an https address without user, query and fragment, such as https://tools.example.com/mcp",
};

/** Reads `server.auth`. What it does not say is the stricter of what it could be; whose data is whose is never guessed. */
export function readAuth(member: Cursor): AuthConfiguration {
  const mode = member.member("mode");
  switch (mode.value) {
    case "none":
      member.fields(["mode"]);
      return { mode: "none" };
    case "keys":
      return readKeyAuth(member);
    case "oauth":
      return readTokenAuth(member);
    case "mtls":
      return readCertificateAuth(member);
    default:
      if (member.isObject())
        mode.problem("not a way to authenticate", `Write one of ${MODES.join(", ")} as \`mode\`.`);
      else member.object();
      return { mode: "none" };
  }
}

function readKeyAuth(member: Cursor): KeyAuth {
  const fields = member.fields(["mode"], ["file"]);
  return { mode: "keys", ...fields.optional("file", (file) => file.string(FILE)) };
}

function readTokenAuth(member: Cursor): TokenAuth {
  const fields = member.fields(
    ["mode", "issuer", "resource", "tenant"],
    ["audience", "jwks", "algorithms", "claims", "subject", "client", "scope", "dpop", "skew"],
  );
  const claimOr = (key: string, usual: string): string =>
    fields.optional(key, (claim) => claim.string(CLAIM))[key] ?? usual;
  const resource = fields.get("resource").string(ADDRESS);
  return {
    mode: "oauth",
    issuer: fields.get("issuer").string(ADDRESS),
    resource,
    audience: fields.optional("audience", (text) => text.string(AUDIENCE)).audience ?? resource,
    ...fields.optional("jwks", (address) => address.string(ADDRESS)),
    algorithms: fields.optional("algorithms", readAlgorithms).algorithms ?? DEFAULT_ALGORITHMS,
    claims: fields.optional("claims", readClaims).claims ?? [],
    tenant: readTenantSource(fields.get("tenant")),
    subjectClaim: claimOr("subject", "sub"),
    clientClaim: claimOr("client", "client_id"),
    scopeClaim: claimOr("scope", "scope"),
    dpop: readChoice(fields.get("dpop"), ["allowed", "required", "off"], "required"),
    skewSeconds: readSkew(fields.get("skew")),
  };
}

function readCertificateAuth(member: Cursor): CertificateAuth {
  const fields = member.fields(["mode", "tenant", "subject"], ["scopes", "revoked"]);
  return {
    mode: "mtls",
    tenant: readTenantField(fields.get("tenant")),
    subject: readField(fields.get("subject")),
    scopes: fields.optional("scopes", readScopeNames).scopes ?? [],
    revoked: fields.optional("revoked", readFingerprints).revoked ?? [],
  };
}

function readFingerprints(member: Cursor): readonly string[] {
  const items = member.items(0, REVOKED_MAX);
  return items.map((item) => item.string(FINGERPRINT).replaceAll(":", "").toLowerCase());
}

/** Exactly one of the two: an address whose tenant nobody stated would put everybody's data in one place. */
function readTenantSource(member: Cursor): TenantSource {
  const key = member.member("claim").value === undefined ? "value" : "claim";
  const fields = member.fields([key]);
  if (key === "claim") return { claim: fields.get("claim").string(CLAIM) };
  return { value: readTenant(fields.get("value")) };
}

function readTenantField(member: Cursor): CertificateAuth["tenant"] {
  const key = member.member("field").value === undefined ? "value" : "field";
  const fields = member.fields([key]);
  if (key === "field") return { field: readField(fields.get("field")) };
  return { value: readTenant(fields.get("value")) };
}

function readTenant(member: Cursor): string {
  const name = member.string(TENANT);
  if (name !== "" && !isTenantName(name))
    member.problem(
      "no name for a tenant",
      "Write 1 to 128 printable characters, and not `local`, which is whoever runs Glovebox over its pipes.",
    );
  return name;
}

function readField(member: Cursor): CertificateField {
  return readChoice(member, CERTIFICATE_FIELDS, "subject.CN");
}

/** Of what is not to be understood, `strictest` is made: the problem refuses the configuration anyway. */
function readChoice<const Choice extends string>(
  member: Cursor,
  choices: readonly [Choice, ...Choice[]],
  strictest: NoInfer<Choice>,
): Choice {
  const { value } = member;
  if (value === undefined) return choices[0];
  const known = choices.find((choice) => choice === value);
  if (known === undefined) member.problem("not a choice", `Write one of ${choices.join(", ")}.`);
  return known ?? strictest;
}

function readClaims(member: Cursor): readonly string[] {
  return member.items(1, CLAIMS_MAX).map((claim) => claim.string(CLAIM));
}

function readAlgorithms(member: Cursor): TokenAuth["algorithms"] {
  return member.items(1, TOKEN_ALGORITHMS.length).map((item) => {
    const known = TOKEN_ALGORITHMS.find((name) => name === item.value);
    if (known === undefined)
      item.problem(
        "not a signature that is accepted",
        `Choose of ${TOKEN_ALGORITHMS.join(", ")}: all of them need a private key to sign.`,
      );
    return known ?? "ES256";
  });
}

function readSkew(member: Cursor): number {
  const { value } = member;
  if (value === undefined) return SKEW_SECONDS.default;
  const match = typeof value === "string" ? /^([0-9]|[1-9][0-9])s$/.exec(value) : null;
  const seconds = Number(match?.[1] ?? Number.NaN);
  if (seconds <= SKEW_SECONDS.max) return seconds;
  member.problem("not a difference between clocks", `Write 0s to ${SKEW_SECONDS.max}s.`);
  return 0;
}
