import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { Validator as Reference } from "@cfworker/json-schema";
import * as fc from "fast-check";
import type { JsonObject, JsonValue } from "@glovebox/host-api/json";
import { PluginError } from "../../../../runtime/plugin/errors.ts";
import { SCHEMA_KEYWORDS } from "../../../../runtime/plugin/schema-keywords.ts";
import { compileValidator } from "../../../../runtime/plugin/schema/validator.ts";

function accepts(schema: JsonObject, value: JsonValue): boolean {
  return compileValidator(schema)(value).length === 0;
}

/** Keyword by keyword: a schema, values that pass, values that do not. */
const CASES: readonly (readonly [
  schema: JsonObject,
  good: readonly JsonValue[],
  bad: readonly JsonValue[],
])[] = [
  [{ type: "string" }, ["", "a"], [1, null, [], {}]],
  [{ type: "integer" }, [1, 1.0, -5, 1e300], [1.5, "1"]],
  [{ type: ["null", "number"] }, [null, 0.5], ["a", {}]],
  [{ type: "object" }, [{}], [[], null]],
  [{ enum: [1, "a", { b: [1] }] }, [1, "a", { b: [1.0] }], [2, "b", { b: [2] }, { b: [1], c: 1 }]],
  [{ const: { a: 1, b: 2 } }, [{ b: 2, a: 1 }], [{ a: 1 }, "a"]],
  [{ minimum: 1, maximum: 3 }, [1, 3, "a"], [0.99, 3.01]],
  [{ exclusiveMinimum: 1, exclusiveMaximum: 3 }, [2], [1, 3]],
  [{ multipleOf: 0.1 }, [0.3, 1, -7.7], [0.35]],
  [{ multipleOf: 3 }, [9, 0], [10, 9.5]],
  [{ minLength: 2, maxLength: 3 }, ["ab", "💩💩", "💩💩💩"], ["a", "💩", "abcd"]],
  [{ pattern: "^a+$" }, ["aaa", 5], ["aab", ""]],
  [{ pattern: "b" }, ["abc"], ["ac"]],
  [
    { format: "date" },
    ["2024-02-29", "0000-02-29", 5],
    ["2023-02-29", "2024-13-01", "2024-1-1", ""],
  ],
  [
    { format: "date-time" },
    ["2024-02-29T23:59:60Z", "2024-02-29t01:02:03.5+01:00"],
    ["2024-02-30T00:00:00Z", "2024-02-29"],
  ],
  [{ format: "duration" }, ["P1D", "PT1H", "P2W"], ["P", "PT", "1D"]],
  [{ format: "email" }, ["a.b@c.d"], ["a", "@b", "a@b c"]],
  [{ format: "hostname" }, ["a.b-c"], ["-a", "a..b"]],
  [{ format: "ipv4" }, ["1.2.3.4"], ["01.2.3.4", "1.2.3", "256.1.1.1"]],
  [{ format: "ipv6" }, ["::1", "fe80::1"], ["12345::", "::1]/x", ":"]],
  [{ format: "uri" }, ["https://a.b/c?d#e", "urn:x"], ["/a", "http://a b"]],
  [{ format: "uuid" }, ["2eb8aa08-aa98-11ea-b4aa-73b441d16380"], ["2eb8aa08"]],
  [{ format: "json-pointer" }, ["", "/a~1b"], ["a", "/~2"]],
  [{ format: "int32" }, [2 ** 31 - 1, "a"], [2 ** 31, 0.5]],
  [{ properties: { a: { type: "string" } } }, [{}, { a: "x" }, { b: 1 }, []], [{ a: 1 }]],
  [{ required: ["a", "toString"] }, [{ a: 1, toString: 1 }, "a"], [{ a: 1 }, {}]],
  [
    { properties: { a: true }, additionalProperties: false },
    [{ a: 1 }, {}],
    [{ b: 1 }, { constructor: 1 }],
  ],
  [
    { patternProperties: { "^x": { type: "number" } }, additionalProperties: { type: "string" } },
    [{ x1: 1, y: "a" }],
    [{ x1: "a" }, { y: 1 }],
  ],
  [{ propertyNames: { maxLength: 2 } }, [{ ab: 1 }], [{ abc: 1 }]],
  [{ minProperties: 1, maxProperties: 2 }, [{ a: 1 }], [{}, { a: 1, b: 1, c: 1 }]],
  [{ dependentRequired: { a: ["b"] } }, [{ b: 1 }, { a: 1, b: 1 }], [{ a: 1 }]],
  [{ dependentSchemas: { a: { required: ["b"] } } }, [{ b: 1 }, { a: 1, b: 1 }], [{ a: 1 }]],
  [{ items: { type: "number" } }, [[], [1, 2], "a"], [[1, "a"]]],
  [{ prefixItems: [{ type: "string" }], items: false }, [[], ["a"]], [[1], ["a", "b"]]],
  [{ minItems: 1, maxItems: 2 }, [[1]], [[], [1, 2, 3]]],
  [
    { uniqueItems: true },
    [[1, "1", [1], [2], { a: 1 }]],
    [
      [1, 1.0],
      [
        { a: 1, b: 2 },
        { b: 2, a: 1 },
      ],
    ],
  ],
  [{ contains: { type: "string" } }, [[1, "a"], "x"], [[], [1]]],
  [
    { contains: { const: 1 }, minContains: 2, maxContains: 3 },
    [
      [1, 1],
      [1, 1, 1, 2],
    ],
    [[1], [1, 1, 1, 1]],
  ],
  [{ contains: true, minContains: 0 }, [[]], []],
  [{ allOf: [{ minimum: 1 }, { maximum: 2 }] }, [1, 2], [0, 3]],
  [{ anyOf: [{ type: "string" }, { minimum: 5 }] }, ["a", 5], [4]],
  [{ oneOf: [{ minimum: 1 }, { maximum: 3 }] }, [0, 4], [2]],
  [{ not: { type: "string" } }, [1], ["a"]],
  [
    // eslint-disable-next-line unicorn/no-thenable -- JSON Schema's word.
    { if: { required: ["a"] }, then: { required: ["b"] }, else: { required: ["c"] } },
    [{ a: 1, b: 1 }, { c: 1 }],
    [{ a: 1 }, { b: 1 }],
  ],
  [
    {
      $ref: "#/$defs/n",
      $defs: { n: { properties: { next: { $ref: "#/$defs/n" }, v: { type: "number" } } } },
    },
    [{ next: { next: { v: 1 } } }],
    [{ next: { next: { v: "a" } } }],
  ],
];

