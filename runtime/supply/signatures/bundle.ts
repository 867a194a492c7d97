import {
  BUNDLE_V03_MEDIA_TYPE,
  bundleFromJSON,
  bundleToJSON,
  toDSSEBundle,
} from "@sigstore/bundle";
import type { Bundle } from "@sigstore/bundle";
import type { ErrorDetail } from "../../errors.ts";
import type { Cursor } from "../../plugin/cursor.ts";
import { isDigest } from "../../plugin/canonical.ts";
import { readDocument } from "../../plugin/document.ts";
import type { Digest } from "../../plugin/formats.ts";
import type { JsonLimits } from "../../plugin/json.ts";
import { readBase64 } from "../base64.ts";
import { readCertificateMaterial } from "./bundle-log.ts";
import { SupplyError } from "../errors.ts";

/** The media type of what is signed, which the signature covers too (DSSE). */
export const PAYLOAD_TYPE = "application/vnd.in-toto+json";

const LIMITS: JsonLimits = { bytesMax: 64 * 1024, depthMax: 8, nodesMax: 400 };
const KEY_HINT = { lengthMax: 71, pattern: /^sha256:[0-9a-f]{64}$/, shape: "the digest of a key" };

/** A bundle whose shape is checked, and nothing else of it. */
export type ParsedBundle = KeyBundle | CertificateBundle;

interface Enveloped {
  /** The bytes that the signature is over, with their type. */
  readonly payload: Uint8Array;
  readonly sigstore: Bundle;
}

export interface KeyBundle extends Enveloped {
  readonly kind: "key";
  /** The digest of the key that the bundle says it was made by. A claim. */
  readonly claimedKey: Digest;
}

export interface CertificateBundle extends Enveloped {
  readonly kind: "certificate";
  /** X.509 in DER. Whose it is, and who issued it, are claims. */
  readonly certificate: Uint8Array;
}

/** Writes a Sigstore bundle v0.3: one DSSE envelope, one signature, and the digest of its key as hint. */
export function formatBundle(payload: Uint8Array, signature: Uint8Array, key: Digest): Uint8Array {
  const bundle = toDSSEBundle({
    artifact: Buffer.from(payload),
    artifactType: PAYLOAD_TYPE,
    signature: Buffer.from(signature),
    keyHint: key,
  });
  return new TextEncoder().encode(JSON.stringify(bundleToJSON(bundle)));
}

/**
 * Reads a bundle that anyone may have made.
 *
 * The protobuf reader below takes much: unknown keys, several spellings of one key, loose base64, any number of
 * certificates and log entries. So the exact shape is checked first: one signature, by a key without any other proof,
 * or by a certificate with the proofs that it needs. Where a key signed, no byte of a bundle is free.
 * Throws `ERR_BUNDLE_MALFORMED`, or `Refusals` of several.
 */
export function parseBundle(bytes: Uint8Array): ParsedBundle {
  const invalid = (message: string, detail: ErrorDetail) =>
    new SupplyError("ERR_BUNDLE_MALFORMED", message, detail);
  const { value, ...checked } = readDocument(
    bytes,
    { limits: LIMITS, invalid, hidden: invalid },
    (root) => {
      const fields = root.fields(["mediaType", "verificationMaterial", "dsseEnvelope"]);
      fields.get("mediaType").exactly(BUNDLE_V03_MEDIA_TYPE);
      const material = fields.get("verificationMaterial");
      const envelope = fields.get("dsseEnvelope");
      if (material.isObject() && material.member("certificate").value !== undefined)
        return {
          kind: "certificate" as const,
          certificate: readCertificateMaterial(material),
          payload: readEnvelope(envelope, ""),
          value: root.value,
        };
      const claimedKey = readKeyMaterial(material);
      const payload = readEnvelope(envelope, claimedKey);
      return { kind: "key" as const, claimedKey, payload, value: root.value };
    },
  );
  try {
    return { ...checked, sigstore: bundleFromJSON(value) };
  } catch (cause) {
    throw new SupplyError("ERR_BUNDLE_MALFORMED", "the bundle is not one of Sigstore's", { cause });
  }
}

function readKeyMaterial(member: Cursor): Digest {
  const fields = member.fields(["publicKey"], ["tlogEntries", "timestampVerificationData"]);
  fields.optional("tlogEntries", (entries) => entries.items(0, 0));
  fields.optional("timestampVerificationData", (data) => {
    data.fields([], ["rfc3161Timestamps"]).optional("rfc3161Timestamps", (all) => all.items(0, 0));
  });
  const hint = fields.get("publicKey").fields(["hint"]).get("hint").string(KEY_HINT);
  return isDigest(hint) ? hint : "sha256:";
}

/** A certificate's key has no other name, so `keyid` says nothing there, and may be left out. */
function readEnvelope(member: Cursor, keyid: Digest | ""): Uint8Array {
  const fields = member.fields(["payload", "payloadType", "signatures"]);
  fields.get("payloadType").exactly(PAYLOAD_TYPE);
  for (const item of fields.get("signatures").items(1, 1)) {
    const signature =
      keyid === "" ? item.fields(["sig"], ["keyid"]) : item.fields(["sig", "keyid"]);
    readBase64(signature.get("sig"));
    signature.optional("keyid", (id) => id.exactly(keyid));
  }
  return readBase64(fields.get("payload"));
}
