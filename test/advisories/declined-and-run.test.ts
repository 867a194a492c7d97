// A person's no counted only as long as there was still a reason to ask: of two first calls at once the declined one ran when
// the other had been let go, and an operator's denial was asked over again once there was one more reason.
import assert from "node:assert/strict";
import { test } from "node:test";
import {
  ACCEPT,
  ALICE,
  callerOf,
  codeOf,
  DECLINE,
  makeConsentWorld,
  PUBLIC_WEB,
} from "../helpers/consent-world.ts";

test("runs nothing that was declined, though another first call was let go meanwhile", async () => {
  const world = makeConsentWorld({ shop: { grants: {}, approvals: { "*": "first" } } });
  const [one, two] = [{ item: "pen" }, { item: "everything" }];
  const asked = [await world.call("shop", one), await world.call("shop", two)] as const;
  assert.equal(codeOf(await world.answer("shop", asked[0], ACCEPT, one)), undefined);
  assert.equal(codeOf(await world.answer("shop", asked[1], DECLINE, two)), "APPROVAL_DECLINED");
  assert.equal(world.ran.length, 1);
  assert.deepEqual(world.decisions(), ["asked", "asked", "approved", "declined"]);
});

const SET = {
  files: { grants: { filesystem: "read" } },
  web: { grants: { http: PUBLIC_WEB } },
  shop: { grants: { http: PUBLIC_WEB }, approvals: { "*": "always" } },
} as const;

async function leaveWaiting(world: ReturnType<typeof makeConsentWorld>) {
  const silent = callerOf(ALICE.principal.id, ALICE.conversation, false);
  await world.call("shop", {}, silent);
  const [pending] = await world.desk.list();
  assert.ok(pending);
  return { pending, silent };
}

test("asks nobody about what an operator has denied, whatever has come up since", async () => {
  const world = makeConsentWorld(SET);
  const { pending } = await leaveWaiting(world);
  const now = world.shared.nowMs();
  const { id, reasons } = pending;
  await world.desk.decide({
    id,
    decision: "deny",
    reasons,
    decidedMs: now,
    untilMs: now + 60_000,
  });
  await world.call("web");
  const answer = await world.call("shop");
  assert.equal(answer.needs, undefined);
  assert.notEqual(codeOf(answer), undefined);
});

test("shows an operator the reasons that a waiting call has now", async () => {
  const world = makeConsentWorld(SET);
  const { silent } = await leaveWaiting(world);
  await world.call("web", {}, silent);
  await world.call("shop", {}, silent);
  assert.deepEqual(
    (await world.desk.list()).map(({ reasons }) => reasons),
    [["approval", "flow"]],
  );
});
