import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type {
  CallScope,
  CapabilityBroker,
  Destination,
  HostOperation,
} from "@glovebox/host-api/capability";
import { HostError } from "@glovebox/host-api/errors";
import { DESTINATIONS_PER_CALL_MAX, watchBrokers } from "../../../runtime/audit/watch-brokers.ts";

const REQUEST = { args: [], body: new Uint8Array() };

function scope(callId: string, signal = new AbortController().signal): CallScope {
  return { callId, plugin: "p", tool: "t", signal };
}

function watch(operation: HostOperation, rest: Partial<CapabilityBroker> = {}) {
  const watched = watchBrokers([{ operations: { "kv.get": operation }, ...rest }]);
  const [broker] = watched.brokers;
  const take = (callId: string) => watched.take(callId).denied;
  const takeAll = (callId: string) => watched.take(callId);
  return { take, takeAll, broker, get: broker?.operations["kv.get"] as HostOperation };
}

const refusing =
  (tag: "not-found" | "refused-by-policy" = "refused-by-policy"): HostOperation =>
  () => {
    throw new HostError(tag, "the broker's own words");
  };

describe("a watched broker", () => {
  it("keeps each refusal with the broker's own words, and throws it on unchanged", () => {
    const { get, take } = watch(refusing());
    assert.throws(
      () => get(REQUEST, scope("1")),
      (error) => error instanceof HostError && error.tag === "refused-by-policy",
    );
    assert.deepEqual(take("1"), [
      { operation: "kv.get", tag: "refused-by-policy", reason: "the broker's own words" },
    ]);
  });

  it("keeps refusals that come later", async () => {
    const { get, take } = watch(async () => {
      await Promise.resolve();
      throw new HostError("unreachable", "no route");
    });
    await assert.rejects(async () => get(REQUEST, scope("1")), HostError);
    assert.deepEqual(
      take("1").map(({ tag }) => tag),
      ["unreachable"],
    );
  });

  it("says nothing of what was allowed", async () => {
    const { get, take } = watch(async () => ({ value: 1 }));
    assert.deepEqual(await get(REQUEST, scope("1")), { value: 1 });
    assert.deepEqual(take("1"), []);
  });

  it("says which capabilities a call used, refusals left out", async () => {
    const { get, takeAll } = watch(async () => ({ value: 1 }));
    await get(REQUEST, scope("1"));
    assert.deepEqual(takeAll("1").capabilities, ["kv"]);
    const refused = watch(refusing());
    assert.throws(() => refused.get(REQUEST, scope("1")));
    assert.deepEqual(refused.takeAll("1").capabilities, []);
    const missing = watch(refusing("not-found"));
    assert.throws(() => missing.get(REQUEST, scope("1")));
    assert.deepEqual(missing.takeAll("1").capabilities, ["kv"]);
  });

  it("says where a call connected to, all of it, and lets it connect to no more than that", async () => {
    const to = (host: string, port = 443): Destination => ({
      scheme: "https",
      host,
      port,
      region: null,
    });
    const watched = watchBrokers([
      {
        operations: {
          "http.send": async ({ args: [host] }, { connects }) => {
            connects?.(to(typeof host === "string" ? host : ""));
            throw new HostError("unreachable", "it failed on the way");
          },
        },
      },
    ]);
    const operation = watched.brokers[0]?.operations["http.send"] as HostOperation;
    const connect = async (host: string, signal?: CallScope["signal"]): Promise<unknown> =>
      Promise.resolve(
        operation(
          { args: [host], body: new Uint8Array() },
          { ...scope("1"), ...(signal && { signal }) },
        ),
      ).catch((error: unknown) => (error instanceof HostError ? error.tag : error));
    assert.equal(await connect("a.example"), "unreachable");
    await connect("b.example");
    await connect("a.example");
    assert.deepEqual(watched.take("1").destinations, [to("a.example"), to("b.example")]);
    const tags: unknown[] = [];
    for (let count = 0; count <= DESTINATIONS_PER_CALL_MAX; count += 1)
      tags.push(await connect(`${count}.example`));
    assert.equal(tags.filter((tag) => tag === "unreachable").length, DESTINATIONS_PER_CALL_MAX);
    assert.equal(tags.at(-1), "limit-exceeded");
    assert.equal(await connect("0.example"), "unreachable");
    assert.equal(watched.take("1").destinations.length, DESTINATIONS_PER_CALL_MAX);
    // Nobody would read what is noted now: so nothing is connected.
    assert.equal(await connect("late.example", AbortSignal.abort()), "limit-exceeded");
  });

  it("names an unforeseen failure as internal", () => {
    for (const thrown of [new TypeError("boom"), "text", null, undefined]) {
      const { get, take } = watch(() => {
        throw thrown;
      });
      assert.throws(() => get(REQUEST, scope("1")));
      assert.equal(take("1")[0]?.tag, "internal");
    }
  });

  it("keeps calls apart, and forgets what was taken", () => {
    const { get, take } = watch(refusing("not-found"));
    for (const callId of ["1", "2", "2"]) assert.throws(() => get(REQUEST, scope(callId)));
    assert.equal(take("2").length, 2);
    assert.equal(take("2").length, 0);
    assert.equal(take("1").length, 1);
    assert.equal(take("constructor").length, 0);
  });

  it("keeps at most 20 refusals of a call, and 300 characters of each", () => {
    const { get, take } = watch(() => {
      throw new HostError("not-found", "x".repeat(100_000));
    });
    for (let count = 0; count < 1000; count += 1) assert.throws(() => get(REQUEST, scope("1")));
    const denied = take("1");
    assert.equal(denied.length, 20);
    assert.equal(denied[0]?.reason.length, 300);
  });

  it("keeps nothing of a call that has ended, so that storms after the end fill no memory", async () => {
    const ended = new AbortController();
    const late = Promise.withResolvers<never>();
    const { get, take } = watch(() => late.promise);
    const answer = Promise.resolve(get(REQUEST, scope("1", ended.signal)));
    take("1");
    ended.abort();
    late.reject(new HostError("timed-out", "too late"));
    await assert.rejects(answer, HostError);
    assert.deepEqual(take("1"), []);
  });

  it("is still told when a call ends and when to close", () => {
    const told: string[] = [];
    const { broker } = watch(refusing(), {
      endCall: (callId) => told.push(callId),
      close: () => void told.push("close"),
    });
    broker?.endCall?.("1");
    void broker?.close?.();
    assert.deepEqual(told, ["1", "close"]);
  });
});
