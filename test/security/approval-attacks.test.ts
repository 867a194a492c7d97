// A client, or a model through it, that wants a call to run which no person let run.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { showArguments, makeQuestion } from "../../runtime/consent/question.ts";
import { CONSENT_KEY } from "../../runtime/consent/hear-human.ts";
import { anyCharacter } from "../helpers/any-text.ts";
import {
  ACCEPT,
  ALICE,
  callerOf,
  codeOf,
  DECLINE,
  makeConsentWorld,
  makeSharedParts,
  PUBLIC_WEB,
} from "../helpers/consent-world.ts";

const SHOP = { shop: { grants: {}, approvals: { do: "always" } } } as const;
const MINUTE_MS = 60_000;

describe("an answer", () => {
  it("to no question is refused", async () => {
    const world = makeConsentWorld(SHOP);
    for (const state of [
      {},
      { consent: {} },
      { consent: { token: "made-up" } },
      { consent: { token: 1 } },
      { consent: [] },
      { plugin: { consent: { token: "x" } } },
      JSON.parse('{"__proto__": {"consent": {"token": "x"}}}'),
    ]) {
      const answer = await world.call("shop", {}, ALICE, {
        responses: { [CONSENT_KEY]: ACCEPT },
        state,
      });
      assert.equal(codeOf(answer), "APPROVAL_REQUIRED");
    }
    assert.deepEqual(world.ran, []);
    assert.equal(new Set(world.decisions()).has("approved"), false);
  });

  it("counts once, also when two bring it at the same moment", async () => {
    const world = makeConsentWorld(SHOP);
    const asked = await world.call("shop");
    const both = await Promise.all([1, 2].map(() => world.answer("shop", asked, ACCEPT)));
    assert.deepEqual(new Set(both.map(codeOf)), new Set(["APPROVAL_REQUIRED", undefined]));
    assert.equal(codeOf(await world.answer("shop", asked, ACCEPT)), "APPROVAL_REQUIRED");
    assert.equal(world.ran.length, 1);
  });

  it("counts for these arguments, this tool, this caller and this profile alone", async () => {
    const shared = makeSharedParts();
    const set = { ...SHOP, bank: SHOP.shop };
    const world = makeConsentWorld(set, { shared });
    const bank = makeConsentWorld(set, { shared, profile: "bank" });
    const bob = callerOf("bob", "a1", true);
    const attempts = [
      async () => world.answer("shop", await world.call("shop", { n: 1 }), ACCEPT, { n: 2 }),
      async () => world.answer("bank", await world.call("shop"), ACCEPT),
      async () => world.answer("shop", await world.call("shop"), ACCEPT, {}, bob),
      async () => bank.answer("shop", await world.call("shop"), ACCEPT),
    ];
    for (const attempt of attempts) assert.equal(codeOf(await attempt()), "APPROVAL_REQUIRED");
    assert.deepEqual([...world.ran, ...bank.ran], []);
  });

  it("comes within ten minutes", async () => {
    const world = makeConsentWorld(SHOP);
    const asked = await world.call("shop");
    world.shared.pass(10 * MINUTE_MS + 1);
    assert.equal(codeOf(await world.answer("shop", asked, ACCEPT)), "APPROVAL_REQUIRED");
  });

  it("that was a no is not followed by a yes", async () => {
    const world = makeConsentWorld(SHOP);
    const asked = await world.call("shop");
    assert.equal(codeOf(await world.answer("shop", asked, DECLINE)), "APPROVAL_DECLINED");
    assert.equal(codeOf(await world.answer("shop", asked, ACCEPT)), "APPROVAL_REQUIRED");
    assert.deepEqual(world.ran, []);
  });

  it("is heard by another replica, and by one alone", async () => {
    const shared = makeSharedParts();
    const [first, second] = [
      makeConsentWorld(SHOP, { shared }),
      makeConsentWorld(SHOP, { shared }),
    ];
    const asked = await first.call("shop");
    const both = await Promise.all([first, second].map((one) => one.answer("shop", asked, ACCEPT)));
    assert.deepEqual(new Set(both.map(codeOf)), new Set(["APPROVAL_REQUIRED", undefined]));
  });

  it("lets nothing run when it cannot be written down", async () => {
    const world = makeConsentWorld(SHOP);
    const asked = await world.call("shop");
    world.records.push = () => {
      throw new Error("no space left");
    };
    assert.notEqual(codeOf(await world.answer("shop", asked, ACCEPT)), undefined);
    assert.deepEqual(world.ran, []);
  });
});

