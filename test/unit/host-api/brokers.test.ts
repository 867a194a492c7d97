import assert from "node:assert/strict";
import { test } from "node:test";
import type { HostAnswer, HostRequest } from "@glovebox/host-api/capability";
import { makeClockBroker } from "@glovebox/host-api/clock/broker";
import { makeEnvBroker } from "@glovebox/host-api/env/broker";
import { makeEnvImports } from "@glovebox/host-api/env/guest";
import type { GuestSetting } from "@glovebox/host-api/guest";
import { makeKvBroker } from "@glovebox/host-api/kv/broker";
import type { JsonValue } from "@glovebox/host-api/json";
import type { KeyValueOptions, Powers } from "@glovebox/host-api/powers";
import { makeRandomBroker } from "@glovebox/host-api/random/broker";
import { makePowers } from "../../../runtime/powers/make-powers.ts";
import { makeMemoryStore } from "../../helpers/memory-store.ts";
import { makeScope } from "../../helpers/loopback.ts";

const powers: Powers = makePowers({
  openBeneath: () => assert.fail(),
  resolveHost: () => assert.fail(),
  sendHttp: () => assert.fail(),
  readSecret: () => assert.fail(),
});
const HOME = { plugin: "test", folder: "/nowhere" };
const NO_BYTES = new Uint8Array(0);
const request = (args: readonly JsonValue[], body = NO_BYTES): HostRequest => ({ args, body });
const text = (answer: HostAnswer | undefined) => JSON.parse(new TextDecoder().decode(answer?.body));

test("kv opens its file below its home, with its quota, when it is first used, and closes it", () => {
  const calls: unknown[] = [];
  const broker = makeKvBroker({ quotaBytes: 77 }, HOME, {
    ...powers,
    openKeyValue(file: string, options: KeyValueOptions) {
      calls.push([file, options.quotaBytes]);
      return { ...makeMemoryStore(), close: () => calls.push("close") };
    },
  });
  assert.deepEqual(calls, []);
  broker.operations["kv.get"]?.(request(["a"]), makeScope());
  broker.operations["kv.get"]?.(request(["a"]), makeScope());
  broker.close?.();
  broker.close?.();
  assert.deepEqual(calls, [["/nowhere/kv.sqlite", 77], "close"]);
});

test("kv tells an empty value from none", () => {
  const { operations } = makeKvBroker({ quotaBytes: 77 }, HOME, {
    ...powers,
    openKeyValue: makeMemoryStore,
  });
  const get = () => operations["kv.get"]?.(request(["a"]), makeScope());
  assert.deepEqual(get(), { value: null });
  operations["kv.set"]?.(request(["a"]), makeScope());
  assert.deepEqual(get(), { value: true, body: NO_BYTES });
});

test("kv lists at most a thousand keys, in the body", () => {
  const store = makeMemoryStore();
  for (let index = 0; index < 1001; index += 1) store.set(String(index).padStart(4, "0"), NO_BYTES);
  const { operations } = makeKvBroker({ quotaBytes: 1e6 }, HOME, {
    ...powers,
    openKeyValue: () => store,
  });
  const list = (after: string | null) =>
    text(operations["kv.keys"]?.(request(["", after]), makeScope()) as HostAnswer);
  assert.equal(list(null).length, 1000);
  assert.deepEqual(list("0999"), ["1000"]);
});

test("env answers what was granted, and null for a name of the prototype", () => {
  const { operations } = makeEnvBroker({ UNITS: "metric" });
  const get = (name: string) => operations["env.get"]?.(request([name]), makeScope());
  assert.deepEqual(get("UNITS"), { value: "metric" });
  for (const name of ["PATH", "toString", "__proto__", "constructor", ""])
    assert.deepEqual(get(name), { value: null });
  assert.deepEqual(text(operations["env.all"]?.(request([]), makeScope()) as HostAnswer), [
    ["UNITS", "metric"],
  ]);
});

test("the store of wasi:config has the granted values and nothing else", () => {
  const { operations } = makeEnvBroker({ UNITS: "metric" });
  const channel = {
    call: (name: string, args: readonly JsonValue[]) =>
      operations[name]?.(request(args), makeScope()),
  };
  for (const granted of [["env"], []]) {
    const setting = { channel, granted: new Set(granted) } as unknown as GuestSetting;
    const { "wasi:config/store": store = {} } = makeEnvImports(setting);
    const { get, getAll } = store as Record<string, (key?: string) => unknown>;
    const has = granted.length > 0;
    assert.equal(get?.("UNITS"), has ? "metric" : undefined);
    assert.equal(get?.("PATH"), undefined);
    assert.deepEqual(getAll?.(), has ? [["UNITS", "metric"]] : []);
  }
});

test("clock answers the time of its powers", () => {
  const { operations } = makeClockBroker({ ...powers, nowMs: () => 123.5 });
  assert.deepEqual(operations["clock.now"]?.(request([]), makeScope()), { value: 123.5 });
});

test("clock sleeps as long as it was asked to", async () => {
  const { operations } = makeClockBroker(powers);
  const start = performance.now();
  assert.deepEqual(await operations["clock.sleep"]?.(request([20]), makeScope()), { value: null });
  assert.ok(performance.now() - start >= 18);
});

test("a sleep ends with its call, and a call that has ended does not sleep", async () => {
  const { operations } = makeClockBroker(powers);
  const controller = new AbortController();
  const sleeping = operations["clock.sleep"]?.(request([60_000]), makeScope(controller.signal));
  controller.abort();
  await assert.rejects(async () => sleeping, { tag: "timed-out" });
  await assert.rejects(
    async () => operations["clock.sleep"]?.(request([60_000]), makeScope(AbortSignal.abort())),
    { tag: "timed-out" },
  );
});

test("random answers as many bytes as asked, and none twice", () => {
  const { operations } = makeRandomBroker(powers);
  const draw = (length: number) => {
    const answer = operations["random.bytes"]?.(request([length]), makeScope());
    assert.ok(answer !== undefined && "body" in answer);
    return answer.body;
  };
  assert.equal(draw(0)?.length, 0);
  assert.equal(draw(65_536)?.length, 65_536);
  assert.notDeepEqual(draw(32), draw(32));
});
