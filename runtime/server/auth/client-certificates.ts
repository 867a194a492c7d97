import { hash, X509Certificate } from "node:crypto";
import { isPrincipalName, isTenantName, makePrincipal } from "../../policy/principal.ts";
import type { CertificateAuth, CertificateField } from "../../policy/server/auth-configuration.ts";
import type { ToolScopes } from "../../policy/tool-scopes.ts";
import type { Authentication, Authenticator } from "../http/authenticate.ts";
import { challenged, forbid } from "./challenge.ts";
import { decideScopes } from "./decide-scopes.ts";
import { TokenCache } from "./token-cache.ts";

export interface CertificateSetting {
  readonly auth: CertificateAuth;
  readonly scopes: ToolScopes;
  readonly nowMs: () => number;
}

const CACHED_CERTIFICATES_MAX = 1_000;
/** Names of one kind in the extension, as Node writes them. */
const SAN_KINDS = { "san.uri": "URI:", "san.dns": "DNS:", "san.email": "email:" } as const;
/** A plain name. Node quotes what could be mistaken for two; nothing of that is a name here. */
const SAN_NAME = /^[A-Za-z0-9._~:/?#@!$&*+;=%-]+$/;

/**
 * `mode: mtls`: whoever holds the private key of a certificate that `client_ca` issued. The TLS layer has checked both
 * before a request is read; here stands who that is, and whether the certificate was revoked.
 */
export function makeClientCertificates({ auth, scopes, nowMs }: CertificateSetting): Authenticator {
  const revoked = new Set(auth.revoked);
  const cache = new TokenCache<Authentication>(CACHED_CERTIFICATES_MAX);
  return {
    authenticate({ clientCertificate }): Authentication {
      if (clientCertificate === undefined) return WITHOUT;
      const fingerprint = hash("sha256", clientCertificate, "hex");
      const known = cache.get(fingerprint, nowMs());
      if (known !== undefined) return known;
      if (revoked.has(fingerprint)) return REVOKED;
      const certificate = parse(clientCertificate);
      const now = nowMs();
      if (certificate === undefined || now < certificate.validFromDate.getTime()) return UNUSABLE;
      const endsMs = certificate.validToDate.getTime();
      if (now >= endsMs) return UNUSABLE;
      const outcome = recognise(certificate, fingerprint, auth);
      cache.set(fingerprint, outcome, endsMs);
      return outcome;
    },
    decideTool: (principal, name) =>
      decideScopes(principal, name, scopes, (needed) =>
        forbid(`This tool needs the scopes: ${needed.join(" ")}.`),
      ),
  };
}

const WITHOUT = challenged(forbid("This server needs a client certificate."));
const REVOKED = challenged(forbid("The client certificate is revoked."));
const UNUSABLE = challenged(forbid("The client certificate is not valid here."));

// debt("GB-052"): neither CRL nor OCSP.
function recognise(
  certificate: X509Certificate,
  fingerprint: string,
  auth: CertificateAuth,
): Authentication {
  const subject = nameIn(certificate, auth.subject);
  const tenant =
    "value" in auth.tenant ? auth.tenant.value : nameIn(certificate, auth.tenant.field);
  if (subject === undefined || !isPrincipalName(subject)) return UNUSABLE;
  if (tenant === undefined || !isTenantName(tenant)) return UNUSABLE;
  const principal = makePrincipal({
    via: "certificate",
    tenant,
    subject,
    credential: fingerprint,
    scopes: auth.scopes,
  });
  return { kind: "principal", principal };
}

/** The one name that stands in a field. With two of them nobody can say which is meant: then there is none. */
function nameIn(certificate: X509Certificate, field: CertificateField): string | undefined {
  if (field.startsWith("san."))
    return alternativeName(certificate, field as keyof typeof SAN_KINDS);
  // By type and value, and not as the one text in which values could pass for types.
  const subject: Readonly<Record<string, unknown>> = { ...certificate.toLegacyObject().subject };
  const value = subject[field.slice("subject.".length)];
  return typeof value === "string" ? value : undefined;
}

function alternativeName(
  { subjectAltName }: X509Certificate,
  field: keyof typeof SAN_KINDS,
): string | undefined {
  const kind = SAN_KINDS[field];
  // A quoted name may hold commas, and with them whatever looks like another name.
  if (subjectAltName === undefined || subjectAltName.includes('"')) return undefined;
  const names = subjectAltName.split(", ").filter((name) => name.startsWith(kind));
  const [only, second] = names.map((name) => name.slice(kind.length));
  return only !== undefined && second === undefined && SAN_NAME.test(only) ? only : undefined;
}

function parse(der: Uint8Array): X509Certificate | undefined {
  try {
    return new X509Certificate(der);
  } catch {
    return undefined;
  }
}
