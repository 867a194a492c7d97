import { X509Certificate } from "@sigstore/core";
import { SupplyError } from "../errors.ts";

/** Whom a certificate names, and what else its issuer says of them. Claims, until the issuer is verified. */
export interface CertificateIdentity {
  readonly issuer: string;
  readonly subject: string;
  /** What the issuer knows of the build, where it was one: RFC-less extensions that Fulcio documents. */
  readonly repository: string | undefined;
  readonly workflow: string | undefined;
}

/** Object identifiers below 1.3.6.1.4.1.57264.1 are Fulcio's (docs/oid-info.md of sigstore/fulcio). */
const FULCIO = "1.3.6.1.4.1.57264.1";
const OID = {
  issuerOld: `${FULCIO}.1`,
  issuer: `${FULCIO}.8`,
  repository: `${FULCIO}.12`,
  workflow: `${FULCIO}.18`,
  subject: "2.5.29.17",
  usage: "2.5.29.37",
} as const;

/** `SEQUENCE { OBJECT IDENTIFIER id-kp-codeSigning }` (RFC 5280, 4.2.1.12): for this alone may the key be used. */
const CODE_SIGNING = "300a06082b06010505070303";
const TAG = { sequence: 0x30, bits: 0x03, utf8: 0x0c, email: 0x81, uri: 0x86 } as const;
const ASCII = /^[!-~]+$/;

/**
 * Reads whom a certificate was made out to: exactly one name, by exactly one issuer.
 * Sigstore's own reader takes the first of several, and drops the eighth bit of each letter: `accounts.google.com` could
 * be spelled in bytes that are no letters at all.
 * Throws `ERR_CERTIFICATE_INVALID`.
 */
export function readCertificate(der: Uint8Array): CertificateIdentity {
  try {
    const certificate = X509Certificate.parse(Buffer.from(der));
    assertPlain(certificate, der);
    return identityOf(certificate);
  } catch (cause) {
    if (cause instanceof SupplyError) throw cause;
    throw new SupplyError("ERR_CERTIFICATE_INVALID", "the certificate cannot be read", { cause });
  }
}

/**
 * What the issuer signed is the body alone. The rest must be as the body says, in the one form that DER has:
 * the library takes any algorithm outside of it for the same one.
 */
function assertPlain({ root, tbsCertificate }: X509Certificate, der: Uint8Array): void {
  const [body, algorithm, signature, ...more] = root.subs;
  if (
    body !== tbsCertificate ||
    more.length > 0 ||
    !root.toDER().equals(der) ||
    root.tag.toDER() !== TAG.sequence ||
    algorithm === undefined ||
    body.subs[2]?.toDER().equals(algorithm.toDER()) !== true ||
    signature?.tag.toDER() !== TAG.bits ||
    signature.value.at(0) !== 0
  )
    throw invalid("the certificate is not in its plain form");
}

function identityOf(certificate: X509Certificate): CertificateIdentity {
  const find = (oid: string): Buffer | undefined => {
    const [first, second] = certificate.extensions.filter(
      (extension) => extension.subs[0]?.toOID() === oid,
    );
    if (second) throw invalid(`the certificate has the extension ${oid} twice`);
    return first?.subs.at(-1)?.value;
  };
  if (find(OID.usage)?.toString("hex") !== CODE_SIGNING || certificate.isCA)
    throw invalid("the certificate is not one for signing code");
  const text = (oid: string): string | undefined => {
    const value = find(oid);
    return value && ascii(content(value, TAG.utf8));
  };
  const old = find(OID.issuerOld);
  const issuer = text(OID.issuer) ?? (old && ascii(old));
  if (issuer === undefined) throw invalid("the certificate does not say who vouches for its name");
  if (old && ascii(old) !== issuer) throw invalid("the certificate names two issuers");
  return {
    issuer,
    subject: subjectOf(find(OID.subject)),
    repository: text(OID.repository),
    workflow: text(OID.workflow),
  };
}

function subjectOf(names: Buffer | undefined): string {
  if (!names) throw invalid("the certificate names nobody");
  const name = content(names, TAG.sequence);
  const tag = name.at(0) === TAG.email ? TAG.email : TAG.uri;
  const subject = ascii(content(name, tag));
  // The two kinds of names must not be taken for each other.
  if (subject.includes("://") !== (tag === TAG.uri)) throw invalid("a name of the wrong kind");
  return subject;
}

/** The content of a DER value that is all of `bytes` (X.690, 10.1): so nothing stands behind it. */
function content(bytes: Buffer, tag: number): Buffer {
  const [found, first = 0, second = 0, third = 0] = bytes;
  const [head, length] =
    first < 0x80
      ? [2, first]
      : first === 0x81 && second >= 0x80
        ? [3, second]
        : first === 0x82 && second > 0
          ? [4, second * 256 + third]
          : [bytes.length, 0];
  if (found !== tag || length === 0 || head + length !== bytes.length)
    throw invalid("a name in the certificate has another shape than one name has");
  return bytes.subarray(head);
}

function ascii(bytes: Buffer): string {
  const text = bytes.toString("latin1");
  if (!ASCII.test(text)) throw invalid("a name in the certificate is not plain text");
  return text;
}

function invalid(message: string): SupplyError {
  return new SupplyError("ERR_CERTIFICATE_INVALID", message);
}
