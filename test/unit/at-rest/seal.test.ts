import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { test } from "node:test";
import { AtRestError } from "../../../runtime/at-rest/errors.ts";
import {
  deriveKey,
  openValue,
  SEAL_BYTES,
  Sealer,
  sealValue,
  tenantDigest,
  type SealedPlace,
} from "../../../runtime/at-rest/seal.ts";

const PLACE: SealedPlace = { tenant: tenantDigest("acme"), store: "kv notes", name: "colour" };
const REFUSED = (error: unknown): boolean =>
  error instanceof AtRestError && error.code === "ERR_AT_REST_VALUE";

test("seals as XAES-256-GCM: the standard's own vectors", () => {
  const nonce = Buffer.from("ABCDEFGHIJKLMNOPQRSTUVWX");
  const text = Buffer.from("XAES-256-GCM");
  const vectors = [
    [0x01, "", "ce546ef63c9cc60765923609b33a9a1974e96e52daf2fcf7075e2271"],
    [0x03, "c2sp.org/XAES-256-GCM", "986ec1832593df5443a179437fd083bf3fdb41abd740a21f71eb769d"],
  ] as const;
  for (const [byte, associated, sealed] of vectors) {
    const sealer = new Sealer(Buffer.alloc(32, byte));
    const found = sealer.encrypt(nonce, text, Buffer.from(associated));
    assert.equal(Buffer.from(found).toString("hex"), sealed);
    assert.deepEqual(Buffer.from(sealer.decrypt(nonce, found, Buffer.from(associated))), text);
  }
});

test("opens what was sealed for the same place, and nothing else", () => {
  const key = randomBytes(32);
  const value = Buffer.from("blue");
  const sealed = sealValue(key, value, PLACE);
  assert.deepEqual(Buffer.from(openValue(key, sealed, PLACE)), value);
  assert.equal(sealed.length, value.length + SEAL_BYTES);
  assert.notDeepEqual(sealValue(key, value, PLACE), sealed);
  const others: SealedPlace[] = [
    { ...PLACE, tenant: tenantDigest("acme2") },
    { ...PLACE, store: "kv notes2" },
    { ...PLACE, name: "colour2" },
    { tenant: PLACE.tenant, store: 'kv notes","colour', name: "" },
  ];
  for (const other of others) assert.throws(() => openValue(key, sealed, other), REFUSED);
  assert.throws(() => openValue(randomBytes(32), sealed, PLACE), REFUSED);
});

test("refuses a value with any one bit turned, any end cut off, and anything shorter", () => {
  const key = randomBytes(32);
  const sealed = sealValue(key, Buffer.from("blue"), PLACE);
  for (let at = 0; at < sealed.length; at += 1) {
    const turned = Uint8Array.from(sealed);
    turned[at] = (turned[at] ?? 0) ^ (1 << (at % 8));
    assert.throws(() => openValue(key, turned, PLACE), REFUSED);
    assert.throws(() => openValue(key, sealed.subarray(0, at), PLACE), REFUSED);
  }
});

test("keys of two purposes have nothing in common, and a key of another length is refused", () => {
  const key = randomBytes(32);
  assert.notDeepEqual(deriveKey(key, "kv a"), deriveKey(key, "kv b"));
  assert.notDeepEqual(deriveKey(key, "kv a"), new Uint8Array(key));
  assert.throws(() => deriveKey(key.subarray(1), "kv a"), TypeError);
  assert.throws(() => new Sealer(key.subarray(1)), TypeError);
});
