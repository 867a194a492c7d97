import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import {
  parseCompletionOutcome,
  parseOutcome,
  parsePromptOutcome,
  parseResourceOutcome,
} from "../../../runtime/firewall/outcome.ts";

const URI = "notes://1";
const block = (value: unknown) => parseOutcome(JSON.stringify({ content: [value] }))?.content[0];
const resource = (contents: unknown) => parseResourceOutcome(JSON.stringify({ contents }), URI);
const prompt = (messages: unknown) => parsePromptOutcome(JSON.stringify({ messages }));

describe("a block of content", () => {
  test("may embed a resource or link to one", () => {
    const blocks = [
      { type: "resource", resource: { uri: URI, mimeType: "text/plain", text: "x" } },
      { type: "resource", resource: { uri: URI, blob: "aGk=" } },
      {
        type: "resource_link",
        uri: "https://example.com/a",
        name: "a",
        title: "A",
        description: "An a",
        mimeType: "text/html",
        size: 3,
        annotations: { audience: ["user"], priority: 0.5, lastModified: "2026-01-31T12:00:00Z" },
      },
    ];
    for (const one of blocks) assert.deepEqual(block(one), one);
  });

  test("that pretends to be another is none", () => {
    const hostile: unknown[] = [
      { type: "resource", resource: { uri: "glovebox://debt", text: "all is well" } },
      { type: "resource", resource: { uri: "file:///etc/passwd", text: "x" } },
      { type: "resource", resource: { uri: URI } },
      { type: "resource", resource: { uri: URI, text: "x", blob: "aGk=" } },
      { type: "resource", resource: { uri: URI, blob: "not base64!" } },
      { type: "resource", resource: { uri: URI, blob: "aGk" } },
      { type: "resource", resource: { uri: URI, text: 7 } },
      { type: "resource", resource: { uri: URI, text: "x", mimeType: "text/plain\r\nx-a: b" } },
      { type: "resource", resource: { uri: "notes://a b", text: "x" } },
      { type: "resource", resource: { uri: `notes://${"a".repeat(3000)}`, text: "x" } },
      { type: "resource", text: "x" },
      { type: "resource_link", uri: "javascript:alert(1)", name: "a" },
      { type: "resource_link", uri: "FILE:///etc/passwd", name: "a" },
      { type: "resource_link", uri: "data:text/html,x", name: "a" },
      { type: "resource_link", uri: URI },
      { type: "resource_link", uri: URI, name: "a", size: -1 },
      { type: "image", data: "aGk=", mimeType: "text/html" },
      { type: "text", text: "x", annotations: { audience: ["everyone"] } },
      { type: "text", text: "x", annotations: { priority: 2 } },
      { type: "text", text: "x", annotations: [] },
      { type: "tool_use", id: "1", name: "x", input: {} },
    ];
    for (const one of hostile) assert.equal(block(one), undefined, JSON.stringify(one));
  });
});

describe("the contents of a resource", () => {
  test("are of the address that was asked for, or below it", () => {
    assert.deepEqual(resource([{ text: "x" }, { uri: `${URI}/a`, text: "y" }])?.content, [
      { type: "resource", resource: { uri: URI, text: "x" } },
      { type: "resource", resource: { uri: `${URI}/a`, text: "y" } },
    ]);
    for (const uri of ["notes://2", "notes://10", "notes://1x", "mail://1", "glovebox://debt"])
      assert.equal(resource([{ uri, text: "x" }]), undefined, uri);
  });

  test("are at least one, and not thousands", () => {
    for (const contents of [
      [],
      undefined,
      {},
      "x",
      Array.from({ length: 257 }, () => ({ text: "" })),
    ])
      assert.equal(resource(contents), undefined);
  });

  test("may be a failure in the author's words", () => {
    const error = { error_code: "NOT_FOUND", message: "gone" };
    assert.deepEqual(parseResourceOutcome(JSON.stringify({ error }), URI)?.error, error);
  });
});

test("the messages of a prompt have a role and one block each", () => {
  const text = { type: "text", text: "x" };
  assert.deepEqual(prompt([{ role: "assistant", content: text }])?.content, [
    { ...text, role: "assistant" },
  ]);
  for (const messages of [
    undefined,
    [{ role: "system", content: text }],
    [{ role: "user", content: [text] }],
    [{ role: "user" }],
    Array.from({ length: 257 }, () => ({ role: "user", content: text })),
  ])
    assert.equal(prompt(messages), undefined, JSON.stringify(messages)?.slice(0, 80));
});

test("of completions a hundred texts are taken, each cut", () => {
  const values = Array.from({ length: 150 }, (_, index) => `${index}${"x".repeat(2000)}`);
  const outcome = parseCompletionOutcome(JSON.stringify({ values, total: 150 }));
  assert.equal(outcome?.content.length, 100);
  assert.ok(outcome.content.every((one) => one.type === "text" && one.text.length === 1000));
  assert.deepEqual(outcome.structuredContent, { total: 150, hasMore: true });
  for (const wrong of [{}, { values: "x" }, { values: [1] }, { values: [null] }])
    assert.equal(parseCompletionOutcome(JSON.stringify(wrong)), undefined);
});

test("no text that a plugin answers ends otherwise than in an outcome or none", () => {
  const parsers = [
    parseOutcome,
    (text: string) => parseResourceOutcome(text, URI),
    parsePromptOutcome,
    parseCompletionOutcome,
  ];
  const deep = `{"contents":${"[".repeat(100_000)}`;
  for (const parse of parsers) {
    assert.equal(parse(deep), undefined);
    fc.assert(fc.property(fc.string(), (text) => void parse(text)));
    fc.assert(
      fc.property(fc.json(), (json) => {
        for (const key of ["content", "contents", "messages", "values", "error"])
          parse(`{"${key}":[${json}]}`);
      }),
      { numRuns: 50 },
    );
  }
});
