import assert from "node:assert/strict";
import { test } from "node:test";
import type { ToolAnswer } from "../../../../runtime/answer.ts";
import { makeAnswerFilter, type FilteredTool } from "../../../../runtime/filter-answer.ts";
import { makeFilterPolicy } from "../../../../runtime/firewall/filter/policy.ts";
import { compileValidator } from "../../../../runtime/plugin/schema/validator.ts";
import type { Actions } from "../../../helpers/filtered.ts";
import { madeCard, madeText } from "../../../helpers/made-secrets.ts";

const key = `npm_${madeText(36)}`;

function toolOf(outputSchema?: object): FilteredTool {
  const tool = {
    name: "t",
    description: "t",
    inputSchema: { type: "object" },
    ...(outputSchema ? { outputSchema } : {}),
  };
  return {
    tool: tool as FilteredTool["tool"],
    validateResult: outputSchema && compileValidator(outputSchema as never),
  };
}

function answerOf(actions: Actions, answer: ToolAnswer, outputSchema?: object): ToolAnswer {
  return makeAnswerFilter(makeFilterPolicy({ actions, fields: [] }))(answer, toolOf(outputSchema));
}

const text = (words: string): ToolAnswer => ({ content: [{ type: "text", text: words }] });

test("an answer in which nothing is found is the very answer", () => {
  const answer = { ...text("18 degrees"), structuredContent: { degrees: 18 } };
  assert.equal(answerOf({}, answer), answer);
});

test("redact, block, annotate and pass do what they say, and each names the finding", () => {
  const answer = text(`key ${key}`);
  const finding = { id: "secrets.npm-token", severity: "high", where: "content[0].text@4" };
  const redacted = answerOf({}, answer);
  assert.deepEqual(redacted.content, text("key [redacted:secret]").content);
  assert.deepEqual(redacted.findings, [{ ...finding, action: "redact" }]);
  const blocked = answerOf({ secrets: "block" }, answer);
  assert.equal(blocked.error?.error_code, "OUTPUT_BLOCKED");
  assert.doesNotMatch(JSON.stringify(blocked.content), new RegExp(key));
  assert.deepEqual(blocked.findings, [{ ...finding, action: "block" }]);
  const annotated = answerOf({ secrets: "annotate" }, answer);
  assert.deepEqual(annotated.content[0], answer.content[0]);
  assert.equal(annotated.content.length, 2);
  const passed = answerOf({ secrets: "pass" }, answer);
  assert.deepEqual(passed.content, answer.content);
  assert.deepEqual(passed.findings, [{ ...finding, action: "pass" }]);
});

test("structured content keeps to its schema where it can, and is withheld where it cannot", () => {
  const answer = { ...text("x"), structuredContent: { card: Number(madeCard("4", 16)) } };
  const asText = { type: "object", properties: { card: {} } };
  assert.deepEqual(answerOf({}, answer, asText).structuredContent, { card: "[redacted:card]" });
  const asNumber = { type: "object", properties: { card: { type: "number" } } };
  const withheld = answerOf({}, answer, asNumber);
  assert.equal(withheld.error?.error_code, "OUTPUT_BLOCKED");
  assert.deepEqual(
    withheld.findings?.map(({ id }) => id),
    ["cards.number"],
  );
});

test("every part of an answer is read: resources, links, bytes that are text, errors, questions, descriptions", () => {
  const blob = Buffer.from(`a: ${key}`).toString("base64");
  const answer: ToolAnswer = {
    content: [
      { type: "resource", resource: { uri: "x:a", text: `t ${key}` } },
      { type: "resource", resource: { uri: "x:b", mimeType: "text/plain", blob } },
      { type: "resource_link", uri: "x:c", name: "c", description: `d ${key}` },
      {
        type: "image",
        data: Buffer.from(`<svg>${key}</svg>`).toString("base64"),
        mimeType: "image/svg+xml",
      },
    ],
    description: `e ${key}`,
  };
  const left = answerOf({}, answer);
  const words = JSON.stringify(left, (name, value: unknown) =>
    name === "blob" || name === "data" ? Buffer.from(String(value), "base64").toString() : value,
  );
  assert.ok(!words.includes(key));
  assert.equal(left.findings?.length, 5);
  const asked = answerOf(
    {},
    {
      content: [],
      needs: {
        requests: { a: { kind: "form", message: `m ${key}`, schema: {} } },
        state: { plugin: key },
      },
    },
  );
  assert.ok(!JSON.stringify(asked.needs?.requests).includes(key));
  assert.deepEqual(asked.needs?.state, { plugin: key });
});

test("pictures are left as they are", () => {
  const answer: ToolAnswer = {
    content: [{ type: "image", data: "iVBORw0KGgoAAAANSUhEUgAAAAE=", mimeType: "image/png" }],
  };
  assert.equal(answerOf({}, answer), answer);
});

test("a plugin's error loses what it tells of machines, and keeps what happened", () => {
  const error = {
    error_code: "FAILED" as const,
    message: `connect ECONNREFUSED 10.20.30.40:5432 at /home/alice/app/db.js, key ${key}`,
    suggestion: "Look into /etc/app/config.yaml.",
  };
  const left = answerOf({}, { content: [], isError: true, error });
  assert.match(left.error?.message ?? "", /ECONNREFUSED/);
  assert.doesNotMatch(JSON.stringify(left.content), /10\.20|alice|etc\/app|npm_/);
  assert.ok(left.findings?.some(({ id }) => id === "internals.file"));
});

test("a field whose name says that it is secret is one, whatever its value looks like", () => {
  const value = {
    password: "hunter2",
    api_key: "x",
    nested: [{ "Client-Secret": "y" }],
    token_count: 3,
    secret: "",
  };
  const left = answerOf({}, { ...text("x"), structuredContent: value });
  assert.deepEqual(left.structuredContent, {
    password: "[redacted:field]",
    api_key: "[redacted:field]",
    nested: [{ "Client-Secret": "[redacted:field]" }],
    token_count: 3,
    secret: "",
  });
});
