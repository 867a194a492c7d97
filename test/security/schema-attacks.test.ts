import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { PATTERN_TEXT_LENGTH_MAX, compileLinearPattern } from "../../runtime/plugin/pattern.ts";
import { parseSurface } from "../../runtime/plugin/surface.ts";
import { assertRefused } from "../helpers/refusals.ts";

function parseSchema(inputSchema: unknown): void {
  parseSurface(JSON.stringify([{ name: "a", description: "x", inputSchema }]));
}

function assertSchemaRefused(inputSchema: unknown): void {
  assertRefused(() => parseSchema(inputSchema), "ERR_SURFACE_INVALID");
}

/** `levels` definitions, each of which refers twice to the next. */
function bomb(levels: number): object {
  const $defs: Record<string, object> = { [`d${levels}`]: {} };
  for (let level = 0; level < levels; level++) {
    const next = { $ref: `#/$defs/d${level + 1}` };
    $defs[`d${level}`] = { allOf: [next, next] };
  }
  return { type: "object", properties: { a: { $ref: "#/$defs/d0" } }, $defs };
}

function nested(levels: number): object {
  let schema: object = {};
  for (let level = 0; level < levels; level++) schema = { properties: { a: schema } };
  return { ...schema, type: "object" };
}

describe("a tool's schema", () => {
  it("refuses keywords that name other schemas, and all that it does not know", () => {
    const extra: readonly Readonly<Record<string, unknown>>[] = [
      { $id: "https://example.com/x" },
      { $anchor: "not a name" },
      { $dynamicRef: "#a" },
      { $dynamicAnchor: "a" },
      { $recursiveRef: "#" },
      { $recursiveAnchor: true },
      { $vocabulary: {} },
      { $comment: "for the model alone" },
      { id: "x" },
      { definitions: {} },
      { dependencies: {} },
      { additionalItems: false },
      { unevaluatedProperties: false },
      { "x-secret": 1 },
      { Type: "object" },
      { toString: 1 },
      { $schema: "http://json-schema.org/draft-04/schema#" },
      { __absolute_uri__: "x" },
    ];
    for (const member of extra) {
      assertSchemaRefused({ type: "object", ...member });
      if (!("$schema" in member)) {
        assertSchemaRefused({ type: "object", properties: { a: { anyOf: [member] } } });
      }
    }
  });

  it("refuses a value that its keyword cannot have", () => {
    const wrong = [
      { type: "objects" },
      { type: [] },
      { type: ["string", "string"] },
      { type: null },
      { properties: [] },
      { properties: { a: 1 } },
      { properties: { a: null } },
      { required: "a" },
      { required: ["a", "a"] },
      { required: [1] },
      { anyOf: [] },
      { anyOf: {} },
      { allOf: [1] },
      { not: "x" },
      { minLength: -1 },
      { maxLength: 1.5 },
      { minItems: "1" },
      { minimum: "0" },
      { multipleOf: 0 },
      { multipleOf: -1 },
      { enum: 1 },
      { uniqueItems: 1 },
      { description: 1 },
      { title: ["x"] },
      { pattern: 1 },
      { format: 1 },
      { format: "url" },
      { format: "regex" },
      { dependentRequired: { a: "b" } },
      { $defs: [] },
      { $schema: 1 },
    ];
    for (const member of wrong) assertSchemaRefused({ type: "object", properties: { a: member } });
  });

  it("refuses a root that is no object schema", () => {
    for (const root of [
      {},
      { type: "string" },
      { type: ["object"] },
      { type: ["object", "null"] },
    ]) {
      assertSchemaRefused(root);
    }
  });

  it("refuses a $ref to anything but a definition of this schema", () => {
    const targets = [
      "#",
      "",
      "#/properties/a",
      "#/$defs/missing",
      "#/$defs/",
      "#/$defs/a/b",
      "#/$defs/a%2Fb",
      "#/$defs/a~1b",
      "https://example.com/s",
      "//example.com/s",
      "file:///etc/passwd",
      "a.json",
      "#a",
      "#/$defs/toString",
      1,
      null,
    ];
    for (const $ref of targets) {
      assertSchemaRefused({ type: "object", properties: { a: { $ref } }, $defs: { a: {} } });
    }
  });

  it("refuses a $ref that comes back to itself, near or far", () => {
    const ref = (name: string) => ({ $ref: `#/$defs/${name}` });
    const circles = [
      { a: ref("a") },
      { a: { properties: { x: ref("a") } } },
      { a: ref("b"), b: { items: ref("c") }, c: { not: ref("a") } },
    ];
    for (const $defs of circles)
      assertSchemaRefused({ type: "object", properties: { a: ref("a") }, $defs });
  });

  it("refuses a bomb of doubled references", () => {
    parseSchema(bomb(3));
    const eight = (name: string) => ({
      allOf: Array.from({ length: 8 }, () => ({ $ref: `#/$defs/${name}` })),
    });
    const $defs = { a: eight("b"), b: eight("c"), c: eight("d"), d: eight("e"), e: {} };
    assertSchemaRefused({ type: "object", $defs, ...eight("a") });
    for (const levels of [8, 12, 40, 200]) assertSchemaRefused(bomb(levels));
  });

  it("refuses schemas that are too deep or too many", () => {
    parseSchema(nested(15));
    assertSchemaRefused(nested(16));
    assertSchemaRefused(nested(30));
    const wide = (count: number) => ({
      type: "object",
      properties: Object.fromEntries(
        Array.from({ length: count }, (_, index) => [`p${index}`, true]),
      ),
    });
    parseSchema(wide(499));
    assertSchemaRefused(wide(500));
    assertSchemaRefused(wide(10_000));
  });

  it("refuses more tools, longer descriptions and more bytes than the caps", () => {
    const tool = (index: number) => ({
      name: `t${index}`,
      description: "x",
      inputSchema: { type: "object" },
    });
    const many = (count: number) =>
      JSON.stringify(Array.from({ length: count }, (_, index) => tool(index)));
    assert.equal(parseSurface(many(128)).length, 128);
    assertRefused(() => parseSurface(many(129)), "ERR_SURFACE_INVALID");
    const long = (length: number) =>
      JSON.stringify([{ ...tool(0), description: "x".repeat(length) }]);
    parseSurface(long(8192));
    assertRefused(() => parseSurface(long(8193)), "ERR_SURFACE_INVALID");
    const padded = `${many(1)}${" ".repeat(256 * 1024)}`;
    assertRefused(() => parseSurface(padded), "ERR_SURFACE_INVALID");
  });

  it("refuses more regular expressions than compile quickly", () => {
    const $defs = Object.fromEntries(
      Array.from({ length: 129 }, (_, index) => [`d${index}`, { pattern: `^${index}` }]),
    );
    assertSchemaRefused({ type: "object", $defs });
  });
});

