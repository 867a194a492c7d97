import assert from "node:assert/strict";
import { test } from "node:test";
import {
  definePrompt,
  defineResource,
  defineTool,
  ask,
  fromJsonSchema,
  notify,
} from "@glovebox/sdk";
import { testPlugin } from "@glovebox/sdk/testing";
import { matchTemplate, mayOverlap, variablesOf } from "@glovebox/host-api/uri-template";

const NOTHING = fromJsonSchema<object>({ type: "object" });
const SCHEMA = {
  type: "object",
  properties: { sure: { type: "boolean" } },
  required: ["sure"],
} as const;

const plugin = {
  tools: [
    defineTool({
      name: "remove",
      description: "Removes, once somebody is sure.",
      input: NOTHING,
      handler() {
        const { action, content } = ask.form("sure", "Remove it?", SCHEMA);
        if (action !== "accept" || content?.["sure"] !== true) return "kept";
        notify.resourceUpdated("notes://1/text");
        notify.listChanged("resources");
        return "removed";
      },
    }),
  ],
  resources: [
    defineResource({ uri: "notes://all", name: "All", read: () => "everything" }),
    defineResource({ uri: "notes://bytes", name: "Bytes", read: () => new Uint8Array([104, 105]) }),
    defineResource({
      uriTemplate: "notes://{id}/text",
      name: "One",
      mimeType: "text/plain",
      complete: { id: (value) => [`${value}1`] },
      read: (_uri, _ctx, { id }) => `Note ${id}`,
    }),
  ],
  prompts: [
    definePrompt({
      name: "sum_up",
      arguments: { id: { required: true, complete: () => ({ values: ["a"], hasMore: true }) } },
      get: ({ id }) => `Sum up ${id}`,
    }),
  ],
};

test("reads resources by address and by template", async () => {
  const tested = testPlugin(plugin);
  assert.deepEqual(await tested.read("notes://all"), { contents: [{ text: "everything" }] });
  assert.deepEqual(await tested.read("notes://bytes"), { contents: [{ blob: "aGk=" }] });
  assert.deepEqual(await tested.read("notes://a%2Fb/text"), {
    contents: [{ mimeType: "text/plain", text: "Note a/b" }],
  });
  assert.equal((await tested.read("notes://x")).error?.error_code, "NOT_FOUND");
});

test("lists, gets and completes prompts", async () => {
  const tested = testPlugin(plugin);
  assert.deepEqual(tested.listed().prompts, [
    { name: "sum_up", arguments: [{ name: "id", required: true }] },
  ]);
  assert.deepEqual(await tested.prompt("sum_up", { id: "7" }), {
    messages: [{ role: "user", content: { type: "text", text: "Sum up 7" } }],
  });
  const id = { name: "id", value: "x" };
  assert.deepEqual(await tested.complete({ prompt: "sum_up" }, id), {
    values: ["a"],
    total: 1,
    hasMore: true,
  });
  assert.deepEqual((await tested.complete({ template: "notes://{id}/text" }, id)).values, ["x1"]);
  assert.deepEqual((await tested.complete({ prompt: "none" }, id)).values, []);
});

test("a question ends the call until it is answered", async () => {
  const tested = testPlugin(plugin, { ask: true });
  const asked = await tested.call("remove");
  assert.deepEqual(asked.needs, {
    sure: { kind: "form", message: "Remove it?", schema: SCHEMA },
  });
  const sure = { action: "accept", content: { sure: true } };
  assert.equal((await tested.call("remove", {}, { sure })).content?.length, 1);
  assert.deepEqual(tested.changes, ["notes://1/text", "resources"]);
  const refused = await testPlugin(plugin).call("remove");
  assert.equal(refused.error?.error_code, "PERMISSION_DENIED");
});

test("refuses definitions that could not be served", () => {
  assert.throws(() => defineResource({ uri: "nowhere", name: "x", read: () => "" }), TypeError);
  assert.throws(
    () => defineResource({ uri: "n://a", uriTemplate: "n://{a}", name: "x", read: () => "" }),
    TypeError,
  );
  assert.throws(() => definePrompt({ name: "Not Good", get: () => "" }), TypeError);
  assert.throws(() => definePrompt({ name: "a", extra: 1, get: () => "" } as never), TypeError);
  const twice = { ...plugin, prompts: [...plugin.prompts, ...plugin.prompts] };
  assert.throws(() => testPlugin(twice).listed(), TypeError);
});

test("a template matches one part of a path for each variable", () => {
  assert.deepEqual(matchTemplate("n://{a}/x-{b}.txt", "n://1/x-2.txt"), { a: "1", b: "2" });
  for (const uri of [
    "n://1/x-.txt",
    "n:///x-2.txt",
    "n://1/2/x-2.txt",
    "n://1/y-2.txt",
    "n://%/x-2.txt",
  ])
    assert.equal(matchTemplate("n://{a}/x-{b}.txt", uri), undefined, uri);
  assert.deepEqual(variablesOf("n://{a}/{b}"), ["a", "b"]);
  for (const wrong of ["n://a", "n://{a}{b}", "n://{a}/{a}", "n://{+a}", "n://{}", "n://{a"])
    assert.equal(variablesOf(wrong), undefined, wrong);
  assert.ok(mayOverlap("n://{a}/x", "n://y/{b}"));
  assert.ok(!mayOverlap("n://{a}/x", "n://{a}/y"));
});
