import assert from "node:assert/strict";
import { createPrivateKey } from "node:crypto";
import { describe, it } from "node:test";
import fc from "fast-check";
import type { KeyTrust } from "../../../../runtime/plugin/trust.ts";
import { generateKey } from "../../../../runtime/supply/signatures/keys.ts";
import { signStatement } from "../../../../runtime/supply/signatures/sign.ts";
import { STATEMENT } from "../../../helpers/plugin-files.ts";
import { assertRefused, codesOf } from "../../../helpers/refusals.ts";
import { signersOf, sigstoreFile, trusting } from "../../../helpers/signature-files.ts";

const NAMES = ["a", "b", "c", "d"] as const;
type Name = (typeof NAMES)[number];
const PAIRS = new Map(NAMES.map((name) => [name, generateKey()]));
const FILES = new Map(
  NAMES.map((name) => {
    const key = createPrivateKey(PAIRS.get(name)!.privateKey);
    return [name, sigstoreFile(signStatement(STATEMENT, key))];
  }),
);

function entry(name: Name, cosigners: readonly string[] = [], plugins = ["time"]): KeyTrust {
  const publicKey = PAIRS.get(name)!.publicKey.text;
  const named = cosigners.length > 0 ? { cosigners } : {};
  return { kind: "key", name, publicKey, plugins, ...named };
}

function decide(signed: string, entries: readonly KeyTrust[], now?: string): string {
  const files = Array.from(signed, (name) => FILES.get(name as Name)!);
  const trust = trusting(entries, now === undefined ? {} : { now });
  return signersOf(files, STATEMENT, trust)
    .map((signer) => signer.trust)
    .toSorted()
    .join("");
}

const refuses = (signed: string, entries: readonly KeyTrust[]) =>
  assertRefused(() => decide(signed, entries), "ERR_SIGNER_THRESHOLD");

describe("cosigners", () => {
  it("are needed by whoever names them, and count for nothing alone", () => {
    const entries = [entry("a", ["b"]), entry("b")];
    assert.equal(decide("ab", entries), "ab");
    assert.equal(decide("ba", entries), "ab");
    refuses("a", entries);
    refuses("b", entries);
    refuses("bb", entries);
  });

  it("count alone where nobody who names them counts", () => {
    const entries = [entry("a", ["b"], ["files"]), entry("b")];
    assert.equal(decide("b", entries), "b");
    assert.equal(decide("ab", entries), "b");
  });

  it("are all needed, and those whom they name", () => {
    const three = [entry("a", ["b", "c"]), entry("b"), entry("c")];
    for (const signed of ["a", "b", "c", "ab", "ac", "bc"]) refuses(signed, three);
    assert.equal(decide("abc", three), "abc");
    const chain = [entry("a", ["b"]), entry("b", ["c"]), entry("c")];
    for (const signed of ["a", "ab", "ac", "bc", "c"]) refuses(signed, chain);
    assert.equal(decide("abc", chain), "abc");
  });

  it("may name each other", () => {
    const entries = [entry("a", ["b"]), entry("b", ["a"])];
    refuses("a", entries);
    refuses("b", entries);
    assert.equal(decide("ab", entries), "ab");
  });

  it("must be trusted for the plugin themselves, and in their days", () => {
    const elsewhere = [entry("a", ["b"]), entry("b", [], ["files"])];
    assert.deepEqual(
      codesOf(() => decide("ab", elsewhere)),
      ["ERR_SIGNER_THRESHOLD", "ERR_SIGNER_NOT_FOR_PLUGIN"],
    );
    const ended = [entry("a", ["b"]), { ...entry("b"), until: "2026-11-20" }];
    assert.deepEqual(
      codesOf(() => decide("ab", ended)),
      ["ERR_SIGNER_THRESHOLD", "ERR_KEY_EXPIRED"],
    );
    // A reviewer whose author's entry has ended is still only a reviewer.
    const author = [{ ...entry("a", ["b"]), until: "2026-11-20" }, entry("b")];
    assert.ok(codesOf(() => decide("ab", author)).includes("ERR_SIGNER_THRESHOLD"));
  });

  it("leave others alone, who need nobody", () => {
    const entries = [entry("a", ["b"]), entry("b"), entry("d")];
    assert.equal(decide("d", entries), "d");
    assert.equal(decide("ad", entries), "ad");
  });

  it("taken away never let more in, and signatures taken away neither", () => {
    const entriesOf = (lists: readonly (readonly Name[])[]) =>
      NAMES.map((name, index) =>
        entry(
          name,
          (lists[index] ?? []).filter((other) => other !== name),
        ),
      );
    const accepts = (signed: readonly Name[], entries: readonly KeyTrust[]): boolean => {
      if (signed.length === 0) return false;
      try {
        decide(signed.join(""), entries);
        return true;
      } catch {
        return false;
      }
    };
    const names = fc.uniqueArray(fc.constantFrom(...NAMES));
    fc.assert(
      fc.property(fc.array(names, { minLength: 4, maxLength: 4 }), names, (lists, signed) => {
        const entries = entriesOf(lists);
        if (!accepts(signed, entries))
          for (const one of signed)
            assert.ok(
              !accepts(
                signed.filter((other) => other !== one),
                entries,
              ),
            );
        else if (signed.length === 1)
          assert.ok(
            !lists.some((list, index) => list.includes(signed[0]!) && NAMES[index] !== signed[0]),
          );
      }),
      { numRuns: 100 },
    );
  });
});
