import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { canonicalBytes, digestOf } from "../../../runtime/plugin/canonical.ts";
import { parseSurface } from "../../../runtime/plugin/surface.ts";
import { TOOLS } from "../../helpers/plugin-files.ts";
import { assertRefused, codesOf } from "../../helpers/refusals.ts";

const [NOW] = TOOLS;

function parse(tools: unknown): ReturnType<typeof parseSurface> {
  return parseSurface(JSON.stringify(tools));
}

function parseTool(change: object): unknown {
  return parse([{ ...NOW, ...change }]);
}

describe("parseSurface", () => {
  it("reads tools and sorts them by name, so that their order is not part of the digest", () => {
    const surface = parse(TOOLS);
    assert.deepEqual(
      surface.map(({ name }) => name),
      ["convert", "now"],
    );
    assert.equal(digestOf(surface), digestOf(parse(TOOLS.toReversed())));
    assert.deepEqual(parseSurface(canonicalBytes(surface)), surface);
  });

  it("changes its digest with any word that the model reads", () => {
    const digest = digestOf(parse(TOOLS));
    const changed = JSON.stringify(TOOLS).replace("Converts a time.", "Converts a time!");
    assert.notEqual(digestOf(parseSurface(changed)), digest);
  });

  it("refuses unknown and missing keys, wrong names and wrong types", () => {
    const wrong = [
      { icon: "x" },
      { inputschema: {} },
      { name: "Now" },
      { name: "no-w" },
      { name: "x".repeat(49) },
      { name: "" },
      { name: "a b" },
      { description: "" },
      { description: " " },
      { description: 1 },
      { title: "" },
      { title: "a\nb" },
      { annotations: { readOnly: true } },
      { annotations: { readOnlyHint: "yes" } },
      { annotations: [] },
      { inputSchema: null },
      { inputSchema: true },
      { inputSchema: [] },
      { outputSchema: "x" },
    ];
    for (const change of wrong) assertRefused(() => parseTool(change), "ERR_SURFACE_INVALID");
    for (const tools of [{}, [], [{}], [NOW, NOW], [[NOW]]]) {
      assertRefused(() => parse(tools), "ERR_SURFACE_INVALID");
    }
  });

  it("takes lines in a description and refuses what cannot be seen", () => {
    parseTool({ description: "One\n\ttwo" });
    const hidden = ["a\u200bb", "a\u{e0041}", "\u001b[8mx", "a\u202eb"];
    for (const text of hidden) {
      assert.deepEqual(
        codesOf(() => parseTool({ description: text })),
        ["ERR_TEXT_HIDDEN"],
      );
      const inputSchema = { type: "object", properties: { [text]: {} } };
      assert.deepEqual(
        codesOf(() => parseTool({ inputSchema })),
        ["ERR_TEXT_HIDDEN"],
      );
    }
  });

  it("takes the schemas that authors write", () => {
    const schemas = [
      { type: "object", $schema: "https://json-schema.org/draft/2020-12/schema" },
      {
        type: "object",
        properties: { a: { type: ["string", "null"], format: "date-time", default: null } },
      },
      {
        type: "object",
        properties: { a: { anyOf: [{ const: 1 }, { enum: ["x", 2] }, { type: "null" }] } },
      },
      { type: "object", additionalProperties: { type: "number", minimum: 0, multipleOf: 0.5 } },
      {
        type: "object",
        properties: {
          a: { type: "array", items: true, prefixItems: [{}, false], uniqueItems: true },
        },
      },
      {
        type: "object",
        patternProperties: { "^x-": { type: "string", maxLength: 10 } },
        minProperties: 1,
      },
      {
        type: "object",
        properties: { id: { pattern: "^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$" } },
      },
      {
        type: "object",
        properties: { a: { $ref: "#/$defs/a" } },
        $defs: { a: { $ref: "#/$defs/b" }, b: {} },
      },
      {
        type: "object",
        if: { required: ["a"] },
        else: { required: ["b"] },
        dependentRequired: { a: ["b"] },
      },
    ];
    for (const inputSchema of schemas) parseTool({ inputSchema, outputSchema: inputSchema });
  });
});