describe("a question", () => {
  it("shows arguments from which exactly these arguments can be read back, and nothing that hides", () => {
    fc.assert(
      fc.property(fc.jsonValue({ depthSize: "medium", stringUnit: anyCharacter }), (value) => {
        const wellFormed = JSON.parse(JSON.stringify(value).toWellFormed());
        const shown = showArguments(wellFormed);
        assert.deepEqual(JSON.parse(shown), wellFormed);
        assert.doesNotMatch(shown, /[\u200B-\u200F\u202A-\u202E\u2060-\u2069\u{E0000}-\u{E007F}]/u);
        assert.doesNotMatch(shown, /[^\S\n]{64}/);
      }),
    );
  });

  it("is not pushed out of sight by blanks, nesting or marks that a client draws", () => {
    const shown = showArguments({
      a: " ".repeat(5000),
      b: "\u00A0".repeat(50),
      c: "```\n![x](https://evil.example/)",
    });
    assert.doesNotMatch(shown, /\s{20}/);
    assert.ok(!shown.split("\n").some((line) => line.startsWith("```")));
    const deep = JSON.parse(`${"[".repeat(60)}1${"]".repeat(60)}`);
    assert.doesNotMatch(showArguments(deep), /\s{20}/);
  });

  it("is not put at all when it would have to be cut", () => {
    const facts = { tool: "t", plugin: "p", version: "1", signers: [], why: ["w"], sends: [] };
    assert.notEqual(makeQuestion({ ...facts, arguments: "x".repeat(1000) }), undefined);
    assert.equal(makeQuestion({ ...facts, arguments: "x".repeat(20_000) }), undefined);
    assert.equal(makeQuestion({ ...facts, arguments: "\u200B".repeat(5000) }), undefined);
  });
});

describe("the operator's desk", () => {
  it("is filled neither by one caller nor by many", async () => {
    const world = makeConsentWorld(SHOP);
    for (let n = 0; n < 40; n++) await world.call("shop", { n }, callerOf("alice", "a", false));
    assert.equal((await world.desk.list()).length, 32);
    await world.call("shop", {}, callerOf("bob", "b", false));
    assert.equal((await world.desk.list()).length, 33);
    for (let n = 0; n < 300; n++) await world.call("shop", { n }, callerOf(`p${n}`, "a", false));
    assert.ok((await world.desk.list()).length <= 256);
    world.shared.pass(25 * 60 * MINUTE_MS);
    assert.deepEqual(await world.desk.list(), []);
  });

  it("allowed one reason, and does not allow another", async () => {
    const world = makeConsentWorld({
      files: { grants: { filesystem: "read" } },
      web: { grants: { http: PUBLIC_WEB }, approvals: { do: "always" } },
      feed: { grants: { http: PUBLIC_WEB } },
    });
    const mute = callerOf("alice", "a1", false);
    await world.call("web", {}, mute);
    const [pending] = await world.desk.list();
    assert.deepEqual(pending?.reasons, ["approval"]);
    await world.desk.decide({
      id: pending?.id ?? "",
      decision: "allow",
      reasons: ["approval"],
      decidedMs: 0,
      untilMs: world.shared.nowMs() + MINUTE_MS,
    });
    await world.call("feed", {}, mute);
    assert.equal(codeOf(await world.call("web", {}, mute)), "FLOW_HELD");
    assert.equal(
      world.ran.some((call) => (call as string[])[0] === "web"),
      false,
    );
  });
});