for (const [schema, good, bad] of CASES) {
  test(`checks ${JSON.stringify(schema).slice(0, 100)}`, () => {
    for (const value of good)
      assert.deepEqual(compileValidator(schema)(value), [], JSON.stringify(value));
    for (const value of bad)
      assert.notDeepEqual(compileValidator(schema)(value), [], JSON.stringify(value));
  });
}

test("every accepted keyword that asks something stands in these cases", () => {
  const silent = [
    "title",
    "description",
    "default",
    "examples",
    "deprecated",
    "readOnly",
    "writeOnly",
    "$anchor",
    "x-mcp-header",
  ];
  const used = JSON.stringify(CASES);
  for (const keyword of SCHEMA_KEYWORDS.keys()) {
    assert.ok(silent.includes(keyword) || used.includes(`"${keyword}"`), keyword);
  }
});

describe("issues", () => {
  const schema: JsonObject = {
    type: "object",
    properties: {
      path: { type: "string" },
      mode: { enum: ["create", "replace"] },
      files: { type: "array", items: { type: "object", required: ["name"] } },
      when: {
        anyOf: [{ type: "null" }, { type: "object", properties: { at: { type: "integer" } } }],
      },
    },
    required: ["path"],
    additionalProperties: false,
  };

  test("name the place and what would be right", () => {
    assert.deepEqual(compileValidator(schema)({ path: "a", files: [{ name: 1 }, {}] }), [
      { path: "files[1]", message: 'needs the property "name"' },
    ]);
  });

  test("are all told, up to ten", () => {
    const issues = compileValidator(schema)({
      mode: "delete",
      extra: 1,
      files: Array.from({ length: 50 }, () => 1),
    });
    assert.equal(issues.length, 10);
  });

  test("of alternatives tell what is wrong with the closest one", () => {
    const [issue] = compileValidator(schema)({ path: "a", when: { at: "noon" } });
    assert.equal(issue?.path, "when");
    assert.match(issue?.message ?? "", /when\.at must be an integer/u);
  });

  test("never repeat much of the value, and nothing invisible of it", () => {
    const key = `\u202e${"k".repeat(5000)}`;
    for (const value of [
      { path: "p".repeat(5000), [key]: 1 },
      { mode: "m".repeat(5000) },
      { files: { [key]: 1 } },
    ]) {
      for (const { path, message } of compileValidator(schema)(value)) {
        assert.ok(path.length <= 80 && message.length <= 400);
        assert.ok(!/(?:k|m|p){80}/u.test(message) && !message.includes("\u202e"));
      }
    }
  });
});

