import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { parseOutcome, TOOL_ERROR_CODES } from "../../../runtime/firewall/outcome.ts";
import { anyCharacter, anyText } from "../../helpers/any-text.ts";

const MIB = 1024 * 1024;
const read = (value: unknown) => parseOutcome(JSON.stringify(value));
const nested = (depth: number) => `{"structuredContent":${"[".repeat(depth)}${"]".repeat(depth)}}`;

describe("an outcome", () => {
  it("has text, images, sounds and structured content", () => {
    const outcome = {
      content: [
        { type: "text", text: "hello" },
        { type: "image", data: "aGk=", mimeType: "image/png" },
        { type: "audio", data: "", mimeType: "audio/x-wav" },
      ],
      structuredContent: { a: [1, null, "x", { constructor: 1 }] },
    };
    assert.deepEqual(read(outcome), outcome);
    assert.deepEqual(read({}), { content: [] });
    assert.deepEqual(read({ structuredContent: null }), { content: [], structuredContent: null });
  });

  it("drops what is not part of it", () => {
    const text = { type: "text", text: "x" };
    assert.deepEqual(
      read({
        content: [{ ...text, annotations: { audience: ["user"], x: 1 }, _meta: {} }],
        _meta: {},
        isError: false,
        extra: 1,
      }),
      { content: [{ ...text, annotations: { audience: ["user"] } }] },
    );
  });

  it("that says it is an error is one", () => {
    assert.deepEqual(
      read({ content: [{ type: "text", text: "no" }], structuredContent: { a: 1 }, isError: true }),
      {
        content: [{ type: "text", text: "no" }],
        error: { error_code: "FAILED", message: "no" },
      },
    );
    assert.equal(read({ isError: true })?.error?.message, "The tool failed.");
  });

  it("with an error has nothing else", () => {
    const error = { error_code: "NOT_FOUND", message: "none", suggestion: "look", retry_after: 3 };
    assert.deepEqual(
      read({ error: { ...error, extra: 1 }, content: [{ type: "text", text: "x" }] }),
      { content: [], error },
    );
  });
});

describe("a tool's error", () => {
  it("has a code of the closed list, and never one of the runtime's", () => {
    for (const code of TOOL_ERROR_CODES)
      assert.equal(read({ error: { error_code: code } })?.error?.error_code, code);
    for (const code of [
      "INTERNAL",
      "UNKNOWN_TOOL",
      "TIMEOUT",
      "not_found",
      "constructor",
      "",
      1,
      null,
      [],
      ["FAILED"],
    ])
      assert.equal(read({ error: { error_code: code } })?.error?.error_code, "FAILED");
  });

  it("has a message that is text, and no longer than a page", () => {
    for (const message of [undefined, "", 1, null, {}, ["x"]])
      assert.equal(read({ error: { message } })?.error?.message, "The tool failed.");
    assert.equal(read({ error: { message: "x".repeat(MIB) } })?.error?.message.length, 4000);
    const cut = read({ error: { message: `${"x".repeat(3999)}\u{1F600}` } })?.error?.message;
    assert.equal(cut, `${"x".repeat(3999)}\uFFFD`);
  });

  it("has a delay in seconds of at most a day", () => {
    for (const retry_after of [0, 0.5, 86_400])
      assert.equal(read({ error: { retry_after } })?.error?.retry_after, retry_after);
    for (const retry_after of [-1, 86_401, "1", null, {}, true])
      assert.equal(read({ error: { retry_after } })?.error?.retry_after, undefined);
  });
});

