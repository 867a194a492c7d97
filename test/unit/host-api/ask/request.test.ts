import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import { readAnswer } from "@glovebox/host-api/ask/answer";
import { parseAskGrant } from "@glovebox/host-api/ask/grant";
import { parseAskRequests, type AskRequest } from "@glovebox/host-api/ask/request";
import { HostError } from "@glovebox/host-api/errors";
import type { JsonValue } from "@glovebox/host-api/json";

const ALL = parseAskGrant({ form: true, url: ["*.example.com"], sampling: true, roots: true });
const FORM = { type: "object", properties: { name: { type: "string" } }, required: ["name"] };

function parse(request: unknown, grant = ALL): AskRequest | undefined {
  return parseAskRequests(JSON.stringify({ key: request }), grant)["key"];
}

function tagOf(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    if (error instanceof HostError) return error.tag;
    throw error;
  }
  return "none";
}

const form = (properties: unknown, rest: object = {}) => ({
  kind: "form",
  message: "Well?",
  schema: { type: "object", properties, ...rest },
});

describe("a request", () => {
  test("is a form, an address, a sample or the roots", () => {
    const requests = {
      a: { kind: "form", message: "Who?", schema: FORM },
      b: { kind: "url", message: "Log in", url: "https://login.example.com/start?x=1" },
      c: {
        kind: "sampling",
        params: {
          messages: [{ role: "user", content: { type: "text", text: "hi" } }],
          maxTokens: 10,
        },
      },
      d: { kind: "roots" },
    };
    assert.deepEqual(parseAskRequests(JSON.stringify(requests), ALL), requests);
  });

  test("is refused where its kind is not granted", () => {
    const forms = parseAskGrant("form");
    assert.equal(
      tagOf(() => parse({ kind: "roots" }, forms)),
      "not-permitted",
    );
    const url = { kind: "url", message: "x", url: "https://login.example.com/" };
    assert.equal(
      tagOf(() => parse(url, forms)),
      "not-permitted",
    );
  });

  test("sends people to no other address than a granted one, and by https alone", () => {
    const elsewhere = [
      "https://example.com/",
      "https://login.example.com.evil.net/",
      "https://login.example.com:8443/",
      "https://login.example.com@evil.net/",
      "https://evil.net\\@login.example.com/",
      "http://login.example.com/",
      "javascript:alert(1)",
      "data:text/html,x",
      "https://login.example.com/\u202e",
      "https://127.0.0.1/",
      `https://login.example.com/${"a".repeat(3000)}`,
      "",
      7,
    ];
    for (const url of elsewhere)
      assert.notEqual(
        tagOf(() => parse({ kind: "url", message: "x", url })),
        "none",
        String(url),
      );
  });

  test("must not ask for a secret in a form", () => {
    const secrets = [
      form({ password: { type: "string" } }),
      form({ api_key: { type: "string" } }),
      form({ apiKey: { type: "string" } }),
      form({ a: { type: "string", title: "Your credit card" } }),
      form({ a: { type: "string", description: "The one-time code".replace("-", " ") } }),
      form({ a: { type: "string", title: "Seed phrase of the wallet" } }),
    ];
    for (const request of secrets)
      assert.equal(
        tagOf(() => parse(request)),
        "refused-by-policy",
        JSON.stringify(request),
      );
    assert.equal(
      tagOf(() => parse(form({ passenger: { type: "string" } }))),
      "none",
    );
  });

  test("has a flat schema of known words", () => {
    const hostile: unknown[] = [
      form({}),
      form(undefined),
      form([]),
      form({ a: { type: "object", properties: {} } }),
      form({ a: { $ref: "#/x" } }),
      form({ a: { type: "string", pattern: "^(a+)+$" } }),
      form({ a: { type: "string", format: "regex" } }),
      form({ a: { type: "string", enum: [] } }),
      form({ a: { type: "string", enum: [{}] } }),
      form({ a: { type: "string", enum: ["a"], oneOf: [{ const: "a" }] } }),
      form({ a: { type: "string", enum: ["a"], enumNames: ["x", "y"] } }),
      form({ a: { type: "array" } }),
      form({ a: { type: "array", items: { type: "object" } } }),
      form({ a: { type: "string", minLength: -1 } }),
      form({ a: { type: "number", minimum: "1" } }),
      form({ a: { type: "string", default: 7 } }),
      form({ a: { type: "integer", default: 1.5 } }),
      form({ "a b": { type: "string" } }),
      form({ a: { type: "string", title: "x".repeat(501) } }),
      form(Object.fromEntries(Array.from({ length: 33 }, (_, i) => [`a${i}`, { type: "string" }]))),
      form({ a: { type: "string", enum: Array.from({ length: 101 }, (_, i) => `v${i}`) } }),
      form({ a: { type: "string" } }, { required: ["b"] }),
      form({ a: { type: "string" } }, { required: ["a", "a"] }),
      form({ a: { type: "string" } }, { additionalProperties: true }),
      { ...form({ a: { type: "string" } }), extra: 1 },
      { ...form({ a: { type: "string" } }), message: "" },
      { ...form({ a: { type: "string" } }), message: "x".repeat(2001) },
      { ...form({ a: { type: "string" } }), message: "\ud800" },
      { kind: "shell", command: "id" },
      { kind: "sampling", params: {} },
      {
        kind: "sampling",
        params: {
          messages: [{ role: "user", content: { type: "text", text: "x" } }],
          maxTokens: 1e9,
        },
      },
      {
        kind: "sampling",
        params: {
          messages: [{ role: "user", content: { type: "text", text: "x" } }],
          maxTokens: 1,
          includeContext: "allServers",
        },
      },
      { kind: "sampling", params: { messages: [{ role: "system", content: {} }], maxTokens: 1 } },
      null,
      [],
      "form",
    ];
    for (const request of hostile)
      assert.equal(
        tagOf(() => parse(request)),
        "invalid-argument",
        JSON.stringify(request),
      );
  });

  test("comes as a short object of plain names", () => {
    const many = Object.fromEntries(
      Array.from({ length: 17 }, (_, index) => [`k${index}`, { kind: "roots" }]),
    );
    const texts = [
      "",
      "{",
      "[]",
      "{}",
      "null",
      '{"__proto__":{"kind":"roots"}}',
      '{"a b":{"kind":"roots"}}',
      `{"${"k".repeat(65)}":{"kind":"roots"}}`,
      `{"a":${"[".repeat(5000)}${"]".repeat(5000)}}`,
      JSON.stringify(many),
    ];
    for (const text of texts)
      assert.equal(
        tagOf(() => parseAskRequests(text, ALL)),
        "invalid-argument",
        text.slice(0, 40),
      );
  });

  test("ends every text in a request or a refusal", () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        tagOf(() => parseAskRequests(text, ALL));
      }),
    );
  });
});

