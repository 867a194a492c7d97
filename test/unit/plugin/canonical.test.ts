import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import {
  canonicalText,
  digestOf,
  digestOfBytes,
  parseDigest,
} from "../../../runtime/plugin/canonical.ts";
import { assertRefused } from "../../helpers/refusals.ts";

/** RFC 8785, appendix B: IEEE 754 bits and what they are written as. */
const NUMBERS: readonly (readonly [string, string])[] = [
  ["0000000000000000", "0"],
  ["8000000000000000", "0"],
  ["0000000000000001", "5e-324"],
  ["8000000000000001", "-5e-324"],
  ["7fefffffffffffff", "1.7976931348623157e+308"],
  ["ffefffffffffffff", "-1.7976931348623157e+308"],
  ["4340000000000000", "9007199254740992"],
  ["c340000000000000", "-9007199254740992"],
  ["4430000000000000", "295147905179352830000"],
  ["44b52d02c7e14af5", "9.999999999999997e+22"],
  ["44b52d02c7e14af6", "1e+23"],
  ["44b52d02c7e14af7", "1.0000000000000001e+23"],
  ["444b1ae4d6e2ef4e", "999999999999999700000"],
  ["444b1ae4d6e2ef4f", "999999999999999900000"],
  ["444b1ae4d6e2ef50", "1e+21"],
  ["3eb0c6f7a0b5ed8c", "9.999999999999997e-7"],
  ["3eb0c6f7a0b5ed8d", "0.000001"],
  ["41b3de4355555553", "333333333.3333332"],
  ["41b3de4355555554", "333333333.33333325"],
  ["41b3de4355555555", "333333333.3333333"],
  ["41b3de4355555556", "333333333.3333334"],
  ["41b3de4355555557", "333333333.33333343"],
  ["becbf647612f3696", "-0.0000033333333333333333"],
  ["43143ff3c1cb0959", "1424953923781206.2"],
];

describe("canonicalText", () => {
  it("writes the numbers of RFC 8785, appendix B", () => {
    for (const [bits, text] of NUMBERS) {
      assert.equal(canonicalText(Buffer.from(bits, "hex").readDoubleBE()), text);
    }
    assert.throws(() => canonicalText(Number.NaN));
    assert.throws(() => canonicalText(Number.POSITIVE_INFINITY));
  });

  it("writes the sample of RFC 8785, section 3.2.2", () => {
    const sample: unknown = JSON.parse(String.raw`{
      "numbers": [333333333.33333329, 1E30, 4.50, 2e-3, 0.000000000000000000000000001],
      "string": "\u20ac$\u000F\u000aA'\u0042\u0022\u005c\\\"\/",
      "literals": [null, true, false]
    }`);
    const expected =
      String.raw`{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],` +
      String.raw`"string":"€$\u000f\nA'B\"\\\\\"/"}`;
    assert.equal(canonicalText(sample), expected);
  });

  it("sorts keys by UTF-16 code units, as RFC 8785, section 3.2.3", () => {
    const keys = ["\u20ac", "\r", "\ufb33", "1", "\ud83d\ude00", "\u0080", "\u00f6"];
    const text = canonicalText(Object.fromEntries(keys.map((key) => [key, 0])));
    const sorted = ["\r", "1", "\u0080", "\u00f6", "\u20ac", "\ud83d\ude00", "\ufb33"];
    assert.deepEqual(
      Object.keys(JSON.parse(text) as object).slice(1),
      sorted.filter((key) => key !== "1"),
    );
    assert.equal(text, `{${sorted.map((key) => `${JSON.stringify(key)}:0`).join(",")}}`);
  });

  it("refuses what JSON cannot carry", () => {
    for (const value of [undefined, Symbol("x"), () => 1, 1n, "\ud800"]) {
      assert.throws(() => canonicalText(value));
    }
  });
});

describe("digestOf", () => {
  it("does not hang on the order of keys or the spelling of numbers", () => {
    const digest = digestOf(JSON.parse('{"b":[1.0,"\\u0041"],"a":1e2}'));
    assert.equal(digest, digestOf({ a: 100, b: [1, "A"] }));
    assert.notEqual(digest, digestOf({ a: 100, b: ["A", 1] }));
  });

  it("is SHA-256 of the canonical bytes", () => {
    assert.equal(
      digestOf({}),
      "sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a",
    );
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        assert.equal(digestOf(value), digestOfBytes(Buffer.from(canonicalText(value))));
      }),
    );
  });
});

describe("parseDigest", () => {
  it("takes sha256 in lower-case hex, whole, and nothing else", () => {
    const digest = digestOf("x");
    assert.equal(parseDigest(digest), digest);
    const wrong = [
      "",
      "sha256:",
      digest.slice(0, -1),
      `${digest}0`,
      digest.toUpperCase(),
      ` ${digest}`,
      `${digest}\n`,
      digest.replace("sha256", "sha512"),
      digest.slice(7),
      null,
      undefined,
      1,
      [digest],
    ];
    for (const value of wrong) assertRefused(() => parseDigest(value), "ERR_DIGEST_INVALID");
  });
});
