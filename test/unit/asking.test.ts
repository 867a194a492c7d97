import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { AskRequests } from "@glovebox/host-api/ask/request";
import { HostError } from "@glovebox/host-api/errors";
import { Asking, ROUNDS_MAX } from "../../runtime/asking.ts";
import { ASKS_NOTHING, type GivenInputs, type NeededInputs } from "../../runtime/inputs.ts";

const CAN = { form: true, url: true, sampling: true, roots: true };
const ACCEPT = { action: "accept", content: { name: "Ann" } };

function form(message: string): AskRequests[string] {
  return {
    kind: "form",
    message,
    schema: { type: "object", properties: { name: { type: "string" } }, required: ["name"] },
  };
}

function ask(requests: AskRequests, given?: GivenInputs) {
  const asking = new Asking(CAN, given);
  const answers = asking.ask(requests);
  return { answers, outcome: asking.outcome };
}

function back(needs: NeededInputs | undefined, responses: GivenInputs["responses"]): GivenInputs {
  assert.ok(needs);
  // As it comes back over the wire.
  return JSON.parse(JSON.stringify({ responses, state: needs.state })) as GivenInputs;
}

describe("what a plugin asks", () => {
  test("ends the call, and is answered when it is run again", () => {
    const requests = { who: form("Who?") };
    const first = ask(requests);
    assert.equal(first.answers, undefined);
    assert.deepEqual(first.outcome?.needs?.requests, requests);
    const again = ask(requests, back(first.outcome?.needs, { who: ACCEPT }));
    assert.deepEqual(again, { answers: { who: ACCEPT }, outcome: undefined });
  });

  test("over several rounds keeps what was answered before", () => {
    const one = { a: form("A?") };
    const two = { b: form("B?") };
    const first = ask(one);
    const run = (given: GivenInputs) => {
      const asking = new Asking(CAN, given);
      return { answers: [asking.ask(one), asking.ask(two)], outcome: asking.outcome };
    };
    const second = run(back(first.outcome?.needs, { a: ACCEPT }));
    assert.deepEqual(Object.keys(second.outcome?.needs?.requests ?? {}), ["b"]);
    const third = run(back(second.outcome?.needs, { b: ACCEPT }));
    assert.deepEqual(third.answers, [{ a: ACCEPT }, { b: ACCEPT }]);
  });

  test("is asked again where the answer is missing or does not match", () => {
    const requests = { who: form("Who?") };
    const { outcome } = ask(requests);
    for (const responses of [
      {},
      { other: ACCEPT },
      { who: { action: "accept", content: { name: 7 } } },
      { who: {} },
    ]) {
      const again = ask(requests, back(outcome?.needs, responses));
      assert.deepEqual(Object.keys(again.outcome?.needs?.requests ?? {}), ["who"]);
    }
  });

  test("is not answered by an answer to other words", () => {
    const { outcome } = ask({ ok: form("Read a file?") });
    const again = ask({ ok: form("Delete all files?") }, back(outcome?.needs, { ok: ACCEPT }));
    assert.equal(again.answers, undefined);
    assert.deepEqual(again.outcome?.needs?.requests, { ok: form("Delete all files?") });
  });

  test("is not answered by what nobody was asked", () => {
    const forged = { responses: { ok: ACCEPT }, state: {} };
    assert.equal(ask({ ok: form("Delete all files?") }, forged).answers, undefined);
    const odd = { responses: { ok: ACCEPT }, state: { plugin: { round: "1", asked: [] } } };
    assert.equal(ask({ ok: form("Delete all files?") }, odd as never).answers, undefined);
  });

  test("comes to an end, however often it asks for more", () => {
    let given: GivenInputs | undefined;
    for (let round = 1; round <= ROUNDS_MAX; round++) {
      const { outcome } = ask({ [`k${round}`]: form(`Round ${round}?`) }, given);
      given = back(outcome?.needs, { [`k${round}`]: ACCEPT });
    }
    assert.deepEqual(ask({ more: form("More?") }, given).outcome, { isEndless: true });
  });

  test("is refused where nobody would see what it says", () => {
    for (const text of ["a\u200bb", "\u202egnp.exe", "x\u{e0041}", "a\0b".replace("\0", "\u0001")])
      assert.throws(() => ask({ who: form(text) }), HostError, JSON.stringify(text));
  });

  test("counts over all requests of a call", () => {
    const asking = new Asking(CAN, undefined);
    const many = Object.fromEntries(
      Array.from({ length: 17 }, (_, index) => [`k${index}`, form("?")]),
    );
    assert.throws(() => asking.ask(many), { tag: "limit-exceeded" });
  });

  test("says what the client cannot be asked", () => {
    const asking = new Asking({ ...ASKS_NOTHING, form: true }, undefined);
    assert.equal(asking.ask({ a: form("?"), b: { kind: "roots" } }), undefined);
    assert.deepEqual(asking.outcome, { lacks: ["roots"] });
    assert.equal(asking.ask({ a: form("?") }), undefined, "the call is over");
  });
});
