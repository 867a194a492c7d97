// What HTTP itself answers where a request does not get as far as MCP. Servers on loopback: about 0.5 s.
import assert from "node:assert/strict";
import { test } from "node:test";
import { makeRequestGuard } from "../../../../runtime/server/limits/request-guard.ts";
import { openSession, postModern, startHttp } from "../../../helpers/http-server.ts";

test("a session's stream is for who takes event streams", async (t) => {
  const server = await startHttp(t);
  const session = await openSession(server);
  const headers = { "mcp-session-id": session, accept: "application/json" };
  const response = await fetch(server.url, { headers });
  assert.equal(response.status, 406);
  assert.equal(((await response.json()) as { error_code: string }).error_code, "NOT_ACCEPTABLE");
});

test("who asks too often is told 429 and when to come back", async (t) => {
  const limits = { requests: { perMinute: 1, burst: 1 }, refused: { perMinute: 60, burst: 30 } };
  const server = await startHttp(t, { guard: makeRequestGuard(limits) });
  assert.equal((await postModern(server, "tools/list")).status, 200);
  const refused = await postModern(server, "tools/list");
  assert.equal(refused.status, 429);
  assert.match(refused.headers.get("retry-after") ?? "", /^\d+$/);
  assert.equal(((await refused.json()) as { error_code: string }).error_code, "TOO_MANY");
});
