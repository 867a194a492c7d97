import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { pluginSource } from "../../../runtime/plugin/document.ts";
import { parseJson } from "../../../runtime/plugin/json.ts";
import type { JsonDocument } from "../../../runtime/plugin/json.ts";
import { collectProblems } from "../../../runtime/plugin/problems.ts";
import { assertRefused, errorsOf } from "../../helpers/refusals.ts";

const SOURCE = pluginSource(
  "ERR_MANIFEST_INVALID",
  { bytesMax: 10_000, depthMax: 8, nodesMax: 200 },
  "x.json",
);

function parse(input: Uint8Array | string): JsonDocument {
  return collectProblems((problems) => parseJson(input, SOURCE, problems));
}

function assertInvalid(input: Uint8Array | string): void {
  assertRefused(() => parse(input), "ERR_MANIFEST_INVALID");
}

describe("parseJson", () => {
  it("reads what JSON.parse reads", () => {
    const texts = [
      "null",
      "true",
      "false",
      "0",
      "-0",
      "1.5e3",
      "-12.25E-2",
      '""',
      '"a\\n\\u0041\\/\\"\\\\"',
      "[]",
      "{}",
      "[[],{}]",
      ' \r\n\t{ "a" : [ 1 , { "b" : null } ] , "" : "x" } ',
    ];
    for (const text of texts) assert.deepEqual(parse(text).value, JSON.parse(text), text);
  });

  it("refuses what is not JSON", () => {
    const texts = [
      "",
      " ",
      "nul",
      "truex",
      "[1,]",
      "[,1]",
      '{"a":1,}',
      "{a:1}",
      "{'a':1}",
      '{"a" 1}',
      '{"a":}',
      "[1 2]",
      "01",
      "+1",
      "1.",
      ".5",
      "1e",
      "0x1",
      "NaN",
      "Infinity",
      "-",
      "//x\n1",
      "/**/1",
      '"a',
      '"\\x41"',
      '"\\u12G4"',
      '"\t"',
      '"\\',
      '"\\u',
      "[",
      "{",
      '{"a"',
      '{"a":1',
      "]",
      "1 1",
      "[]]",
      "\u00a01",
      "undefined",
      "\\u0031",
    ];
    for (const text of texts) assertInvalid(text);
  });

  it("keeps every JSON value whole", () => {
    const value = fc.jsonValue({ maxDepth: 4, noUnicodeString: true });
    fc.assert(
      fc.property(value, (sample) => {
        const text = JSON.stringify(sample);
        fc.pre(!/__proto__|constructor|prototype|\\u00|\\[bfr]|\x7f/.test(text));
        assert.deepEqual(parse(text).value, JSON.parse(text));
      }),
    );
  });

  it("says line and column of a problem, and of any value", () => {
    const [error] = errorsOf(() => parse('{\n  "a": 1,\n  "b": nope\n}'));
    assert.deepEqual(error?.place, { file: "x.json", line: 3, column: 8 });
    const document = parse('{\n  "a": [1,\n   {"b": 2}]\n}');
    assert.deepEqual(document.placeOf(["a", 1, "b"]), { file: "x.json", line: 3, column: 5 });
    assert.deepEqual(document.placeOf(["a", 7]), { file: "x.json", line: 2, column: 3 });
    assert.deepEqual(document.placeOf(["toString", "length"]), {
      file: "x.json",
      line: 1,
      column: 1,
    });
  });

  it("reports every problem that it can read past, then the one that it cannot", () => {
    const places = errorsOf(() => parse('{"a":1,\n"a":2,\n"__proto__":3,\n!')).map(
      ({ place }) => place?.line,
    );
    assert.deepEqual(places, [2, 3, 4]);
  });

  it("says on which line the bytes stop being UTF-8", () => {
    const [error] = errorsOf(() => parse(Buffer.from('{"a":1,\n"b":"\xff"}', "latin1")));
    assert.equal(error?.place?.line, 2);
  });
});