const BROKEN: Readonly<Record<string, string>> = {
  nothing: "",
  "white space": " ",
  "no JSON": "hello",
  "cut JSON": '{"content":[{"type":"text","text":"x"',
  "two values": "{}{}",
  "JSON with a comment": "{/* x */}",
  "a byte order mark": "\uFEFF{}",
  null: "null",
  "a number": "1",
  "a text": '"x"',
  "a list": "[]",
  "a list of an outcome": '[{"content":[]}]',
  "content that is text": '{"content":"x"}',
  "content that is null": '{"content":null}',
  "content that is an object": '{"content":{"0":{"type":"text","text":"x"},"length":1}}',
  "a block that is null": '{"content":[null]}',
  "a block that is text": '{"content":["x"]}',
  "a block without a type": '{"content":[{"text":"x"}]}',
  "a block of another type": '{"content":[{"type":"resource_link","uri":"file:///etc/passwd"}]}',
  "a resource": '{"content":[{"type":"resource","resource":{"uri":"x","text":"x"}}]}',
  "a text that is a number": '{"content":[{"type":"text","text":1}]}',
  "a good block and a bad one": '{"content":[{"type":"text","text":"x"},{"type":"text"}]}',
  "257 blocks": JSON.stringify({
    content: Array.from({ length: 257 }, () => ({ type: "text", text: "" })),
  }),
  "an image that is not base64":
    '{"content":[{"type":"image","data":"a-_b","mimeType":"image/png"}]}',
  "base64 of a wrong length": '{"content":[{"type":"image","data":"aGk","mimeType":"image/png"}]}',
  "base64 with a line break":
    '{"content":[{"type":"image","data":"aGk=\\n","mimeType":"image/png"}]}',
  "an image by its address":
    '{"content":[{"type":"image","data":"https://evil/x.png","mimeType":"image/png"}]}',
  "an image that is a page": '{"content":[{"type":"image","data":"","mimeType":"text/html"}]}',
  "an image that is a sound": '{"content":[{"type":"image","data":"","mimeType":"audio/wav"}]}',
  "an image without a type": '{"content":[{"type":"image","data":""}]}',
  "a type with a header in it":
    '{"content":[{"type":"image","data":"","mimeType":"image/png\\r\\nX: y"}]}',
  "a type with parameters": '{"content":[{"type":"image","data":"","mimeType":"image/png;x=y"}]}',
  "a type without an end": `{"content":[{"type":"image","data":"","mimeType":"image/${"x".repeat(200)}"}]}`,
  "an error that is text": '{"error":"x"}',
  "an error that is null": '{"error":null}',
  "an error that is a list": '{"error":[]}',
  "a number that JSON cannot hold": '{"structuredContent":{"a":1e999}}',
  __proto__: '{"structuredContent":{"__proto__":{"admin":true}}}',
  "__proto__ at the root": '{"__proto__":{"content":[]}}',
  "__proto__, escaped": '{"structuredContent":{"\\u005f_proto__":1}}',
  "half a character in a key": '{"structuredContent":{"\\ud800":1}}',
  "65 levels and more": nested(65),
};

describe("an answer that is no outcome", () => {
  for (const [name, text] of Object.entries(BROKEN)) {
    it(`is refused: ${name}`, () => assert.equal(parseOutcome(text), undefined));
  }

  it("begins where the limits end", () => {
    assert.notEqual(parseOutcome(nested(64)), undefined);
    assert.equal(
      read({ content: Array.from({ length: 256 }, () => ({ type: "text", text: "" })) })?.content
        .length,
      256,
    );
  });
});

describe("a text with half a character", () => {
  it("is mended, and the rest of the answer stays", () => {
    const outcome = parseOutcome(
      '{"content":[{"type":"text","text":"a\\ud83d"}],"structuredContent":{"x":["\\udc00b","\\ud83d\\ude00"]}}',
    );
    assert.deepEqual(outcome, {
      content: [{ type: "text", text: "a\uFFFD" }],
      structuredContent: { x: ["\uFFFDb", "\u{1F600}"] },
    });
    assert.deepEqual(parseOutcome('{"content":[{"type":"text","text":"\uD83D"}]}')?.content, [
      { type: "text", text: "\uFFFD" },
    ]);
  });
});

