import { generateKeyPairSync, hash, randomBytes, sign, type KeyObject } from "node:crypto";
import { digestOfBytes } from "../../runtime/plugin/canonical.ts";
import type { Digest } from "../../runtime/plugin/formats.ts";

export interface MinisigKey {
  readonly privateKey: KeyObject;
  /** The second line of a `.pub` file. */
  readonly publicKey: string;
  readonly id: Buffer;
  readonly digest: Digest;
}

/** A minisign key pair, with any number that the test wants it to be named by. */
export function makeMinisigKey(id: Buffer = randomBytes(8)): MinisigKey {
  const { privateKey, publicKey } = generateKeyPairSync("ed25519");
  const spki = publicKey.export({ type: "spki", format: "der" });
  const line = Buffer.concat([Buffer.from("Ed"), id, spki.subarray(-32)]).toString("base64");
  return { privateKey, publicKey: line, id, digest: digestOfBytes(spki) };
}

/** A `.minisig` file as minisign writes it: `ED` over BLAKE2b-512 of the file, or `Ed` over the file itself. */
export function minisigOf(
  file: Uint8Array,
  { privateKey, id }: MinisigKey,
  { isPrehashed = true, comment = "timestamp:1795255200\tfile:other.tgz" } = {},
): string {
  const signed = isPrehashed ? hash("blake2b512", file, "buffer") : file;
  const signature = sign(null, signed, privateKey);
  const global = sign(null, Buffer.concat([signature, Buffer.from(comment)]), privateKey);
  const line = Buffer.concat([Buffer.from(isPrehashed ? "ED" : "Ed"), id, signature]);
  return [
    "untrusted comment: signature from minisign secret key",
    line.toString("base64"),
    `trusted comment: ${comment}`,
    global.toString("base64"),
    "",
  ].join("\n");
}
