// A session could subscribe to a resource that its principal may not read: it learnt that there is one, and each time it changed.
import assert from "node:assert/strict";
import { test } from "node:test";
import { makeOfferHandlers } from "../../runtime/server/mcp/serve-offers.ts";
import { UNNAMED_PRINCIPAL } from "../../runtime/policy/principal.ts";

type Handler = (request: unknown, ctx: unknown) => unknown;

test("takes no subscription to what the principal may not read", () => {
  const handlers = new Map<string, Handler>();
  const subscribed = new Set<string>();
  const [open, hidden] = ["notes://open", "notes://hidden"];
  const resources = [open, hidden].map((uri) => ({ alias: "notes", resource: { uri, name: uri } }));
  const serving = {
    server: { setRequestHandler: (name: string, run: Handler) => void handlers.set(name, run) },
    connection: { originOf: () => ({ principal: UNNAMED_PRINCIPAL }), subscribed },
  };
  makeOfferHandlers({
    offers: { resources, templates: [], prompts: [] },
    mayCall: (_principal: unknown, name: string) => name !== hidden,
  } as never)(serving as never);
  const subscribe = handlers.get("resources/subscribe");
  assert.ok(subscribe);
  subscribe({ params: { uri: open } }, {});
  assert.throws(() => subscribe({ params: { uri: hidden } }, {}), /Unknown resource/);
  assert.deepEqual([...subscribed], [open]);
});
