// The same thing stood in an answer twice, and the filter took it out of one place: a sensitive field of structured content
// stayed in the text that says the same, a key in the address of an embedded resource, and text in bytes of an unusual type.
import assert from "node:assert/strict";
import { test } from "node:test";
import type { ToolAnswer } from "../../runtime/answer.ts";
import { makeAnswerFilter } from "../../runtime/filter-answer.ts";
import { makeFilterPolicy } from "../../runtime/firewall/filter/policy.ts";
import { madeText } from "../helpers/made-secrets.ts";

const filter = makeAnswerFilter(makeFilterPolicy({ actions: {}, fields: ["salary"] }));
const key = `ghp_${madeText(36)}`;

function release(answer: ToolAnswer): ToolAnswer {
  const tool = { name: "t", description: "", inputSchema: { type: "object" } } as const;
  return filter(answer, { tool, validateResult: undefined });
}

test("takes sensitive fields out of the text that repeats the structured content", () => {
  const structuredContent = { salary: 104_250, otp: "493822", name: "Ada" };
  for (const indent of [undefined, 2]) {
    const text = JSON.stringify(structuredContent, undefined, indent);
    const answer = release({ content: [{ type: "text", text }], structuredContent });
    const shown = JSON.stringify(answer);
    assert.ok(!shown.includes("104250") && !shown.includes("493822"), shown);
    assert.ok(shown.includes("Ada"));
  }
});

test("takes what lists under a sensitive name hold", () => {
  const structuredContent = { recoveryCodes: ["8821-3321", "7721-1123"] };
  const answer = release({ content: [], structuredContent });
  assert.deepEqual(answer.structuredContent, {
    recoveryCodes: ["[redacted:field]", "[redacted:field]"],
  });
});

test("reads the address and the media type of an embedded resource", () => {
  const resource = {
    uri: `https://x.example/?k=${key}`,
    mimeType: `text/${key}`,
    text: "nothing here",
  };
  const shown = JSON.stringify(release({ content: [{ type: "resource", resource }] }));
  assert.ok(!shown.includes(key), shown);
});

test("reads bytes that are text, whatever type they are said to be", () => {
  const blob = Buffer.from(`token ${key}\n`).toString("base64");
  const uri = "https://x.example/";
  for (const mimeType of ["application/octet-stream", "application/x-pem-file", "message/rfc822"]) {
    const shown = release({ content: [{ type: "resource", resource: { uri, mimeType, blob } }] });
    assert.ok(!JSON.stringify(shown).includes(blob), mimeType);
  }
  const shown = release({ content: [{ type: "image", mimeType: "image/png", data: blob }] });
  assert.ok(!JSON.stringify(shown).includes(blob));
});

test("leaves bytes alone that are no text", () => {
  const data = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]).toString("base64");
  const zeros = Buffer.from([0, 1, 2, 3, 27, 91]).toString("base64");
  const uri = "https://x.example/";
  const answer: ToolAnswer = {
    content: [
      { type: "image", mimeType: "image/png", data },
      { type: "resource", resource: { uri, mimeType: "application/octet-stream", blob: zeros } },
    ],
  };
  assert.equal(release(answer), answer);
});
