import { createPrivateKey, createPublicKey, generateKeyPairSync, sign } from "node:crypto";
import { hex, sequence, tlv } from "./der.ts";

/** A certificate that signs itself, for one name, made on the spot. */
export interface Certificate {
  readonly key: string;
  readonly cert: string;
}

const ECDSA_SHA256 = sequence(hex("06082a8648ce3d040302"));

/** X.509 v3 (RFC 5280) with ECDSA P-256, valid from 2020 to 2049, with `name` as its only subject alternative. */
export function makeCertificate(name: string): Certificate {
  const pair = generateKeyPairSync("ec", {
    namedCurve: "prime256v1",
    privateKeyEncoding: { type: "pkcs8", format: "pem" },
    publicKeyEncoding: { type: "spki", format: "der" },
  });
  const subject = sequence(tlv(0x31, sequence(hex("0603550403"), tlv(0x0c, Buffer.from(name)))));
  const validity = sequence(
    tlv(0x17, Buffer.from("200101000000Z")),
    tlv(0x17, Buffer.from("491231235959Z")),
  );
  const names = sequence(tlv(0x82, Buffer.from(name)));
  const isAuthority = sequence(tlv(0x01, hex("ff")));
  const extensions = sequence(
    sequence(hex("0603551d11"), tlv(0x04, names)),
    sequence(hex("0603551d13"), tlv(0x01, hex("ff")), tlv(0x04, isAuthority)),
  );
  const body = sequence(
    tlv(0xa0, hex("020102")),
    tlv(0x02, hex("01")),
    ECDSA_SHA256,
    subject,
    validity,
    subject,
    createPublicKey(createPrivateKey(pair.privateKey)).export({ type: "spki", format: "der" }),
    tlv(0xa3, extensions),
  );
  const signature = sign("sha256", body, pair.privateKey);
  const der = sequence(body, ECDSA_SHA256, tlv(0x03, Buffer.from([0]), signature));
  const cert = `-----BEGIN CERTIFICATE-----\n${der.toString("base64")}\n-----END CERTIFICATE-----\n`;
  return { key: pair.privateKey, cert };
}
