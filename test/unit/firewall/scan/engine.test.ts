import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { foldText } from "../../../../runtime/firewall/scan/text-view.ts";
import { collectTexts, TOOL_TEXT_MAX } from "../../../../runtime/firewall/scan/texts.ts";
import { scanTools, SCANNED_TOOLS_MAX } from "../../../../runtime/firewall/scan/scan-tools.ts";

describe("a folded text", () => {
  for (const [name, raw, folded] of [
    ["is in lower case", "Read It", "read it"],
    ["has one space for many", "a \t\u00A0\u2003 b", "a b"],
    ["keeps a line break", "a  \n\t b", "a\nb"],
    ["keeps an empty line", "a \n \n\n b", "a\n\nb"],
    ["has nothing invisible", "s\u200Be\u00ADnd \u202Eit\u{E0041}", "send it"],
    ["has plain letters for fancy ones", "ｓｅｎｄ 𝓲𝓽 ⓝⓞⓦ", "send it now"],
    ["has Latin letters for their look-alikes", "sеnd іt nоw", "send it now"],
    ["has no marks", "s̶e̶n̶d̶ ïť", "send it"],
  ] as const)
    it(name, () => assert.equal(foldText(raw).text, folded));

  it("knows where each character stood", () => {
    const raw = "a  \u200B\u{1D4B7}\uFB03c";
    const view = foldText(raw);
    assert.equal(view.text, "a bffic");
    assert.deepEqual(
      Array.from(view.text, (_, index) => view.placeOf(index)),
      [0, 3, 4, 6, 6, 6, 7],
    );
  });
});

describe("the texts of a tool", () => {
  const wheres = (tool: object) =>
    collectTexts(tool as never).texts.map(({ where, kind, raw }) => `${kind} ${where} ${raw}`);

  it("are all of its strings, and the keys that the author chose", () => {
    assert.deepEqual(
      wheres({
        name: "n",
        title: "t",
        description: "d",
        inputSchema: {
          type: "object",
          properties: { type: { title: "p", enum: ["e"], default: { deep: "v" } }, "a b": true },
        },
        annotations: { title: "u", "x-more": "m" },
      }),
      [
        "name name n",
        "title title t",
        "prose description d",
        "value inputSchema.type object",
        "key inputSchema.properties.type type",
        "title inputSchema.properties.type.title p",
        "value inputSchema.properties.type.enum[0] e",
        "key inputSchema.properties.type.default.deep deep",
        "value inputSchema.properties.type.default.deep v",
        'key inputSchema.properties["a b"] a b',
        "title annotations.title u",
        "key annotations.x-more x-more",
        "value annotations.x-more m",
      ],
    );
  });
});

describe("the scanner", () => {
  it("finds nothing in nothing", () => {
    assert.deepEqual(scanTools([], { others: [] }), []);
    assert.deepEqual(scanTools([{ name: "add", description: "Adds." }], { others: [] }), []);
  });

  it("says so when a tool is too large to be read, too deep, or one of too many", () => {
    const unread = (tools: readonly object[]) =>
      scanTools(tools as never, { others: [] }).filter(({ id }) => id === "unread");
    assert.equal(unread([{ name: "x", description: "a ".repeat(TOOL_TEXT_MAX) }]).length, 1);
    let deep: object = {};
    for (let depth = 0; depth < 1000; depth++) deep = { a: deep };
    assert.equal(unread([{ name: "x", inputSchema: deep }]).length, 1);
    assert.equal(unread([{ name: "x", inputSchema: Array(30_000).fill(0) }]).length, 1);
    assert.equal(
      unread(Array.from({ length: SCANNED_TOOLS_MAX + 1 }, () => ({ name: "x" }))).length,
      1,
    );
  });
});