test("agrees with an independent validator on random schemas and values", () => {
  const leaf = fc.constantFrom<JsonValue>(null, true, 0, 1, 2.5, -3, "", "a", "ab", "💩");
  const { value } = fc.letrec<{ value: JsonValue }>((tie) => ({
    value: fc.oneof(
      { depthSize: "small" },
      leaf,
      fc.array(tie("value"), { maxLength: 3 }),
      fc.dictionary(fc.constantFrom("a", "b", "c"), tie("value"), { maxKeys: 3 }),
    ),
  }));
  const count = fc.nat(3);
  const names = fc.uniqueArray(fc.constantFrom("a", "b", "c"), { maxLength: 2 });
  const asserting: Readonly<Record<string, fc.Arbitrary<JsonValue>>> = {
    type: fc.constantFrom("string", "number", "integer", "object", "array", "null", "boolean"),
    enum: fc.array(value, { minLength: 1, maxLength: 3 }),
    uniqueItems: fc.boolean(),
    required: names,
    dependentRequired: fc.dictionary(fc.constantFrom("a", "b"), names, { maxKeys: 2 }),
    ...Object.fromEntries(
      [
        "minimum",
        "exclusiveMaximum",
        "minLength",
        "maxLength",
        "minItems",
        "maxItems",
        "minProperties",
        "maxProperties",
      ].map((keyword) => [keyword, count]),
    ),
  };
  const { schema } = fc.letrec<{ schema: JsonObject; sub: JsonObject }>((tie) => {
    const sub = tie("sub");
    const list = fc.array(sub, { minLength: 1, maxLength: 2 });
    const keywords: Readonly<Record<string, fc.Arbitrary<JsonValue>>> = {
      ...asserting,
      ...Object.fromEntries(
        ["allOf", "anyOf", "oneOf", "prefixItems"].map((keyword) => [keyword, list]),
      ),
      ...Object.fromEntries(
        ["not", "if", "then", "else", "items", "propertyNames", "additionalProperties"].map(
          (keyword) => [keyword, sub],
        ),
      ),
      properties: fc.dictionary(fc.constantFrom("a", "b"), sub, { maxKeys: 2 }),
    };
    const one = (from: typeof keywords): fc.Arbitrary<JsonObject> =>
      fc.oneof(
        ...Object.entries(from).map(([keyword, made]) =>
          made.map((given) => ({ [keyword]: given })),
        ),
      );
    const some = (from: typeof keywords): fc.Arbitrary<JsonObject> =>
      fc
        .array(one(from), { minLength: 1, maxLength: 4 })
        .map((parts): JsonObject => Object.fromEntries(parts.flatMap(Object.entries)));
    return {
      schema: some(keywords),
      sub: fc.oneof({ maxDepth: 3, depthSize: "small" }, some(asserting), tie("schema")),
    };
  });
  fc.assert(
    fc.property(schema, value, (given, instance) => {
      assert.equal(
        accepts(given, instance),
        new Reference(given, "2020-12").validate(instance).valid,
      );
    }),
    { numRuns: 2000 },
  );
});

describe("schemas that are refused", () => {
  let deep: JsonObject = {};
  for (let level = 0; level < 40; level += 1) deep = { items: deep };
  const REFUSED: Readonly<Record<string, JsonObject>> = {
    "an identifier": { $id: "https://a.test/x" },
    "an identifier further in": { properties: { a: { $id: "x" } } },
    "a reference to an anchor": { $defs: { a: { $anchor: "a" } }, $ref: "#a" },
    "a dynamic reference": { $dynamicRef: "#a" },
    "an unknown keyword": { pattenProperties: {} },
    "a keyword of older drafts": { dependencies: {} },
    "a reference over the network": { $ref: "https://a.test/schema" },
    "a reference to a file": { $ref: "file:///etc/passwd" },
    "a reference to nothing": { $ref: "#/$defs/a" },
    "a reference to a prototype's member": { $ref: "#/$defs/toString", $defs: {} },
    "a broken definition that nothing uses": { $defs: { a: { type: "text" } } },
    "a type that is none": { type: "text" },
    "a type twice": { type: ["string", "string"] },
    "a list of schemas for items": { items: [{}] },
    "a look-ahead": { pattern: "(?=a)a" },
    "a back-reference": { pattern: String.raw`(a)\1` },
    "a pattern that unfolds": { pattern: "(?:a{1,100}){1,100}" },
    "more patterns than are compiled": {
      allOf: Array.from({ length: 101 }, () => ({ pattern: "a" })),
    },
    "an unknown format": { format: "regex" },
    "an empty list of alternatives": { anyOf: [] },
    "a negative count": { minLength: -1 },
    "schemas nested 40 deep": deep,
    "2001 subschemas": { allOf: Array.from({ length: 2001 }, () => ({})) },
    "a divisor of zero": { multipleOf: 0 },
  };
  for (const [title, schema] of Object.entries(REFUSED)) {
    test(`for ${title}`, () => {
      assert.throws(
        () => compileValidator(schema),
        (error) => error instanceof PluginError && error.code === "ERR_SURFACE_INVALID",
      );
    });
  }
});
