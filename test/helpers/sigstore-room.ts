import { createHash, generateKeyPairSync, sign, type KeyObject } from "node:crypto";
import { dsse } from "@sigstore/core";
import { canonicalText } from "../../runtime/plugin/canonical.ts";
import { PAYLOAD_TYPE } from "../../runtime/supply/signatures/bundle.ts";
import { hex, octets, oid, sequence, tlv, utcTime } from "./der.ts";

/** What a certificate is made out to, and how it differs from what an honest authority would issue. */
export interface Identity {
  readonly issuer: string;
  readonly subject: string;
  readonly repository?: string;
  readonly workflow?: string;
}

export interface Making {
  /** When the signature was made, in milliseconds. */
  readonly at?: number;
  readonly certificate?: Partial<{
    notBefore: number;
    notAfter: number;
    /** The extended key usages, in DER. */
    usage: Buffer;
    /** Whether it is an authority itself. */
    isAuthority: boolean;
    /** The names, in DER. */
    names: Buffer;
    issuerExtensions: readonly Buffer[];
    more: readonly Buffer[];
    /** Signed certificate timestamps by these logs; none means no extension. */
    logs: readonly Log[];
  }>;
  readonly payloadType?: string;
  readonly log?: Log;
}

/** The JSON of a bundle, loosely typed: tests put into it what does not belong there. */
export interface LooseCertificateBundle {
  mediaType: string;
  verificationMaterial: {
    certificate: { rawBytes: string };
    tlogEntries: LooseEntry[];
    timestampVerificationData?: unknown;
    [key: string]: unknown;
  };
  dsseEnvelope: {
    payload: string;
    payloadType: string;
    signatures: { sig: string; keyid?: string }[];
  };
  [key: string]: unknown;
}

export interface LooseEntry {
  logIndex: string;
  logId: { keyId: string };
  kindVersion: { kind: string; version: string };
  integratedTime?: string;
  inclusionPromise?: { signedEntryTimestamp: string };
  inclusionProof: {
    logIndex: string;
    rootHash: string;
    treeSize: string;
    hashes: string[];
    checkpoint: { envelope: string };
  };
  canonicalizedBody: string;
}

const DAY_MS = 24 * 60 * 60 * 1000;
const ECDSA_SHA256 = sequence(oid("1.2.840.10045.4.3.2"));
const CODE_SIGNING = sequence(oid("1.3.6.1.5.5.7.3.3"));
const FULCIO = "1.3.6.1.4.1.57264.1";
const TRUE = tlv(0x01, hex("ff"));

const sha256 = (...parts: readonly Uint8Array[]): Buffer => {
  const hash = createHash("sha256");
  for (const part of parts) hash.update(part);
  return hash.digest();
};
const p256 = () => generateKeyPairSync("ec", { namedCurve: "P-256" });
const spki = (key: KeyObject): Buffer => key.export({ type: "spki", format: "der" });
const utf8 = (text: string): Buffer => tlv(0x0c, Buffer.from(text));
export const extension = (id: string, value: Uint8Array, critical = false): Buffer =>
  sequence(oid(id), ...(critical ? [TRUE] : []), octets(value));
export const fulcioIssuer = (text: string): Buffer => extension(`${FULCIO}.8`, utf8(text));
export const fulcioOldIssuer = (text: string): Buffer =>
  extension(`${FULCIO}.1`, Buffer.from(text, "latin1"));

/** A log, of certificates (RFC 6962) or of signatures (Rekor): a key and a Merkle tree. */
export class Log {
  readonly keys = p256();
  readonly id = sha256(spki(this.keys.publicKey));
  readonly #leaves: Buffer[] = [sha256(hex("00"), hex("aa")), sha256(hex("00"), hex("bb"))];
  readonly name: string;

  constructor(name: string) {
    this.name = name;
  }

  get json(): object {
    return {
      baseUrl: `https://${this.name}`,
      hashAlgorithm: "SHA2_256",
      publicKey: {
        rawBytes: spki(this.keys.publicKey).toString("base64"),
        keyDetails: "PKIX_ECDSA_P256_SHA_256",
        validFor: { start: "2020-01-01T00:00:00Z" },
      },
      logId: { keyId: this.id.toString("base64") },
    };
  }