describe("a tool's regular expression", () => {
  it("is refused where it cannot run in linear time, or is no ECMAScript", () => {
    const refused = [
      "(?=a)b",
      "(?!a)b",
      "(?<=a)b",
      "(?<!a)b",
      "(a)\\1",
      "(?<n>a)\\k<n>",
      "\\uD83D\\uDE00",
      "(",
      "[",
      "a{2,1}",
      "(?i)a",
      "\\Qa\\E",
      "\\A",
      "\\z",
      "a++",
      "(?>a)",
      "a".repeat(513),
      "a{1001}",
      "(a{100}){100}",
      "(?:a?){1000}(?:a?){1000}",
      "\\p{L}{999}\\p{L}{999}",
    ];
    for (const pattern of refused) {
      assert.equal(compileLinearPattern(pattern), undefined, pattern);
      assertSchemaRefused({ type: "object", properties: { a: { type: "string", pattern } } });
      assertSchemaRefused({ type: "object", patternProperties: { [pattern]: {} } });
    }
  });

  it("matches as ECMAScript does", () => {
    const cases: readonly (readonly [string, string, boolean])[] = [
      ["^[a-z]+$", "abc", true],
      ["^[a-z]+$", "abc\n", false],
      ["b", "abc", true],
      ["^\\u0041\\/\\d{2}$", "A/12", true],
      ["^\\p{L}+$", "größe", true],
      ["^.$", "😀", true],
      ["^$", "", true],
    ];
    for (const [pattern, text, matches] of cases) {
      assert.equal(new RegExp(pattern, "u").test(text), matches);
      assert.equal(compileLinearPattern(pattern)?.test(text), matches, pattern);
    }
  });

  it("does not hang on what hangs V8, and never matches a text beyond its cap", () => {
    const pattern = compileLinearPattern("^(a+)+$");
    assert.equal(pattern?.test(`${"a".repeat(PATTERN_TEXT_LENGTH_MAX - 1)}!`), false);
    assert.equal(pattern?.test("a".repeat(PATTERN_TEXT_LENGTH_MAX)), true);
    assert.equal(pattern?.test("a".repeat(PATTERN_TEXT_LENGTH_MAX + 1)), false);
  });
});
