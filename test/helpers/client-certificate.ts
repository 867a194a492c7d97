import {
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  randomBytes,
  sign,
  type KeyObject,
} from "node:crypto";
import { hex, octets, oid, sequence, tlv, utcTime } from "./der.ts";

/** An authority that issues certificates of clients, made on the spot (RFC 5280, ECDSA P-256). */
export class ClientAuthority {
  readonly cert: string;
  readonly #key: KeyObject;
  readonly #name: Buffer;

  constructor(name: string) {
    const { privateKey, spki } = makePair();
    this.#key = privateKey;
    this.#name = nameOf({ CN: name });
    const isAuthority = extension("2.5.29.19", sequence(tlv(0x01, hex("ff"))), true);
    const der = this.#issue({ subject: this.#name, spki, extensions: [isAuthority] });
    this.cert = toPem("CERTIFICATE", der);
  }

  /** `names`: of the subject, in order, a list for a name that stands there more than once; `san`: alternative names by kind. */
  issue(
    names: Readonly<Record<string, string | readonly string[]>>,
    san: readonly (readonly ["uri" | "dns" | "email", string])[] = [],
    times: { readonly fromMs?: number; readonly untilMs?: number } = {},
  ): ClientCertificate {
    const { privateKey, spki } = makePair();
    const tags = { email: 0x81, dns: 0x82, uri: 0x86 } as const;
    const alternatives = san.map(([kind, name]) => tlv(tags[kind], Buffer.from(name)));
    const extensions =
      san.length === 0 ? [] : [extension("2.5.29.17", sequence(...alternatives), false)];
    const der = this.#issue({ subject: nameOf(names), spki, extensions, ...times });
    const key = privateKey.export({ type: "pkcs8", format: "pem" }) as string;
    return { der, key, cert: toPem("CERTIFICATE", der) };
  }

  #issue({
    subject,
    spki,
    extensions,
    fromMs = Date.now() - 60_000,
    untilMs = Date.now() + 3_600_000,
  }: {
    readonly subject: Buffer;
    readonly spki: Buffer;
    readonly extensions: readonly Buffer[];
    readonly fromMs?: number;
    readonly untilMs?: number;
  }): Buffer {
    const algorithm = sequence(oid("1.2.840.10045.4.3.2"));
    const serial = Buffer.concat([Buffer.from([0x01]), randomBytes(15)]);
    const body = sequence(
      tlv(0xa0, hex("020102")),
      tlv(0x02, serial),
      algorithm,
      this.#name,
      sequence(utcTime(fromMs), utcTime(untilMs)),
      subject,
      spki,
      ...(extensions.length === 0 ? [] : [tlv(0xa3, sequence(...extensions))]),
    );
    const signature = sign("sha256", body, this.#key);
    return sequence(body, algorithm, tlv(0x03, Buffer.from([0]), signature));
  }
}

export interface ClientCertificate {
  readonly der: Buffer;
  readonly key: string;
  readonly cert: string;
}

const NAMES = { CN: "2.5.4.3", O: "2.5.4.10", OU: "2.5.4.11" } as const;

function nameOf(names: Readonly<Record<string, string | readonly string[]>>): Buffer {
  const parts = Object.entries(names).flatMap(([type, value]) =>
    (typeof value === "string" ? [value] : value).map((text) =>
      tlv(0x31, sequence(oid(NAMES[type as keyof typeof NAMES]), tlv(0x0c, Buffer.from(text)))),
    ),
  );
  return sequence(...parts);
}

function extension(id: string, value: Buffer, isCritical: boolean): Buffer {
  return sequence(oid(id), ...(isCritical ? [tlv(0x01, hex("ff"))] : []), octets(value));
}

function makePair(): { privateKey: KeyObject; spki: Buffer } {
  const pair = generateKeyPairSync("ec", {
    namedCurve: "prime256v1",
    privateKeyEncoding: { type: "pkcs8", format: "pem" },
    publicKeyEncoding: { type: "spki", format: "der" },
  });
  const privateKey = createPrivateKey(pair.privateKey);
  return { privateKey, spki: createPublicKey(privateKey).export({ type: "spki", format: "der" }) };
}

function toPem(label: string, der: Buffer): string {
  return `-----BEGIN ${label}-----\n${der.toString("base64")}\n-----END ${label}-----\n`;
}
