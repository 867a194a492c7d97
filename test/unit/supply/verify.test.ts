import assert from "node:assert/strict";
import { createPrivateKey, generateKeyPairSync } from "node:crypto";
import { describe, it } from "node:test";
import { digestOf } from "../../../runtime/plugin/canonical.ts";
import { generateKey, publicKeyOf } from "../../../runtime/supply/keys.ts";
import { signStatement } from "../../../runtime/supply/sign.ts";
import { formatStatement, parseStatement } from "../../../runtime/supply/statement.ts";
import { verifyBundle } from "../../../runtime/supply/verify.ts";
import type { TrustedKey } from "../../../runtime/supply/verify.ts";
import { STATEMENT } from "../../helpers/plugin-files.ts";
import { assertRefused, codesOf } from "../../helpers/refusals.ts";

const PAIR = generateKey();
const KEY = createPrivateKey(PAIR.privateKey);
const BUNDLE = signStatement(STATEMENT, KEY);
const TRUST: TrustedKey = { name: "me", publicKey: PAIR.publicKey.text, plugins: ["*"] };
const OTHER: TrustedKey = {
  name: "other",
  publicKey: generateKey().publicKey.text,
  plugins: ["*"],
};

describe("verifyBundle", () => {
  it("says whose key signed a plugin, Ed25519 or P-256", () => {
    const signer = { kind: "key", key: PAIR.publicKey.digest, trust: "me" };
    assert.deepEqual(verifyBundle(BUNDLE, STATEMENT, [OTHER, TRUST]), signer);
    const { privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
    const key = publicKeyOf(privateKey);
    const trust = [TRUST, { name: "p256", publicKey: key.text, plugins: ["time"] }];
    assert.equal(
      verifyBundle(signStatement(STATEMENT, privateKey), STATEMENT, trust).key,
      key.digest,
    );
  });

  it("refuses a plugin without a signature", () => {
    assertRefused(() => verifyBundle(null, STATEMENT, [TRUST]), "ERR_SIGNATURE_MISSING");
  });

  it("refuses a key that nobody trusts", () => {
    for (const trust of [[], [OTHER]]) {
      assertRefused(() => verifyBundle(BUNDLE, STATEMENT, trust), "ERR_SIGNER_UNKNOWN");
    }
  });

  it("refuses a trusted key for a plugin of another's name", () => {
    for (const plugins of [
      [],
      ["tim"],
      ["times"],
      ["t"],
      [""],
      ["*-time"],
      ["time*e"],
      ["TIME"],
      ["t?me"],
      [".*"],
      ["[a-z]*"],
    ]) {
      assertRefused(
        () => verifyBundle(BUNDLE, STATEMENT, [{ ...TRUST, plugins }]),
        "ERR_SIGNER_NOT_FOR_PLUGIN",
      );
    }
    for (const plugins of [
      ["time"],
      ["x", "t*"],
      ["*"],
      ["*e"],
      ["t*m*e"],
      ["**time**"],
      ["*im*"],
    ]) {
      verifyBundle(BUNDLE, STATEMENT, [{ ...TRUST, plugins }]);
    }
  });

  it("finds the one of a key's entries that admits the plugin", () => {
    const trust = [
      { ...TRUST, name: "files", plugins: ["files"] },
      { ...TRUST, name: "times", plugins: ["time"] },
    ];
    assert.equal(verifyBundle(BUNDLE, STATEMENT, trust).trust, "times");
  });

  it("tells apart which part is not what was signed, and names all of them", () => {
    const other = digestOf("other");
    const { digests } = STATEMENT;
    const changed = (change: object) => ({ ...STATEMENT, digests: { ...digests, ...change } });
    const verify = (change: object) =>
      codesOf(() => verifyBundle(BUNDLE, changed(change), [TRUST]));
    assert.deepEqual(verify({ component: other }), ["ERR_SIGNATURE_OTHER_COMPONENT"]);
    assert.deepEqual(verify({ surface: other }), ["ERR_SIGNATURE_OTHER_SURFACE"]);
    assert.deepEqual(verify({ manifest: other }), ["ERR_SIGNATURE_OTHER_MANIFEST"]);
    assert.deepEqual(verify({ surface: other, manifest: other }), [
      "ERR_SIGNATURE_OTHER_SURFACE",
      "ERR_SIGNATURE_OTHER_MANIFEST",
    ]);
    const swapped = { component: digests.surface, surface: digests.component };
    assert.equal(verify(swapped).length, 2);
  });

  it("refuses a signature for another name or version", () => {
    for (const change of [{ version: "1.2.4" }, { name: "times" }]) {
      assertRefused(
        () => verifyBundle(BUNDLE, { ...STATEMENT, ...change }, [TRUST]),
        "ERR_SIGNATURE_OTHER_PLUGIN",
      );
    }
  });

  it("refuses to go on with a trust entry that is no key", () => {
    assertRefused(
      () => verifyBundle(BUNDLE, STATEMENT, [TRUST, { ...OTHER, publicKey: "x" }]),
      "ERR_KEY_INVALID",
    );
  });
});

describe("the statement", () => {
  it("reads back what it writes", () => {
    assert.deepEqual(parseStatement(formatStatement(STATEMENT)), STATEMENT);
  });
});
