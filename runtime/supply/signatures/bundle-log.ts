import type { Cursor } from "../../plugin/cursor.ts";
import { readBase64 } from "../base64.ts";
import { isBoundedDer } from "./bounded-der.ts";

/** What comes with a certificate in a bundle: the certificate itself, entries of transparency logs, and timestamps. */

const ENTRIES_MAX = 2;
const TIMESTAMPS_MAX = 2;
const HASHES_MAX = 64;
const CERTIFICATE_BYTES_MAX = 8 * 1024;
const SIGNATURE_BYTES_MAX = 1024;
const BODY_BYTES_MAX = 24 * 1024;
const HASH_BYTES = 32;

/** 64-bit integers are text in protobuf's JSON. These fit a double, so that no reader rounds them. */
const NUMBER = { lengthMax: 15, pattern: /^(0|[1-9][0-9]*)$/, shape: "a number as text" };
const WORD = { lengthMin: 1, lengthMax: 40, pattern: /^[a-z0-9.]+$/, shape: "a plain word" };
/** A signed note: text lines, an empty one, and lines of signatures. */
const CHECKPOINT = { lengthMin: 1, lengthMax: 4096, lines: true };

/**
 * Reads `verificationMaterial` of a bundle that a certificate signed, and answers the certificate.
 * Log entries and timestamps are only checked for their shape.
 */
export function readCertificateMaterial(member: Cursor): Uint8Array {
  const fields = member.fields(["certificate", "tlogEntries"], ["timestampVerificationData"]);
  for (const entry of fields.get("tlogEntries").items(0, ENTRIES_MAX)) readEntry(entry);
  fields.optional("timestampVerificationData", (data) =>
    data.fields([], ["rfc3161Timestamps"]).optional("rfc3161Timestamps", (all) => {
      for (const item of all.items(0, TIMESTAMPS_MAX))
        readDer(item.fields(["signedTimestamp"]).get("signedTimestamp"));
    }),
  );
  const certificate = fields.get("certificate").fields(["rawBytes"]).get("rawBytes");
  return readDer(certificate);
}

function readDer(member: Cursor): Uint8Array {
  const bytes = readBase64(member, CERTIFICATE_BYTES_MAX);
  if (!isBoundedDer(bytes)) member.problem("nested more than any certificate or timestamp is");
  return bytes;
}

function readEntry(entry: Cursor): void {
  const fields = entry.fields(
    ["logIndex", "logId", "kindVersion", "inclusionProof", "canonicalizedBody"],
    ["integratedTime", "inclusionPromise"],
  );
  fields.get("logIndex").string(NUMBER);
  readHash(fields.get("logId").fields(["keyId"]).get("keyId"));
  const kind = fields.get("kindVersion").fields(["kind", "version"]);
  kind.get("kind").string(WORD);
  kind.get("version").string(WORD);
  fields.optional("integratedTime", (time) => time.string(NUMBER));
  fields.optional("inclusionPromise", (promise) => {
    const signed = promise.fields(["signedEntryTimestamp"]).get("signedEntryTimestamp");
    readBase64(signed, SIGNATURE_BYTES_MAX);
  });
  readProof(fields.get("inclusionProof"));
  readBase64(fields.get("canonicalizedBody"), BODY_BYTES_MAX);
}

function readProof(member: Cursor): void {
  const fields = member.fields(["logIndex", "rootHash", "treeSize", "checkpoint"], ["hashes"]);
  fields.get("logIndex").string(NUMBER);
  fields.get("treeSize").string(NUMBER);
  readHash(fields.get("rootHash"));
  fields.optional("hashes", (hashes) => {
    for (const hash of hashes.items(0, HASHES_MAX)) readHash(hash);
  });
  fields.get("checkpoint").fields(["envelope"]).get("envelope").string(CHECKPOINT);
}

function readHash(member: Cursor): void {
  const bytes = readBase64(member, HASH_BYTES);
  if (bytes.length > 0 && bytes.length !== HASH_BYTES)
    member.problem(`${bytes.length} bytes, where a hash has ${HASH_BYTES}`);
}
