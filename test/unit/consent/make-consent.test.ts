import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { CONSENT_KEY } from "../../../runtime/consent/hear-human.ts";
import {
  ACCEPT,
  ALICE,
  callerOf,
  codeOf,
  DECLINE,
  makeConsentWorld,
  PUBLIC_WEB,
} from "../../helpers/consent-world.ts";

const HOUR_MS = 60 * 60 * 1000;
const questionOf = (asked: Awaited<ReturnType<ReturnType<typeof makeConsentWorld>["call"]>>) =>
  asked.needs?.requests[CONSENT_KEY];

describe("approvals", () => {
  it("that wait are listed with whom they are for, as the operator knows it, and with what was decided", async () => {
    const world = makeConsentWorld({ shop: { grants: {}, approvals: { do: "always" } } });
    const caller = callerOf("key:hash", "a1", false);
    const named = { ...caller.principal, subject: "ann@example.com", client: "desk" };
    await world.call("shop", {}, { ...caller, principal: named });
    await world.call("shop", {}, callerOf("none", "b1", false));
    const [waits, unnamed] = await world.desk.list();
    assert.partialDeepStrictEqual(waits, { subject: "ann@example.com", client: "desk" });
    assert.ok(waits && unnamed && !("subject" in unnamed) && !("decided" in waits));
    const [decidedMs, untilMs] = [world.shared.nowMs(), world.shared.nowMs() + HOUR_MS];
    const { id, reasons } = waits;
    await world.desk.decide({ id, decision: "deny", reasons, decidedMs, untilMs });
    const [denied, other] = await world.desk.list();
    assert.partialDeepStrictEqual(denied?.decided, { decision: "deny", untilMs });
    assert.equal(other?.decided, undefined);
  });

  it("ask before each call, show every argument, and run it once when a person lets it", async () => {
    const world = makeConsentWorld({ shop: { grants: {}, approvals: { do: "always" } } });
    const args = { item: "pen", note: "to\u202Eyou" };
    const asked = await world.call("shop", args);
    const question = questionOf(asked);
    assert.equal(question?.kind, "form");
    const message = question?.kind === "form" ? question.message : "";
    for (const word of ['"item": "pen"', "to\\u202eyou", "shop__do", "acme-shop", "UNSIGNED"])
      assert.ok(message.includes(word), `${word} in ${message}`);
    assert.deepEqual(world.ran, []);
    const done = await world.answer("shop", asked, ACCEPT, args);
    assert.equal(codeOf(done), undefined);
    assert.equal(world.ran.length, 1);
    assert.notEqual((await world.call("shop", args)).needs, undefined);
    assert.deepEqual(world.decisions(), ["asked", "approved", "asked"]);
  });

  it("run nothing when a person declines, cancels, or accepts without ticking the box", async () => {
    const world = makeConsentWorld({ shop: { grants: {}, approvals: { do: "always" } } });
    for (const response of [
      DECLINE,
      { action: "cancel" },
      { action: "accept" },
      { action: "accept", content: {} },
      { action: "accept", content: { approve: "true" } },
      { action: "accept", content: { approve: false } },
      { action: "ACCEPT", content: { approve: true } },
      {},
    ]) {
      const asked = await world.call("shop");
      assert.equal(codeOf(await world.answer("shop", asked, response)), "APPROVAL_DECLINED");
    }
    assert.deepEqual(world.ran, []);
  });

  it("ask once in a conversation with `first`, and again after an hour and in another one", async () => {
    const world = makeConsentWorld({ shop: { grants: {}, approvals: { "*": "first" } } });
    await world.answer("shop", await world.call("shop"), ACCEPT);
    assert.equal((await world.call("shop", { other: 1 })).needs, undefined);
    assert.notEqual((await world.call("shop", {}, callerOf("alice", "a2", true))).needs, undefined);
    assert.notEqual((await world.call("shop", {}, callerOf("bob", "a1", true))).needs, undefined);
    world.shared.pass(HOUR_MS + 1);
    assert.notEqual((await world.call("shop")).needs, undefined);
  });

  it("are asked of destructive tools and of what can change something over http, whatever their authors say", async () => {
    const POST = { allow: [{ host: "example.com", methods: ["POST"] }] };
    const world = makeConsentWorld({
      eraser: { grants: {}, annotations: { destructiveHint: true, readOnlyHint: true } },
      poster: { grants: { http: POST }, annotations: { readOnlyHint: true } },
      told: { grants: { http: POST }, approvals: { do: "never" } },
      reader: { grants: { http: PUBLIC_WEB } },
      plain: { grants: { filesystem: "read-write" } },
    });
    const isAsked = async (alias: string) =>
      (await world.call(alias, {}, callerOf(alias, alias, true))).needs !== undefined;
    assert.equal(await isAsked("eraser"), true);
    assert.equal(await isAsked("poster"), true);
    assert.equal(await isAsked("told"), false);
    assert.equal(await isAsked("reader"), false);
    assert.equal(await isAsked("plain"), false);
  });

  it("wait for an operator where the client cannot ask: one call, this caller, these arguments", async () => {
    const world = makeConsentWorld({ shop: { grants: {}, approvals: { do: "always" } } });
    const mute = callerOf("alice", "a1", false);
    const refused = await world.call("shop", { n: 1 }, mute);
    assert.equal(codeOf(refused), "APPROVAL_REQUIRED");
    const [pending] = await world.desk.list();
    assert.deepEqual(pending?.arguments, { n: 1 });
    const decide = (decision: "allow" | "deny") =>
      world.desk.decide({
        id: pending?.id ?? "",
        decision,
        reasons: ["approval"],
        decidedMs: world.shared.nowMs(),
        untilMs: world.shared.nowMs() + HOUR_MS,
      });
    await decide("allow");
    assert.equal(codeOf(await world.call("shop", { n: 2 }, mute)), "APPROVAL_REQUIRED");
    assert.equal(
      codeOf(await world.call("shop", { n: 1 }, callerOf("bob", "b1", false))),
      "APPROVAL_REQUIRED",
    );
    const both = await Promise.all([1, 2].map(() => world.call("shop", { n: 1 }, mute)));
    assert.deepEqual(new Set(both.map(codeOf)), new Set(["APPROVAL_REQUIRED", undefined]));
    await decide("deny");
    assert.equal(codeOf(await world.call("shop", { n: 1 }, mute)), "APPROVAL_DECLINED");
    await decide("allow");
    world.shared.pass(HOUR_MS + 1);
    assert.equal(codeOf(await world.call("shop", { n: 1 }, mute)), "APPROVAL_REQUIRED");
    assert.equal(world.ran.length, 1);
  });

  it("show all or nothing: what is too large to be shown is refused", async () => {
    const world = makeConsentWorld({ shop: { grants: {}, approvals: { do: "always" } } });
    const refused = await world.call("shop", { text: "x".repeat(20_000) });
    assert.equal(codeOf(refused), "APPROVAL_REQUIRED");
    assert.equal((await world.desk.list())[0]?.tool, "shop__do");
    const huge = await world.call("shop", { text: "x".repeat(300_000) });
    assert.equal(codeOf(huge), "APPROVAL_REQUIRED");
    assert.equal((await world.desk.list()).length, 1);
  });
});

