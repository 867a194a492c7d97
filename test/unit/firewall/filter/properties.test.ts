// What holds of every text and every value, tried on many: pieces of what is looked for, thrown together.
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { compilePolicy } from "../../../../runtime/firewall/filter/compile-policy.ts";
import { findSpans } from "../../../../runtime/firewall/filter/find-spans.ts";
import { makeFilterPolicy } from "../../../../runtime/firewall/filter/policy.ts";
import { filtered, filteredValue } from "../../../helpers/filtered.ts";
import { MADE_KEYS, madeCard, madeHex, madeText } from "../../../helpers/made-secrets.ts";

const POLICY = compilePolicy(makeFilterPolicy({ actions: {}, fields: [] }));
const PIECES = [
  ...Object.values(MADE_KEYS).map((make) => make()),
  madeCard("4", 16),
  madeHex(32),
  madeText(24),
  ..."212-09-9998|password = |token:|secret=|https://a:b4c5d6e7@h|://|@|ignore|all previous|instructions|<INFORMATION>|[INST]|![a](https://e.x/?q={d})|<img src=|\u200B|\u200B\u200C\u200B\u200C\u200B|\uFF41|\u0430|\u001B[31m|\u001B]8;;|%41|&#65;|\\u0041|\\|\"|'|{|}|[|]|,|:| |\n|\n\n|-|.|/|-----BEGIN RSA PRIVATE KEY-----|-----END RSA PRIVATE KEY-----|[redacted:secret]|[redacted:|Zm9vYmFyIGlzIHRoZSBuYW1lIG9mIGl0".split(
    "|",
  ),
];
const text = fc
  .array(
    fc.oneof({ weight: 5, arbitrary: fc.constantFrom(...PIECES) }, fc.string({ maxLength: 12 })),
    {
      maxLength: 14,
    },
  )
  .map((pieces) => pieces.join(""));
const RUNS = { numRuns: 1500 };

test("filtering never throws, and filtering again changes nothing", () => {
  fc.assert(
    fc.property(text, (written) => {
      const once = filtered(written).text;
      assert.equal(filtered(once).text, once);
    }),
    RUNS,
  );
});

test("nothing that is to be taken out is left", () => {
  fc.assert(
    fc.property(text, (written) => {
      const left = findSpans(filtered(written).text, POLICY.personal).spans;
      assert.deepEqual(
        left.filter(({ kind }) => POLICY.actions[kind] !== undefined),
        [],
      );
    }),
    RUNS,
  );
});

test("JSON stays JSON, and values of JSON stay values", () => {
  fc.assert(
    fc.property(fc.jsonValue({ maxDepth: 4 }), fc.array(text, { maxLength: 4 }), (value, texts) => {
      const whole = { value, texts, [texts[0] ?? "k"]: texts };
      const { value: left } = filteredValue(whole);
      assert.deepEqual(filteredValue(left).value, left);
      JSON.parse(filtered(JSON.stringify(whole)).text);
    }),
    { numRuns: 600 },
  );
});

test("spans lie within their text", () => {
  fc.assert(
    fc.property(text, (written) => {
      for (const { start, end } of findSpans(written, ["email", "phone", "iban", "ip"]).spans)
        assert.ok(start >= 0 && start < end && end <= written.length);
    }),
    RUNS,
  );
});
