import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { JsonObject, JsonValue } from "@glovebox/host-api/json";
import { compileValidator } from "../../runtime/plugin/schema/validator.ts";

/** Parses what object literals cannot say: `__proto__` as a name, numbers beyond the largest. */
function parsed(text: string): JsonObject {
  return JSON.parse(text);
}

const times = <Item>(length: number, make: (index: number) => Item): Item[] =>
  Array.from({ length }, (_item, index) => make(index));

/** A chain of definitions, each of which uses the one before twice. */
function doubled(keyword: "allOf" | "anyOf" | "oneOf", levels: number): JsonObject {
  const chain = times(levels, (level) => {
    const before = { $ref: `#/$defs/d${level}` };
    return [`d${level + 1}`, { [keyword]: [before, before] }] as const;
  });
  return {
    $defs: { d0: { type: "string" }, ...Object.fromEntries(chain) },
    properties: { x: { $ref: `#/$defs/d${levels}` } },
  };
}

const wideObject: JsonObject = Object.fromEntries(times(90_000, (index) => [`k${index}`, index]));
const wideList: JsonValue = times(90_000, (index) => index);
const allOf = (schema: JsonObject): JsonObject => ({ allOf: times(400, () => schema) });

/**
 * Each would take seconds to centuries in a validator that trusts the schema or the value.
 * Here they end when the budget does, with an issue: what could not be checked is refused.
 */
const BOMBS: Readonly<Record<string, readonly [schema: JsonObject, value: JsonValue]>> = {
  "references doubled 100 times": [doubled("allOf", 25), { x: "a" }],
  "alternatives doubled 100 times, all failing": [doubled("anyOf", 25), { x: 1 }],
  "exclusive alternatives doubled 100 times": [doubled("oneOf", 25), { x: "a" }],
  "a reference to itself": [{ $defs: { a: { $ref: "#/$defs/a" } }, $ref: "#/$defs/a" }, 1],
  "two references to each other": [
    {
      $defs: { a: { allOf: [{ $ref: "#/$defs/b" }] }, b: { not: { $ref: "#/$defs/a" } } },
      $ref: "#/$defs/a",
    },
    1,
  ],
  "a large pattern on many long texts": [
    { items: { pattern: "(?:[a-z]{1,30}[0-9]{1,30}){4}$" } },
    times(500, () => "a1".repeat(4999)),
  ],
  "many patterns on many names": [
    {
      patternProperties: Object.fromEntries(
        times(50, (index) => [`(?:[a-z]{0,9}){9}${index}$`, {}]),
      ),
    },
    Object.fromEntries(times(500, (index) => [`${"a".repeat(3000)}${index}`, 1])),
  ],
  "uniqueness at sixty levels": [
    { $defs: { n: { uniqueItems: true, items: { $ref: "#/$defs/n" } } }, $ref: "#/$defs/n" },
    times(60, (index) => index).reduce<JsonValue>((inner) => [inner], wideList),
  ],
  "a long text measured again and again": [allOf({ minLength: 1 }), "x".repeat(4_000_000)],
  "a long text compared again and again": [allOf({ not: { enum: ["a"] } }), "x".repeat(4_000_000)],
  "divisions of the largest by the smallest number": [
    { items: { multipleOf: 1e-300 } },
    times(90_000, () => 1.7e308),
  ],
  "properties counted again and again": [allOf({ minProperties: 0 }), wideObject],
  "properties visited again and again": [allOf({ additionalProperties: true }), wideObject],
  "names visited again and again": [allOf({ propertyNames: true }), wideObject],
  "items visited again and again": [allOf({ items: true }), wideList],
  "items searched again and again": [allOf({ contains: true }), wideList],
};

describe("ends with an issue and not with a hang:", () => {
  for (const [title, [schema, value]] of Object.entries(BOMBS)) {
    test(title, { timeout: 20_000 }, () => {
      const [issue] = compileValidator(schema)(value);
      assert.notEqual(issue, undefined);
    });
  }
});

describe("takes what is large and honest:", () => {
  test(
    "the pattern that hangs backtracking engines, on a text that almost matches",
    { timeout: 20_000 },
    () => {
      const validate = compileValidator({ properties: { a: { pattern: "^(a+)+$" } } });
      assert.equal(validate({ a: `${"a".repeat(5000)}!` }).length, 1);
      assert.deepEqual(validate({ a: "a".repeat(5000) }), []);
    },
  );

  test("ninety thousand different items", { timeout: 20_000 }, () => {
    assert.deepEqual(
      compileValidator({ uniqueItems: true, items: { type: "integer" } })(wideList),
      [],
    );
  });
});

const nested = (levels: number): JsonValue =>
  times(levels, () => 0).reduce<JsonValue>((inner) => [inner], 0);

describe("values unfit to be looked at", () => {
  const validate = compileValidator({});
  test("are refused when they are nested deeper than 64 levels", () => {
    assert.deepEqual(validate(nested(64)), []);
    assert.equal(validate(nested(65)).length, 1);
    assert.equal(validate(nested(100_000)).length, 1);
  });

  test("are refused when they have more than 100,000 parts", () => {
    assert.equal(validate(times(100_001, () => 0)).length, 1);
    assert.equal(validate(times(400, () => times(400, () => 0))).length, 1);
  });

  test("are refused with a number that JSON cannot carry further", () => {
    assert.equal(validate(parsed('{"a":[1e999]}')).length, 1);
  });
});

describe("prototypes", () => {
  test("are not reached from a value: `__proto__` is a name like others", () => {
    const schema = parsed(
      '{"properties":{"__proto__":{"type":"string"}},"required":["__proto__"]}',
    );
    const validate = compileValidator(schema);
    assert.equal(validate({}).length, 1);
    assert.equal(validate(parsed('{"__proto__":5}')).length, 1);
    assert.deepEqual(validate(parsed('{"__proto__":"a"}')), []);
  });

  test("do not make inherited names known or present", () => {
    assert.equal(compileValidator({ additionalProperties: false })({ toString: 1 }).length, 1);
    assert.equal(compileValidator({ required: ["constructor"] })({}).length, 1);
  });
});

test("one schema never changes another, whatever they name alike", () => {
  const loose = compileValidator({ $defs: { a: {} }, properties: { n: { $ref: "#/$defs/a" } } });
  const strict = compileValidator({
    $defs: { a: { type: "number" } },
    properties: { n: { $ref: "#/$defs/a" } },
    required: ["n"],
  });
  assert.deepEqual(loose({ n: "a" }), []);
  assert.equal(strict({}).length, 1);
  assert.equal(strict({ n: "a" }).length, 1);
});
