import assert from "node:assert/strict";
import { createPrivateKey, generateKeyPairSync } from "node:crypto";
import { describe, it } from "node:test";
import { digestOf } from "../../../../runtime/plugin/canonical.ts";
import { generateKey, publicKeyOf } from "../../../../runtime/supply/signatures/keys.ts";
import { signStatement } from "../../../../runtime/supply/signatures/sign.ts";
import {
  formatStatement,
  parseStatement,
} from "../../../../runtime/supply/signatures/statement.ts";
import type { SignatureFile } from "../../../../runtime/supply/installed.ts";
import type { KeyTrust } from "../../../../runtime/plugin/trust.ts";
import { STATEMENT } from "../../../helpers/plugin-files.ts";
import { signersOf, sigstoreFile, trusting, verifyOne } from "../../../helpers/signature-files.ts";
import { assertRefused, codesOf } from "../../../helpers/refusals.ts";

const PAIR = generateKey();
const KEY = createPrivateKey(PAIR.privateKey);
const BUNDLE = signStatement(STATEMENT, KEY);
const TRUST: KeyTrust = { kind: "key", name: "me", publicKey: PAIR.publicKey.text, plugins: ["*"] };
const OTHER: KeyTrust = {
  kind: "key",
  name: "other",
  publicKey: generateKey().publicKey.text,
  plugins: ["*"],
};

describe("verifyBundle", () => {
  it("says whose key signed a plugin, Ed25519 or P-256", () => {
    const signer = { kind: "key", key: PAIR.publicKey.digest, trust: "me" };
    assert.deepEqual(verifyOne(BUNDLE, STATEMENT, [OTHER, TRUST]), signer);
    const { privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
    const key = publicKeyOf(privateKey);
    const trust = [
      TRUST,
      { kind: "key" as const, name: "p256", publicKey: key.text, plugins: ["time"] },
    ];
    assert.deepEqual(verifyOne(signStatement(STATEMENT, privateKey), STATEMENT, trust), {
      kind: "key",
      key: key.digest,
      trust: "p256",
    });
  });

  it("refuses a plugin without a signature", () => {
    assertRefused(() => verifyOne(null, STATEMENT, [TRUST]), "ERR_SIGNATURE_MISSING");
  });

  it("refuses a key that nobody trusts", () => {
    for (const trust of [[], [OTHER]]) {
      assertRefused(() => verifyOne(BUNDLE, STATEMENT, trust), "ERR_SIGNER_UNKNOWN");
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
        () => verifyOne(BUNDLE, STATEMENT, [{ ...TRUST, plugins }]),
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
      verifyOne(BUNDLE, STATEMENT, [{ ...TRUST, plugins }]);
    }
  });

  it("finds the one of a key's entries that admits the plugin", () => {
    const trust = [
      { ...TRUST, name: "files", plugins: ["files"] },
      { ...TRUST, name: "times", plugins: ["time"] },
    ];
    assert.equal(verifyOne(BUNDLE, STATEMENT, trust).trust, "times");
  });

  it("tells apart which part is not what was signed, and names all of them", () => {
    const other = digestOf("other");
    const { digests } = STATEMENT;
    const changed = (change: object) => ({ ...STATEMENT, digests: { ...digests, ...change } });
    const verify = (change: object) => codesOf(() => verifyOne(BUNDLE, changed(change), [TRUST]));
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
        () => verifyOne(BUNDLE, { ...STATEMENT, ...change }, [TRUST]),
        "ERR_SIGNATURE_OTHER_PLUGIN",
      );
    }
  });

  it("refuses to go on with a trust entry that is no key", () => {
    assertRefused(
      () => verifyOne(BUNDLE, STATEMENT, [TRUST, { ...OTHER, publicKey: "x" }]),
      "ERR_KEY_INVALID",
    );
  });
});

describe("verifySigners", () => {
  const OTHER_PAIR = generateKey();
  const second = sigstoreFile(signStatement(STATEMENT, createPrivateKey(OTHER_PAIR.privateKey)));
  const first = sigstoreFile(BUNDLE);
  const both: readonly KeyTrust[] = [
    TRUST,
    { kind: "key", name: "reviewer", publicKey: OTHER_PAIR.publicKey.text, plugins: ["time"] },
  ];
  const namesOf = (files: readonly SignatureFile[], trust: readonly KeyTrust[]) =>
    signersOf(files, STATEMENT, trusting(trust))
      .map((signer) => signer.trust)
      .toSorted();

  it("names everyone who is trusted, once, whatever the order", () => {
    assert.deepEqual(namesOf([first, second], both), ["me", "reviewer"]);
    const order = (files: readonly SignatureFile[]) => signersOf(files, STATEMENT, trusting(both));
    assert.deepEqual(order([first, second]), order([second, first, second]));
  });

  it("leaves out who is a stranger, or trusted for other plugins, while somebody vouches", () => {
    assert.deepEqual(namesOf([second, first], [TRUST]), ["me"]);
    const elsewhere = both.map((entry) =>
      entry.name === "me" ? { ...entry, plugins: ["files"] } : entry,
    );
    assert.deepEqual(namesOf([first, second], elsewhere), ["reviewer"]);
    assert.deepEqual(
      codesOf(() => signersOf([first, second], STATEMENT, trusting([]))),
      ["ERR_SIGNER_UNKNOWN", "ERR_SIGNER_UNKNOWN"],
    );
  });

  it("refuses a signature that does not hold, beside one that does", () => {
    const torn = sigstoreFile(BUNDLE.slice(0, -1));
    const another = signStatement({ ...STATEMENT, version: "9.9.9" }, KEY);
    const cases = [
      [torn, "ERR_BUNDLE_MALFORMED"],
      [sigstoreFile(another), "ERR_SIGNATURE_OTHER_PLUGIN"],
    ] as const;
    for (const [file, code] of cases)
      for (const files of [
        [second, file],
        [file, second],
      ])
        assertRefused(() => signersOf(files, STATEMENT, trusting(both)), code);
  });

  it("reads eight signatures, and refuses nine", () => {
    const many = (count: number) => Array.from({ length: count }, () => first);
    assert.equal(signersOf(many(8), STATEMENT, trusting(both)).length, 1);
    assertRefused(() => signersOf(many(9), STATEMENT, trusting(both)), "ERR_SIGNATURE_COUNT");
  });
});

describe("the statement", () => {
  it("reads back what it writes", () => {
    assert.deepEqual(parseStatement(formatStatement(STATEMENT)), STATEMENT);
  });
});
