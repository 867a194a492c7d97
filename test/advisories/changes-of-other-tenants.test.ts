// What changed in the data of one tenant was told to the clients of every other that listened to the same address, so they
// learnt that it is there and when it is written to. And who had begun to listen went on hearing after its rights had ended.
import assert from "node:assert/strict";
import { test, type TestContext } from "node:test";
import { makePrincipal, type Principal } from "../../runtime/policy/principal.ts";
import { makeChangeBus } from "../../runtime/server/mcp/change-bus.ts";
import { openSharedEvents } from "../../runtime/server/store/shared-events.ts";
import { makeMemoryStore } from "../../runtime/server/store/memory-store.ts";
import {
  LEGACY,
  listen,
  openSession,
  post,
  postModern,
  readEvents,
  rpc,
  startHttp,
  type TestServer,
} from "../helpers/http-server.ts";

const DEAL = "note://deal";
const OPEN = "note://open";
const RESOURCES = [DEAL, OPEN].map((uri) => ({ alias: "t", resource: { uri, name: uri } }));

function person(tenant: string, ...scopes: string[]): Principal {
  return makePrincipal({ via: "key", tenant, client: "desk", scopes });
}

/** A server on which `x-tenant` says who calls, and `x-scope` what it may read beside what everybody may. */
async function serve(t: TestContext, listeningMs = 60_000) {
  const changes = makeChangeBus();
  const server = await startHttp(t, {
    authenticator: {
      authenticate: ({ headers }) => ({
        kind: "principal",
        principal: person(headers["x-tenant"] ?? "acme", headers["x-scope"] ?? "deals"),
      }),
      decideTool: ({ scopes }, name) =>
        name !== DEAL || scopes?.has("deals")
          ? undefined
          : { status: 403, reason: "insufficient_scope", challenges: [], message: "no" },
    },
    limits: { listeningMs },
    mcp: { changes, offers: { resources: RESOURCES, templates: [], prompts: [] } },
  });
  const publish = (tenant: string, uri: string): void =>
    changes.publish({ tenant, event: { kind: "resource_updated", uri } });
  return { server, changes, publish };
}

async function sessionOf(server: TestServer, headers: Record<string, string>) {
  const id = await openSession(server, {}, headers);
  const session = { ...headers, "mcp-session-id": id, "mcp-protocol-version": LEGACY };
  for (const uri of [DEAL, OPEN]) {
    const subscribe = { jsonrpc: "2.0", id: 1, method: "resources/subscribe", params: { uri } };
    assert.deepEqual((await rpc(post(server, subscribe, session))).result, {});
  }
  return session;
}

function subscribe(server: TestServer, headers: Record<string, string>): Promise<Response> {
  const notifications = { resourceSubscriptions: [DEAL, OPEN], toolsListChanged: true };
  return postModern(server, "subscriptions/listen", { notifications }, headers);
}

test("a subscription hears of its own tenant's changes alone", async (t) => {
  const { server, changes, publish } = await serve(t);
  const events = readEvents(await subscribe(server, { "x-tenant": "acme" }));
  await events.next();
  publish("other", DEAL);
  changes.publish({ tenant: "other", event: { kind: "tools_list_changed" } });
  publish("acme", OPEN);
  assert.match(JSON.stringify((await events.next()).value), /note:\/\/open/);
});

test("a session hears of its own tenant's changes alone", async (t) => {
  const { server, changes, publish } = await serve(t);
  const session = await sessionOf(server, { "x-tenant": "acme" });
  const events = readEvents(await listen(server, session));
  publish("other", DEAL);
  changes.publish({ tenant: "other", event: { kind: "tools_list_changed" } });
  publish("acme", OPEN);
  assert.match(JSON.stringify((await events.next()).value), /note:\/\/open/);
});

test("a session that may read less than when it subscribed hears less", async (t) => {
  const { server, publish } = await serve(t);
  const session = await sessionOf(server, { "x-scope": "deals" });
  const less = { ...session, "x-scope": "nothing" };
  const events = readEvents(await listen(server, less));
  publish("acme", DEAL);
  publish("acme", OPEN);
  assert.match(JSON.stringify((await events.next()).value), /note:\/\/open/);
});

test("who listens comes again after a while, and shows who it is", async (t) => {
  const { server } = await serve(t, 300);
  const session = await sessionOf(server, {});
  const streams = [await listen(server, session), await subscribe(server, {})];
  for (const stream of streams) assert.equal(stream.status, 200);
  // Each ends by itself; one that did not would hold the test.
  await Promise.all(streams.map((stream) => stream.text()));
  assert.equal((await listen(server, session)).status, 200);
});

test("between replicas a change goes with its tenant, and without one it is none", async () => {
  const store = makeMemoryStore();
  const heard: string[] = [];
  const events = await openSharedEvents(store, "/mcp", () => undefined);
  events.subscribe(({ tenant, event }) => heard.push(`${tenant} ${event.kind}`));
  const raw: string[] = [];
  const watched = {
    ...store,
    publish: (channel: string, text: string) => {
      raw.push(text);
      return store.publish(channel, text);
    },
  };
  const other = await openSharedEvents(watched, "/mcp", () => undefined);
  other.publish({ tenant: "acme", event: { kind: "resource_updated", uri: DEAL } });
  assert.deepEqual(JSON.parse(raw[0]!), { kind: "resource_updated", uri: DEAL, tenant: "acme" });
  await events.close();
  await other.close();
});
