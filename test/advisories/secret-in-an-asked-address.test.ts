// The address that a plugin asks a person to open went around the filter, since its host is granted. What a plugin had read
// could so be put into a link that the client shows, keeps and opens.
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { test } from "node:test";
import type { ToolAnswer } from "../../runtime/answer.ts";
import { makeAnswerFilter } from "../../runtime/filter-answer.ts";
import { makeFilterPolicy } from "../../runtime/firewall/filter/policy.ts";
import { MADE_KEYS } from "../helpers/made-secrets.ts";

const tool = { name: "t", description: "", inputSchema: { type: "object" } } as const;
const filter = makeAnswerFilter(makeFilterPolicy({ actions: {}, fields: [] }));

function ask(url: string): ToolAnswer {
  const requests = { login: { kind: "url", message: "Log in", url, id: "1" } } as const;
  return filter(
    { content: [], needs: { requests, state: {} } },
    { tool, validateResult: undefined },
  );
}

test("an address with a key in it is not asked for", () => {
  for (const [name, make] of Object.entries(MADE_KEYS))
    for (const where of ["?k=", "/", "#"]) {
      const key = make();
      const answer = ask(`https://login.example.com${where}${key}`);
      assert.equal(answer.error?.error_code, "OUTPUT_BLOCKED", `${name} after ${where}`);
      assert.ok(!JSON.stringify(answer).includes(key));
      assert.ok((answer.findings ?? []).length > 0);
    }
});

test("the addresses with which people log in are asked for as they are", () => {
  // The same in every run: one drawn text in a thousand is of a provider's own form, and would be withheld.
  const drawn = (name: string, chars: number): string =>
    createHash("sha256").update(name).digest("base64url").slice(0, chars);
  for (const query of [
    `response_type=code&client_id=glovebox&state=${drawn("state", 24)}&nonce=${drawn("nonce", 22)}`,
    `client_id=${drawn("client", 20)}&code_challenge=${drawn("challenge", 43)}&code_challenge_method=S256&scope=openid%20email`,
    `user_code=WDJB-MJHT`,
    `redirect_uri=https%3A%2F%2Fapp.example.com%2Fback%3Fid%3D12&login_hint=ann%40example.com`,
  ]) {
    const answer = ask(`https://login.example.com/authorize?${query}`);
    assert.equal(answer.error, undefined, query);
    assert.ok(JSON.stringify(answer).includes(query));
  }
});