describe("an answer", () => {
  const asked = parse({ kind: "form", message: "Who?", schema: FORM })!;

  test("has what the form asks for, and nothing else", () => {
    assert.deepEqual(
      readAnswer(asked, {
        action: "accept",
        content: { name: "Ann", admin: true },
        _meta: {},
      }),
      { action: "accept", content: { name: "Ann" } },
    );
    assert.deepEqual(readAnswer(asked, { action: "decline", content: { name: "Ann" } }), {
      action: "decline",
    });
  });

  test("that does not match is none", () => {
    const forged: JsonValue[] = [
      null,
      [],
      "accept",
      {},
      { action: "accept" },
      { action: "approve", content: { name: "Ann" } },
      { action: "accept", content: {} },
      { action: "accept", content: { name: 7 } },
      { action: "accept", content: { name: { $ne: "" } } },
      { action: "accept", content: { name: "x".repeat(20_000) } },
      { action: "accept", content: { name: "\ud800" } },
      { action: "accept", content: JSON.parse('{"__proto__":{"name":"Ann"}}') as JsonValue },
    ];
    for (const response of forged)
      assert.equal(readAnswer(asked, response), undefined, JSON.stringify(response));
  });

  test("keeps to the bounds and choices of each field", () => {
    const request = parse(
      form({
        age: { type: "integer", minimum: 0, maximum: 150 },
        size: { type: "string", oneOf: [{ const: "s", title: "Small" }] },
        tags: { type: "array", items: { type: "string", enum: ["a", "b"] }, maxItems: 1 },
        mail: { type: "string", format: "email" },
        day: { type: "string", format: "date" },
      }),
    )!;
    const good = { age: 3, size: "s", tags: ["a"], mail: "a@b.c", day: "2026-01-31" };
    assert.deepEqual(readAnswer(request, { action: "accept", content: good })?.["content"], good);
    for (const bad of [
      { age: 151 },
      { age: 1.5 },
      { size: "m" },
      { tags: ["c"] },
      { tags: ["a", "b"] },
      { mail: "nobody" },
      { day: "2026-13-45" },
    ])
      assert.equal(
        readAnswer(request, { action: "accept", content: bad }),
        undefined,
        JSON.stringify(bad),
      );
  });

  test("of a model or of roots has their shape", () => {
    const sampling = parse({
      kind: "sampling",
      params: {
        messages: [{ role: "user", content: { type: "text", text: "hi" } }],
        maxTokens: 10,
      },
    })!;
    const sample = { role: "assistant", content: { type: "text", text: "yes" }, model: "m" };
    assert.deepEqual(readAnswer(sampling, { ...sample, extra: 1 }), sample);
    assert.equal(readAnswer(sampling, { ...sample, content: { type: "tool_use" } }), undefined);
    assert.equal(
      readAnswer(sampling, { ...sample, content: { type: "text", text: "x".repeat(600_000) } }),
      undefined,
    );
    const roots = { kind: "roots" } as const;
    assert.deepEqual(readAnswer(roots, { roots: [{ uri: "file:///a", name: "A", x: 1 }] }), {
      roots: [{ uri: "file:///a", name: "A" }],
    });
    assert.equal(readAnswer(roots, { roots: [{ uri: "https://evil.net" }] }), undefined);
    assert.equal(
      readAnswer(roots, { roots: Array.from({ length: 101 }, () => ({ uri: "file:///a" })) }),
      undefined,
    );
  });
});