  /** A signed certificate timestamp over a certificate's body without its own extension. */
  timestampCertificate(body: Buffer, issuerKey: Buffer, at: number): Buffer {
    const time = Buffer.alloc(8);
    time.writeBigInt64BE(BigInt(at));
    const entry = Buffer.concat([sha256(issuerKey), uint24(body.length), body]);
    const signed = Buffer.concat([hex("0000"), time, hex("0001"), entry, hex("0000")]);
    const signature = sign("sha256", signed, this.keys.privateKey);
    return Buffer.concat([hex("00"), this.id, time, hex("0000"), hex("0403"), uint16(signature)]);
  }

  /** Appends a body, and answers the entry with promise and proof. */
  append(body: object, at: number, kindVersion: LooseEntry["kindVersion"]): LooseEntry {
    const bytes = Buffer.from(canonicalText(body));
    const index = this.#leaves.push(sha256(hex("00"), bytes)) - 1;
    const root = treeHash(this.#leaves);
    const logIndex = String(index);
    const integratedTime = Math.floor(at / 1000);
    const promised = canonicalText({
      body: bytes.toString("base64"),
      integratedTime,
      logIndex: index,
      logID: this.id.toString("hex"),
    });
    return {
      logIndex,
      logId: { keyId: this.id.toString("base64") },
      kindVersion,
      integratedTime: String(integratedTime),
      inclusionPromise: { signedEntryTimestamp: this.#sign(promised).toString("base64") },
      inclusionProof: {
        logIndex,
        rootHash: root.toString("base64"),
        treeSize: String(this.#leaves.length),
        hashes: pathOf(index, this.#leaves).map((hash) => hash.toString("base64")),
        checkpoint: { envelope: this.#checkpoint(root) },
      },
      canonicalizedBody: bytes.toString("base64"),
    };
  }

  #checkpoint(root: Buffer): string {
    const note = `${this.name} - 1\n${this.#leaves.length}\n${root.toString("base64")}\n`;
    const signature = Buffer.concat([this.id.subarray(0, 4), this.#sign(note)]);
    return `${note}\n\u2014 ${this.name} ${signature.toString("base64")}\n`;
  }

  #sign(text: string): Buffer {
    return sign("sha256", Buffer.from(text), this.keys.privateKey);
  }
}

/** A Sigstore of the test's own: one authority, one log of certificates, one of signatures. It needs no network. */
export class SigstoreRoom {
  readonly rekor = new Log("rekor.test");
  readonly certificateLog = new Log("ctlog.test");
  readonly #keys = p256();
  readonly #name = sequence(tlv(0x31, sequence(oid("2.5.4.3"), utf8("fulcio.test"))));
  readonly #certificate = this.#issue({
    subject: this.#name,
    key: this.#keys.publicKey,
    notBefore: Date.parse("2020-01-01"),
    notAfter: Date.parse("2039-12-31"),
    extensions: [
      extension("2.5.29.19", sequence(TRUE), true),
      extension("2.5.29.15", hex("03020106"), true),
    ],
  });

  /** `trusted_root.json` */
  get root(): Record<string, unknown[] | string> {
    return {
      mediaType: "application/vnd.dev.sigstore.trustedroot+json;version=0.1",
      tlogs: [this.rekor.json],
      certificateAuthorities: [
        {
          subject: { organization: "test", commonName: "fulcio.test" },
          uri: "https://fulcio.test",
          certChain: { certificates: [{ rawBytes: this.#certificate.toString("base64") }] },
          validFor: { start: "2020-01-01T00:00:00Z" },
        },
      ],
      ctlogs: [this.certificateLog.json],
      timestampAuthorities: [],
    };
  }

  get rootBytes(): Uint8Array {
    return Buffer.from(JSON.stringify(this.root));
  }

  /** Signs a payload as `identity`: a key that lives for minutes, its certificate, and an entry in the log. */
  sign(payload: Uint8Array, identity: Identity, making: Making = {}): LooseCertificateBundle {
    const { at = Date.parse("2026-11-20T09:00:00Z"), log = this.rekor } = making;
    const { payloadType = PAYLOAD_TYPE } = making;
    const { publicKey, privateKey } = p256();
    const certificate = this.#issueTo(identity, publicKey, at, making.certificate ?? {});
    const signed = dsse.preAuthEncoding(payloadType, Buffer.from(payload));
    const sig = sign("sha256", signed, privateKey).toString("base64");
    const pem = `-----BEGIN CERTIFICATE-----\n${certificate.toString("base64")}\n-----END CERTIFICATE-----\n`;
    const body = {
      apiVersion: "0.0.1",
      kind: "dsse",
      spec: {
        payloadHash: { algorithm: "sha256", value: sha256(payload).toString("hex") },
        signatures: [{ signature: sig, verifier: Buffer.from(pem).toString("base64") }],
      },
    };
    return {
      mediaType: "application/vnd.dev.sigstore.bundle.v0.3+json",
      verificationMaterial: {
        certificate: { rawBytes: certificate.toString("base64") },
        tlogEntries: [log.append(body, at, { kind: "dsse", version: "0.0.1" })],
      },
      dsseEnvelope: {
        payload: Buffer.from(payload).toString("base64"),
        payloadType,
        signatures: [{ sig }],
      },
    };
  }

  #issueTo(
    { issuer, subject, repository, workflow }: Identity,
    key: KeyObject,
    at: number,
    changes: NonNullable<Making["certificate"]>,
  ): Buffer {
    const { notBefore = at - 1000, notAfter = at + 10 * 60 * 1000 } = changes;
    const tag = subject.includes("://") ? 0x86 : 0x81;
    const names = changes.names ?? sequence(tlv(tag, Buffer.from(subject, "latin1")));
    const extensions = [
      extension("2.5.29.37", changes.usage ?? CODE_SIGNING),
      extension("2.5.29.17", names, true),
      ...(changes.isAuthority ? [extension("2.5.29.19", sequence(TRUE), true)] : []),
      ...(changes.issuerExtensions ?? [fulcioOldIssuer(issuer), fulcioIssuer(issuer)]),
      ...(repository === undefined ? [] : [extension(`${FULCIO}.12`, utf8(repository))]),
      ...(workflow === undefined ? [] : [extension(`${FULCIO}.18`, utf8(workflow))]),
      ...(changes.more ?? []),
    ];
    const logs = changes.logs ?? [this.certificateLog];
    return this.#issue({ subject: sequence(), key, notBefore, notAfter, extensions, logs });
  }

  #issue(leaf: {
    subject: Buffer;
    key: KeyObject;
    notBefore: number;
    notAfter: number;
    extensions: readonly Buffer[];
    logs?: readonly Log[];
  }): Buffer {
    const { subject, key, notBefore, notAfter, extensions, logs = [] } = leaf;
    const bodyWith = (...more: readonly Buffer[]): Buffer =>
      sequence(
        tlv(0xa0, hex("020102")),
        tlv(0x02, hex("0101")),
        ECDSA_SHA256,
        this.#name,
        sequence(utcTime(notBefore), utcTime(notAfter)),
        subject,
        spki(key),
        tlv(0xa3, sequence(...extensions, ...more)),
      );
    const issuerKey = spki(this.#keys.publicKey);
    const stamps = logs.map((log) => log.timestampCertificate(bodyWith(), issuerKey, notBefore));
    const list = uint16(Buffer.concat(stamps.map((stamp) => uint16(stamp))));
    const body =
      stamps.length > 0 ? bodyWith(extension("1.3.6.1.4.1.11129.2.4.2", octets(list))) : bodyWith();
    const signature = sign("sha256", body, this.#keys.privateKey);
    return sequence(body, ECDSA_SHA256, tlv(0x03, hex("00"), signature));
  }
}

/** Bytes behind their length. */
function uint16(bytes: Uint8Array): Buffer {
  return Buffer.concat([Buffer.of(bytes.length >> 8, bytes.length & 0xff), bytes]);
}

function uint24(value: number): Buffer {
  return Buffer.of(value >> 16, (value >> 8) & 0xff, value & 0xff);
}

/** The largest power of two below `count` (RFC 6962, 2.1). */
function splitOf(count: number): number {
  let half = 1;
  while (half * 2 < count) half *= 2;
  return half;
}

function treeHash(leaves: readonly Buffer[]): Buffer {
  const [first] = leaves;
  if (leaves.length === 1 && first) return first;
  const half = splitOf(leaves.length);
  return sha256(hex("01"), treeHash(leaves.slice(0, half)), treeHash(leaves.slice(half)));
}

function pathOf(index: number, leaves: readonly Buffer[]): readonly Buffer[] {
  if (leaves.length === 1) return [];
  const half = splitOf(leaves.length);
  const [left, right] = [leaves.slice(0, half), leaves.slice(half)];
  return index < half
    ? [...pathOf(index, left), treeHash(right)]
    : [...pathOf(index - half, right), treeHash(left)];
}

export const YEAR_MS = 365 * DAY_MS;
