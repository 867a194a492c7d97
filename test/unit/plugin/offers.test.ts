import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { digestOf } from "../../../runtime/plugin/canonical.ts";
import { NO_OFFERS } from "../../../runtime/plugin/formats.ts";
import {
  digestSurface,
  parseListedPrompts,
  parseListedResources,
  parseOffers,
} from "../../../runtime/plugin/offers.ts";
import { codesOf } from "../../helpers/refusals.ts";

const GOOD = {
  resources: [
    { uri: "notes://b", name: "B" },
    {
      uri: "notes://a",
      name: "A",
      title: "The first",
      description: "Two\nlines",
      mimeType: "text/plain",
    },
  ],
  templates: [{ uriTemplate: "notes://{id}/text", name: "Note" }],
  prompts: [{ name: "sum_up", arguments: [{ name: "id", required: true }] }],
  completes: true,
};

const parse = (value: unknown) => parseOffers(JSON.stringify(value));

test("reads resources, templates and prompts, sorted", () => {
  const offers = parse(GOOD);
  assert.deepEqual(
    offers.resources.map(({ uri }) => uri),
    ["notes://a", "notes://b"],
  );
  assert.deepEqual(parse({}), NO_OFFERS);
  const { resources, templates, prompts } = GOOD;
  assert.deepEqual(
    { ...parseListedResources(JSON.stringify({ resources, templates })), completes: true },
    { resources: offers.resources, templates: offers.templates, completes: true },
  );
  assert.deepEqual(parseListedPrompts(JSON.stringify(prompts)).prompts, offers.prompts);
});

test("tools alone have the digest that they had before there was more", () => {
  const tools = [{ name: "a", description: "A.", inputSchema: { type: "object" } }];
  assert.equal(digestSurface(tools, NO_OFFERS), digestOf(tools));
  assert.notEqual(digestSurface(tools, parse(GOOD)), digestOf(tools));
  assert.notEqual(
    digestSurface(tools, parse(GOOD)),
    digestSurface(tools, parse({ ...GOOD, completes: false })),
  );
});

describe("refuses", () => {
  const uri = (text: string) => ({ resources: [{ uri: text, name: "x" }] });
  const template = (text: string) => ({ templates: [{ uriTemplate: text, name: "x" }] });
  const hostile: Record<string, unknown> = {
    "an address of the runtime's": uri("glovebox://debt"),
    "a file": uri("file:///etc/passwd"),
    "a web address": uri("https://example.com/"),
    "a web address without its s": uri("http://example.com/"),
    "a script": uri("javascript:alert(1)"),
    data: uri("data:text/html,x"),
    "a scheme in capitals": uri("FILE:///etc/passwd"),
    "a blank in an address": uri("notes://a b"),
    "an address that is not ASCII": uri("notes://ä"),
    "an address with a line break": uri("notes://a\nb"),
    "an address without a scheme": uri("notes"),
    "a variable in an address": uri("notes://{id}"),
    "a long address": uri(`notes://${"a".repeat(600)}`),
    "a template without a variable": template("notes://x"),
    "two variables in one part": template("notes://{a}{b}"),
    "a variable twice": template("notes://{a}/{a}"),
    "an operator in a variable": template("notes://{+path}"),
    "a brace too many": template("notes://{a}/}"),
    "a template of the runtime's": template("glovebox://{x}"),
    "one address twice": { resources: [...GOOD.resources, ...GOOD.resources] },
    "a prompt twice": { prompts: [...GOOD.prompts, ...GOOD.prompts] },
    "an argument twice": { prompts: [{ name: "a", arguments: [{ name: "x" }, { name: "x" }] }] },
    "a prompt's name with a blank": { prompts: [{ name: "a b" }] },
    "an unknown key": { ...GOOD, tools: [] },
    "an unknown key of a resource": { resources: [{ uri: "n://a", name: "x", _meta: {} }] },
    "a resource without a name": { resources: [{ uri: "n://a" }] },
    "a media type that is none": {
      resources: [{ uri: "nn://a", name: "x", mimeType: "text" }],
    },
    "more resources than are accepted": {
      resources: Array.from({ length: 257 }, (_, index) => ({ uri: `nn://${index}`, name: "x" })),
    },
    "no object": [],
  };
  for (const [title, value] of Object.entries(hostile)) {
    test(title, () => {
      assert.deepEqual([...new Set(codesOf(() => parse(value)))], ["ERR_SURFACE_INVALID"]);
    });
  }

  test("a text that nobody sees", () => {
    const hidden = { prompts: [{ name: "a", description: "Adds.\u200b" }] };
    assert.deepEqual(
      codesOf(() => parse(hidden)),
      ["ERR_TEXT_HIDDEN"],
    );
  });
});
