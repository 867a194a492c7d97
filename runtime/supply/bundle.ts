import {
  BUNDLE_V03_MEDIA_TYPE,
  bundleFromJSON,
  bundleToJSON,
  toDSSEBundle,
} from "@sigstore/bundle";
import type { Bundle } from "@sigstore/bundle";
import type { ErrorDetail } from "../errors.ts";
import type { Cursor } from "../plugin/cursor.ts";
import { isDigest } from "../plugin/canonical.ts";
import { readDocument } from "../plugin/document.ts";
import type { Digest } from "../plugin/formats.ts";
import type { JsonLimits } from "../plugin/json.ts";
import { decodeBase64 } from "./base64.ts";
import { SupplyError } from "./errors.ts";

/** The media type of what is signed, which the signature covers too (DSSE). */
export const PAYLOAD_TYPE = "application/vnd.in-toto+json";

const LIMITS: JsonLimits = { bytesMax: 64 * 1024, depthMax: 8, nodesMax: 100 };
const BASE64 = { lengthMin: 1, lengthMax: 32 * 1024 };
const KEY_HINT = { lengthMax: 71, pattern: /^sha256:[0-9a-f]{64}$/, shape: "the digest of a key" };

/** A bundle whose shape is checked, and nothing else of it. */
export interface KeyBundle {
  /** The digest of the key that the bundle says it was made by. A claim. */
  readonly claimedKey: Digest;
  /** The bytes that the signature is over, with their type. */
  readonly payload: Uint8Array;
  readonly sigstore: Bundle;
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
 * certificates and log entries. So the exact shape is checked first: one signature, by a key, and no other proof.
 * A signature is thus written in one way only, and no byte of a bundle is free.
 * Throws `ERR_BUNDLE_MALFORMED`, or `Refusals` of several.
 */
export function parseBundle(bytes: Uint8Array): KeyBundle {
  const invalid = (message: string, detail: ErrorDetail) =>
    new SupplyError("ERR_BUNDLE_MALFORMED", message, detail);
  const { value, ...checked } = readDocument(
    bytes,
    { limits: LIMITS, invalid, hidden: invalid },
    (root) => {
      const fields = root.fields(["mediaType", "verificationMaterial", "dsseEnvelope"]);
      fields.get("mediaType").exactly(BUNDLE_V03_MEDIA_TYPE);
      const claimedKey = readMaterial(fields.get("verificationMaterial"));
      const payload = readEnvelope(fields.get("dsseEnvelope"), claimedKey);
      return { claimedKey, payload, value: root.value };
    },
  );
  try {
    return { ...checked, sigstore: bundleFromJSON(value) };
  } catch (cause) {
    throw new SupplyError("ERR_BUNDLE_MALFORMED", "the bundle is not one of Sigstore's", { cause });
  }
}

function readMaterial(member: Cursor): Digest {
  const fields = member.fields(["publicKey"], ["tlogEntries", "timestampVerificationData"]);
  fields.optional("tlogEntries", (entries) => entries.items(0, 0));
  fields.optional("timestampVerificationData", (data) => {
    data.fields([], ["rfc3161Timestamps"]).optional("rfc3161Timestamps", (all) => all.items(0, 0));
  });
  const hint = fields.get("publicKey").fields(["hint"]).get("hint").string(KEY_HINT);
  return isDigest(hint) ? hint : "sha256:";
}

function readEnvelope(member: Cursor, claimedKey: Digest): Uint8Array {
  const fields = member.fields(["payload", "payloadType", "signatures"]);
  fields.get("payloadType").exactly(PAYLOAD_TYPE);
  for (const item of fields.get("signatures").items(1, 1)) {
    const signature = item.fields(["sig", "keyid"]);
    readBase64(signature.get("sig"));
    signature.get("keyid").exactly(claimedKey);
  }
  return readBase64(fields.get("payload"));
}

function readBase64(member: Cursor): Uint8Array {
  const bytes = decodeBase64(member.string(BASE64));
  if (bytes === undefined && member.value !== undefined) member.problem("not plain base64");
  return bytes ?? new Uint8Array();
}
