// A scope closed a tool's or resource's front door, and others stood open: the debt report as a resource, and
// subscriptions, in both eras, to resources that the principal may not read.
import assert from "node:assert/strict";
import { test, type TestContext } from "node:test";
import { makePrincipal } from "../../runtime/policy/principal.ts";
import { makeToolScopes } from "../../runtime/policy/tool-scopes.ts";
import { forbid } from "../../runtime/server/auth/challenge.ts";
import { decideScopes } from "../../runtime/server/auth/decide-scopes.ts";
import { makeChangeBus } from "../../runtime/server/mcp/change-bus.ts";
import {
  LEGACY,
  openSession,
  post,
  postModern,
  readEvents,
  rpc,
  startHttp,
} from "../helpers/http-server.ts";

const OPEN = "note://open";
const CLOSED = "note://closed";

function serveClosed(t: TestContext, tools: Readonly<Record<string, readonly string[]>>) {
  const scopes = makeToolScopes({ default: [], tools });
  const client = { via: "key", tenant: "a", client: "c", scopes: [] } as const;
  const outcome = { kind: "principal", principal: makePrincipal(client) } as const;
  const changes = makeChangeBus();
  const resources = [OPEN, CLOSED].map((uri) => ({ alias: "t", resource: { uri, name: uri } }));
  return startHttp(t, {
    authenticator: {
      authenticate: () => outcome,
      decideTool: (principal, name) => decideScopes(principal, name, scopes, () => forbid("no")),
    },
    mcp: { changes, offers: { resources, templates: [], prompts: [] } },
  }).then((server) => ({ server, changes }));
}

test("who may not call report_pattern_debt cannot read the same report as a resource", async (t) => {
  const { server } = await serveClosed(t, { report_pattern_debt: ["operator"] });
  const read = await rpc(postModern(server, "resources/read", { uri: "glovebox://debt" }));
  assert.match(read.error?.message ?? "", /Unknown resource/);
  const { result } = await rpc(postModern(server, "resources/list"));
  assert.doesNotMatch(JSON.stringify(result), /glovebox:\/\/debt/);
});

test("a session cannot subscribe to a resource that its principal may not read", async (t) => {
  const { server } = await serveClosed(t, { [CLOSED]: ["operator"] });
  const session = {
    "mcp-session-id": await openSession(server),
    "mcp-protocol-version": LEGACY,
  };
  const subscribe = (uri: string) =>
    rpc(
      post(
        server,
        { jsonrpc: "2.0", id: 1, method: "resources/subscribe", params: { uri } },
        session,
      ),
    );
  assert.deepEqual((await subscribe(OPEN)).result, {});
  assert.match((await subscribe(CLOSED)).error?.message ?? "", /Unknown resource/);
});

test("a stream of changes says nothing of a resource that its principal may not read", async (t) => {
  const { server, changes } = await serveClosed(t, { [CLOSED]: ["operator"] });
  const controller = new AbortController();
  const response = await postModern(
    server,
    "subscriptions/listen",
    { notifications: { resourceSubscriptions: [OPEN, CLOSED] } },
    {},
    { signal: controller.signal },
  );
  const events = readEvents(response);
  await events.next();
  changes.publish({ tenant: "a", event: { kind: "resource_updated", uri: CLOSED } });
  changes.publish({ tenant: "a", event: { kind: "resource_updated", uri: OPEN } });
  const { value } = await events.next();
  controller.abort();
  assert.match(JSON.stringify(value), /note:\/\/open/);
});