describe("the flow of data", () => {
  const SET = {
    files: { grants: { filesystem: "read" } },
    web: { grants: { http: PUBLIC_WEB } },
  } as const;

  it("is held from the moment that strangers' text may come in, and shows where it could go", async () => {
    const world = makeConsentWorld(SET);
    assert.equal((await world.call("files")).needs, undefined);
    assert.equal((await world.call("web")).needs, undefined);
    assert.equal((await world.call("files")).needs, undefined);
    const held = await world.call("web", { q: "secret" });
    const question = questionOf(held);
    const message = question?.kind === "form" ? question.message : "";
    for (const word of ["https://example.com:443", '"q": "secret"', "signed by acme"])
      assert.ok(message.includes(word), `${word} in ${message}`);
    assert.equal(codeOf(await world.answer("web", held, ACCEPT, { q: "secret" })), undefined);
    assert.notEqual((await world.call("web", { q: "secret" })).needs, undefined);
  });

  it("is not held where no private data can be read, nor on accepted paths", async () => {
    const alone = makeConsentWorld({ web: SET.web });
    for (const _ of [1, 2, 3]) assert.equal((await alone.call("web")).needs, undefined);
    const accepted = makeConsentWorld(SET, {
      flow: { accept: [{ path: "files>web", reason: "a demo of ours", until: "2999-01-01" }] },
    });
    for (const _ of [1, 2, 3]) assert.equal((await accepted.call("web")).needs, undefined);
    const over = makeConsentWorld(SET, {
      flow: { accept: [{ path: "files>web", reason: "a demo of ours", until: "1969-01-01" }] },
    });
    await over.call("web");
    assert.notEqual((await over.call("web")).needs, undefined);
  });

  it("waits for private data too where the operator wants only that", async () => {
    const world = makeConsentWorld(SET, { flow: { after: "both" } });
    await world.call("web");
    assert.equal((await world.call("web")).needs, undefined);
    await world.call("files");
    assert.notEqual((await world.call("web")).needs, undefined);
  });

  it("counts for the principal's next conversation within the window, and for no other principal", async () => {
    const world = makeConsentWorld(SET);
    await world.call("web");
    assert.notEqual((await world.call("web", {}, callerOf("alice", "a2", true))).needs, undefined);
    assert.equal((await world.call("web", {}, callerOf("bob", "b1", true))).needs, undefined);
    world.shared.pass(2 * HOUR_MS);
    // GB-057: the new conversation is not held any more; the old one is.
    assert.equal((await world.call("web", {}, callerOf("alice", "a3", true))).needs, undefined);
    assert.notEqual((await world.call("web", {}, ALICE)).needs, undefined);
  });

  it("asks one question where there are two reasons, and again where one came up meanwhile", async () => {
    const world = makeConsentWorld({
      ...SET,
      web: { ...SET.web, approvals: { do: "always" } },
      feed: SET.web,
    });
    const asked = await world.call("web");
    await world.call("feed");
    const again = await world.answer("web", asked, ACCEPT);
    assert.notEqual(again.needs, undefined);
    assert.deepEqual(
      world.ran.map((call) => (call as string[])[0]),
      ["feed"],
    );
    assert.equal(codeOf(await world.answer("web", again, ACCEPT)), undefined);
  });
});
