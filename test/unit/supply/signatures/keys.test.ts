import assert from "node:assert/strict";
import { generateKeyPairSync } from "node:crypto";
import type { KeyObject } from "node:crypto";
import { describe, it } from "node:test";
import { digestOfBytes } from "../../../../runtime/plugin/canonical.ts";
import {
  generateKey,
  parsePrivateKey,
  parsePublicKey,
  publicKeyOf,
} from "../../../../runtime/supply/signatures/keys.ts";
import { assertRefused } from "../../../helpers/refusals.ts";

const ED25519_PREFIX = "302a300506032b6570032100";

function spkiOf(key: KeyObject): string {
  return key.export({ type: "spki", format: "der" }).toString("base64");
}

describe("generateKey", () => {
  it("makes a pair whose halves belong together", () => {
    const { privateKey, publicKey } = generateKey();
    assert.deepEqual(publicKeyOf(parsePrivateKey(privateKey)).text, publicKey.text);
    assert.equal(parsePublicKey(publicKey.text).digest, publicKey.digest);
    assert.equal(publicKey.digest, digestOfBytes(Buffer.from(publicKey.text, "base64")));
  });

  it("encrypts the private key when there is a passphrase", () => {
    const { privateKey } = generateKey("correct horse");
    assert.match(privateKey, /^-----BEGIN ENCRYPTED PRIVATE KEY-----/);
    parsePrivateKey(privateKey, "correct horse");
    for (const passphrase of [undefined, "", "wrong"]) {
      assertRefused(() => parsePrivateKey(privateKey, passphrase), "ERR_KEY_PASSPHRASE");
    }
  });
});

describe("parsePublicKey", () => {
  it("takes Ed25519 and ECDSA P-256, with a line feed behind", () => {
    const p256 = generateKeyPairSync("ec", { namedCurve: "P-256" }).publicKey;
    for (const text of [generateKey().publicKey.text, spkiOf(p256)]) {
      assert.equal(parsePublicKey(`${text}\n`).text, text);
    }
  });

  it("refuses other kinds of keys", () => {
    const others = [
      generateKeyPairSync("rsa", { modulusLength: 1024 }).publicKey,
      generateKeyPairSync("ec", { namedCurve: "P-384" }).publicKey,
      generateKeyPairSync("ec", { namedCurve: "secp256k1" }).publicKey,
      generateKeyPairSync("ed448").publicKey,
      generateKeyPairSync("x25519").publicKey,
    ];
    for (const key of others) assertRefused(() => parsePublicKey(spkiOf(key)), "ERR_KEY_INVALID");
  });

  it("refuses a key in another spelling, so that each has one digest", () => {
    const { text } = generateKey().publicKey;
    const der = Buffer.from(text, "base64");
    const { publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
    const point = publicKey.export({ type: "spki", format: "der" }).subarray(-64);
    const compressed = Buffer.concat([
      Buffer.from("3039301306072a8648ce3d020106082a8648ce3d030107032200", "hex"),
      Buffer.of(2 + ((point.at(-1) ?? 0) & 1)),
      point.subarray(0, 32),
    ]);
    const spellings = [
      "",
      " ",
      "x",
      text.slice(0, -1),
      `${text}=`,
      text.replace("=", ""),
      text.replaceAll("+", "-").slice(1),
      ` ${text} ${text}`,
      Buffer.concat([der, Buffer.of(0)]).toString("base64"),
      compressed.toString("base64"),
      der.toString("hex"),
      `-----BEGIN PUBLIC KEY-----\n${text}\n-----END PUBLIC KEY-----\n`,
      "A".repeat(100_000),
      generateKey().privateKey,
    ];
    for (const spelling of spellings)
      assertRefused(() => parsePublicKey(spelling), "ERR_KEY_INVALID");
  });

  it("refuses the Ed25519 points under which anyone can sign", () => {
    const points = [
      "0000000000000000000000000000000000000000000000000000000000000000",
      "0100000000000000000000000000000000000000000000000000000000000000",
      "0100000000000000000000000000000000000000000000000000000000000080",
      "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
      "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa",
      "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85",
    ];
    for (const point of points) {
      const text = Buffer.from(ED25519_PREFIX + point, "hex").toString("base64");
      assertRefused(() => parsePublicKey(text), "ERR_KEY_INVALID");
    }
  });
});

describe("parsePrivateKey", () => {
  it("refuses what is not PKCS#8 PEM of an accepted kind", () => {
    const { privateKey } = generateKey();
    const pem = { type: "pkcs8", format: "pem" } as const;
    const wrong = [
      "",
      "x",
      privateKey.slice(0, 60),
      privateKey.replace("PRIVATE", "PUBLIC"),
      privateKey.replace(/\n.{8}/, "\nAAAAAAAA"),
      generateKeyPairSync("rsa", { modulusLength: 1024 }).privateKey.export(pem),
      generateKeyPairSync("ed448").privateKey.export(pem),
      `${privateKey}${"x".repeat(5000)}`,
      `x\n${privateKey}`,
    ];
    for (const text of wrong) assertRefused(() => parsePrivateKey(text), "ERR_KEY_INVALID");
  });
});
