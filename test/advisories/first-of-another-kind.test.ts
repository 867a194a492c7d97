// A prompt may have the name of a tool. What a person let happen of one counted for the other: the keys of approvals named what was
// called and not what kind of thing it was.
import assert from "node:assert/strict";
import { test } from "node:test";
import type { CallableTool } from "../../runtime/call.ts";
import { approvalId, firstCallKey } from "../../runtime/consent/approval-id.ts";
import { ALICE, makeConsentWorld } from "../helpers/consent-world.ts";

test("keeps what was approved of a tool, a prompt, a resource and a completion apart", () => {
  const world = makeConsentWorld({ shop: { grants: {} } });
  const tool = world.callables.get("shop__do");
  assert.ok(tool);
  const kinds: readonly CallableTool[] = [
    tool,
    { ...tool, kind: "prompt" },
    { ...tool, kind: "resource" },
    { ...tool, kind: "completion" },
  ];
  const calls = kinds.map((callable) => ({
    callId: "1",
    caller: ALICE,
    callable,
    arguments: {},
    argumentsDigest: "sha256:0",
  }));
  assert.equal(new Set(calls.map((call) => approvalId(undefined, call))).size, 4);
  assert.equal(new Set(calls.map((call) => firstCallKey("here", call))).size, 4);
});
