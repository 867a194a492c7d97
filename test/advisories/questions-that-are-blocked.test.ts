// An operator who blocks answers that hold a secret had questions that held one put all the same, only without it; and a secret
// in the name under which a plugin asks went out as it was.
import assert from "node:assert/strict";
import { test } from "node:test";
import type { OutputAction } from "../../runtime/audit/output-finding.ts";
import { makeAnswerFilter } from "../../runtime/filter-answer.ts";
import { makeFilterPolicy } from "../../runtime/firewall/filter/policy.ts";
import type { InputRequest } from "../../runtime/inputs.ts";
import { madeText } from "../helpers/made-secrets.ts";

const key = `ghp_${madeText(36)}`;

function ask(name: string, message: string, secrets: OutputAction) {
  const filter = makeAnswerFilter(makeFilterPolicy({ actions: { secrets }, fields: [] }));
  const request: InputRequest = { kind: "form", message, schema: { type: "object" } };
  const tool = { name: "t", description: "", inputSchema: { type: "object" } } as const;
  const needs = { requests: { [name]: request }, state: {} };
  return filter({ content: [], needs }, { tool, validateResult: undefined });
}

test("puts no question that holds what is blocked", () => {
  const answer = ask("who", `Is it ${key}?`, "block");
  assert.equal(answer.needs, undefined);
  assert.equal(answer.error?.error_code, "OUTPUT_BLOCKED");
  assert.notEqual(ask("who", `Is it ${key}?`, "redact").needs, undefined);
  assert.notEqual(ask("who", "Who is it?", "block").needs, undefined);
});

test("asks nothing under a name that holds a secret", () => {
  for (const action of ["redact", "block"] as const) {
    const answer = ask(key, "Who is it?", action);
    assert.ok(!JSON.stringify(answer).includes(key));
    assert.equal(answer.error?.error_code, "OUTPUT_BLOCKED");
  }
});
