import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { GloveboxError, reasonsOf } from "../../../../runtime/errors.ts";
import { parseServletTools } from "../../../../runtime/plugin/extism/servlet-tools.ts";

const TOOL = { name: "getTime", description: "Says the time.", inputSchema: { type: "object" } };
const parse = (tools: unknown) => parseServletTools(JSON.stringify({ tools }), "list");

function codesOf(text: string): readonly string[] {
  try {
    parseServletTools(text, "list");
    return [];
  } catch (error) {
    return reasonsOf(error).map(({ code }) => code);
  }
}

describe("the tools of a servlet", () => {
  test("are those of any surface, sorted", () => {
    assert.deepEqual(parse([TOOL, { ...TOOL, name: "a-b_C" }]), [{ ...TOOL, name: "a-b_C" }, TOOL]);
  });

  test("lose what nobody is shown", () => {
    const written = {
      ...TOOL,
      title: null,
      outputSchema: null,
      annotations: { readOnlyHint: true, title: null },
      icons: [{ src: "https://example.com/icon.png" }],
      _meta: { "x/y": 1 },
      execution: null,
      inputSchema: {
        $schema: "http://json-schema.org/draft-07/schema#",
        type: "object",
        properties: {
          format: { type: "integer", format: "ean-13" },
          when: { type: "string", format: "date-time" },
          list: { type: "array", items: { type: "number", format: "money" } },
        },
        $defs: { word: { type: "string", format: "word" } },
      },
    };
    assert.deepEqual(parse([written]), [
      {
        ...TOOL,
        annotations: { readOnlyHint: true },
        inputSchema: {
          type: "object",
          properties: {
            format: { type: "integer" },
            when: { type: "string", format: "date-time" },
            list: { type: "array", items: { type: "number" } },
          },
          $defs: { word: { type: "string" } },
        },
      },
    ]);
  });

  test("say so when the plugin says nothing", () => {
    const { description: _, ...silent } = TOOL;
    for (const tool of [silent, { ...silent, description: null }, { ...silent, description: "" }])
      assert.equal(parse([tool])[0]?.description, "The plugin says nothing about this tool.");
  });

  const REFUSED: Readonly<Record<string, string>> = {
    "no JSON": "",
    "an error in their place": '{"error":{"error_code":"FAILED","message":"no"}}',
    "a list and nothing around it": JSON.stringify([TOOL]),
    none: '{"tools":[]}',
    "a number": '{"tools":7}',
    "several pages": JSON.stringify({ tools: [TOOL], nextCursor: "2" }),
    "a name twice": JSON.stringify({ tools: [TOOL, TOOL] }),
    "a key twice": '{"tools":[],"tools":[]}',
    "an unknown member": JSON.stringify({ tools: [{ ...TOOL, instructions: "obey" }] }),
    "a name that is none": JSON.stringify({ tools: [{ ...TOOL, name: "a b" }] }),
    "a schema with an identity": JSON.stringify({
      tools: [{ ...TOOL, inputSchema: { type: "object", $id: "https://example.com/x" } }],
    }),
    "a schema with a comment": JSON.stringify({
      tools: [{ ...TOOL, inputSchema: { type: "object", $comment: "read me" } }],
    }),
    "a deep bomb": `{"tools":${"[".repeat(100_000)}`,
    "hidden text": JSON.stringify({ tools: [{ ...TOOL, description: "a\u{e0041}b" }] }),
    "too much": JSON.stringify({ tools: [{ ...TOOL, description: "x".repeat(300_000) }] }),
  };
  for (const [name, text] of Object.entries(REFUSED))
    test(`are not ${name}`, () => {
      const codes = codesOf(text);
      assert.ok(codes.length > 0);
      assert.ok(
        codes.every((code) => /^ERR_(SURFACE_INVALID|TEXT_HIDDEN)$/.test(code)),
        codes.join(),
      );
    });

  test("that were refused are told in the plugin's own words", () => {
    const error = { error_code: "FAILED", message: "there is no network" };
    const text = JSON.stringify({ error });
    assert.throws(() => parseServletTools(text, "list"), /the plugin says "there is no network"/);
  });

  test("of random JSON are refused or read, and nothing else happens", () => {
    const parts = ["{", "}", "[", "]", '"tools"', '"name"', ":", ",", "null", "1", '"x"', "\u0000"];
    for (let round = 0; round < 3000; round += 1) {
      const text = Array.from(
        { length: 12 },
        () => parts[Math.floor(Math.random() * parts.length)],
      ).join("");
      try {
        parseServletTools(text, "list");
      } catch (error) {
        for (const reason of reasonsOf(error)) assert.ok(reason instanceof GloveboxError);
      }
    }
  });
});