describe("an answer of eight megabytes", () => {
  const fill = (piece: string, size = 8 * MIB) => piece.repeat(Math.floor(size / piece.length));
  const HUGE: Readonly<Record<string, (size: number) => string>> = {
    "lists within each other": (size) => nested(size / 2),
    "objects within each other": (size) => `{"structuredContent":${fill('{"a":', size)}`,
    "closed objects within each other": (size) =>
      `{"structuredContent":${fill('{"a":', size * 0.8)}1${"}".repeat(Math.floor((size * 0.8) / 5))}}`,
    "a wide list": (size) => `{"structuredContent":[${fill("0,", size)}0]}`,
    "a wide list with half a character": (size) =>
      `{"a":"\\ud800","structuredContent":[${fill("0,", size)}0]}`,
    "many empty lists": (size) => `{"structuredContent":[${fill("[],", size)}0]}`,
    "one long text": (size) => `{"content":[{"type":"text","text":"${"x".repeat(size)}"}]}`,
    "one long text of halves": (size) =>
      `{"content":[{"type":"text","text":"${fill("\\ud800", size)}"}]}`,
    "one long image": (size) =>
      `{"content":[{"type":"image","mimeType":"image/png","data":"${"A".repeat(size)}"}]}`,
    "padding without an end": (size) =>
      `{"content":[{"type":"image","mimeType":"image/png","data":"${"=".repeat(size)}"}]}`,
    backslashes: (size) => `{"content":[{"type":"text","text":"${"\\\\".repeat(size / 2)}"}]}`,
    "one long key": (size) => `{"structuredContent":{"${"k".repeat(size)}":1}}`,
    "one long number": (size) => `{"structuredContent":${"1".repeat(size)}}`,
    "white space": (size) => " ".repeat(size),
  };
  for (const [name, make] of Object.entries(HUGE)) {
    it(`is answered without throwing: ${name}`, () => void parseOutcome(make(8 * MIB)));
  }

  it("takes no more than its share of time", () => {
    // Processor time, not the wall's: other work on the machine is not this code's cost.
    const cost = (text: string) => {
      const before = process.cpuUsage();
      parseOutcome(text);
      const { user, system } = process.cpuUsage(before);
      return (user + system) / 1000;
    };
    for (const [name, make] of Object.entries(HUGE)) {
      const [small, large] = [make(MIB / 4), make(2 * MIB)];
      const once = Math.max(1, Math.min(cost(small), cost(small), cost(small)));
      const ratio = Math.min(cost(large), cost(large), cost(large), cost(large)) / once;
      // Eight times the bytes: 64 would be quadratic. The machine is noisy, hence so far from 8.
      assert.ok(ratio < 40, `${name}: ${ratio.toFixed(1)} times`);
    }
  });
});

describe("whatever a plugin answers", () => {
  it("is an outcome that can be written again, or nothing", () => {
    const value = fc.oneof(
      fc.jsonValue({ stringUnit: anyCharacter }),
      fc.record({
        content: fc.array(
          fc.record({
            type: fc.constantFrom("text", "image", "audio"),
            text: anyText(),
            data: fc.base64String(),
            mimeType: fc.constantFrom("image/png", "audio/wav", "x"),
          }),
        ),
        structuredContent: fc.jsonValue(),
        isError: fc.boolean(),
      }),
      fc.record({ error: fc.object() }),
    );
    fc.assert(
      fc.property(
        fc.oneof(
          anyText(),
          value.map((each) => JSON.stringify(each)),
        ),
        (text) => {
          const outcome = parseOutcome(text);
          if (outcome === undefined) return;
          assert.deepEqual(
            JSON.parse(JSON.stringify(outcome)),
            JSON.parse(JSON.stringify(outcome).toWellFormed()),
          );
          assert.ok(
            outcome.error === undefined || TOOL_ERROR_CODES.includes(outcome.error.error_code),
          );
        },
      ),
      { numRuns: 500 },
    );
  });
});
