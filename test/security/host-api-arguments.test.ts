import assert from "node:assert/strict";
import { test } from "node:test";
import type { CapabilityBroker, HostRequest } from "@glovebox/host-api/capability";
import { HOST_ERROR_TAGS, HostError } from "@glovebox/host-api/errors";
import { GuestRefusal, type GuestSetting } from "@glovebox/host-api/guest";
import { makeImports } from "@glovebox/host-api/guest-registry";
import type { JsonValue } from "@glovebox/host-api/json";
import { CAPABILITIES } from "@glovebox/host-api/registry";
import fc from "fast-check";
import { makePowers } from "../../runtime/powers/make-powers.ts";
import { makeMemoryStore } from "../helpers/memory-store.ts";
import { duringCall, makeScope } from "../helpers/loopback.ts";

const powers = {
  ...makePowers({
    openBeneath: () => assert.fail(),
    resolveHost: () => assert.fail(),
    sendHttp: () => assert.fail(),
    readSecret: () => assert.fail(),
  }),
  openKeyValue: makeMemoryStore,
};

function makeBroker(name: keyof typeof CAPABILITIES, grant: unknown): CapabilityBroker {
  const capability = CAPABILITIES[name];
  return capability.makeBroker(
    capability.parseGrant(grant),
    { plugin: "test", folder: "/nowhere" },
    powers,
  );
}

const OPERATIONS = Object.assign(
  {},
  makeBroker("kv", true).operations,
  makeBroker("env", { UNITS: "metric" }).operations,
  makeBroker("clock", true).operations,
  makeBroker("random", true).operations,
) as CapabilityBroker["operations"];

/** A call that has ended, so that no sleep outlives its test. */
const SCOPE = makeScope(AbortSignal.abort());

async function ask(operation: string, request: HostRequest): Promise<unknown> {
  try {
    return await OPERATIONS[operation]?.(request, SCOPE);
  } catch (error) {
    return error;
  }
}

const BODY = new Uint8Array(0);
const HUGE = "x".repeat(1_000_000);
const HOSTILE: readonly JsonValue[] = [
  null,
  true,
  "",
  -1,
  0.5,
  1e308,
  Number.MAX_SAFE_INTEGER,
  Number.NaN,
  Number.POSITIVE_INFINITY,
  HUGE,
  "a\0b",
  "\ud800",
  [],
  ["a"],
  {},
  { length: 1 },
  { toString: "a" },
  JSON.parse('{"__proto__": {"length": 1}}'),
];

/** What each operation takes; anything else in a place must be refused. */
const TAKES: Readonly<Record<string, readonly JsonValue[]>> = {
  "kv.get": ["key"],
  "kv.set": ["key"],
  "kv.delete": ["key"],
  "kv.keys": ["", "key"],
  "env.get": ["UNITS"],
  "env.all": [],
  "clock.now": [],
  "clock.sleep": [1],
  "random.bytes": [1],
};

/** Hostile values that an operation does take, by operation and place. */
const TAKEN: ReadonlySet<string> = new Set([
  'kv.keys 0 ""',
  "kv.keys 1 null",
  'kv.keys 1 ""',
  'env.get 0 ""',
]);

test("every operation is in the table of attacks", () => {
  assert.deepEqual(Object.keys(OPERATIONS).toSorted(), Object.keys(TAKES).toSorted());
});

for (const [operation, good] of Object.entries(TAKES)) {
  test(`${operation} refuses hostile values in every place`, async () => {
    for (const place of good.keys()) {
      for (const value of HOSTILE) {
        if (TAKEN.has(`${operation} ${place} ${JSON.stringify(value)}`) && !Number.isNaN(value))
          continue;
        const answer = await ask(operation, { args: good.with(place, value), body: BODY });
        assert.ok(
          answer instanceof HostError,
          `${operation} took ${JSON.stringify(value)?.slice(0, 50)}`,
        );
        assert.ok(["invalid-argument", "too-large"].includes(answer.tag), answer.tag);
      }
    }
  });

  test(`${operation} refuses missing and further arguments and a body that it does not take`, async () => {
    const requests = [
      { args: [...good, null], body: BODY },
      ...(good.length > 0 ? [{ args: good.slice(1), body: BODY }] : []),
      { args: good, body: new Uint8Array(operation === "kv.set" ? 1024 * 1024 + 1 : 1) },
    ];
    for (const request of requests) {
      const answer = await ask(operation, request);
      assert.ok(
        answer instanceof HostError && ["invalid-argument", "too-large"].includes(answer.tag),
      );
    }
  });

  test(`${operation} answers JSON or throws HostError, whatever it is asked`, async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.jsonValue()), fc.uint8Array(), async (args, body) => {
        const answer = await ask(operation, { args: args as JsonValue[], body });
        if (answer instanceof HostError) assert.ok(HOST_ERROR_TAGS.includes(answer.tag));
        else assert.ok(typeof answer === "object" && answer !== null && "value" in answer);
      }),
      { numRuns: 100 },
    );
  });
}

test("an operation cannot be reached by a name of the prototype", () => {
  for (const name of ["toString", "constructor", "__proto__", "hasOwnProperty"]) {
    assert.ok(!Object.hasOwn(OPERATIONS, name));
  }
});

/** What a guest's functions send, under a channel that answers nothing. */
function record(): { imports: Record<string, Record<string, unknown>>; sent: unknown[] } {
  const sent: unknown[] = [];
  const setting: GuestSetting = {
    channel: {
      call(operation, args, body) {
        sent.push([operation, args, body]);
        throw new GuestRefusal("not-permitted");
      },
    },
    note: (name, args) => void sent.push([name, args]),
    granted: new Set(["kv", "env", "clock", "random"]),
    call: { context: null },
    ...duringCall(),
  };
  return { imports: makeImports(setting), sent };
}

test("no argument of a guest makes a frame that is too long for the channel", () => {
  const { imports, sent } = record();
  const bytes = new Uint8Array(20_000_000);
  const attacks: readonly [string, string, readonly unknown[]][] = [
    ["glovebox:plugin/kv", "getValue", [HUGE]],
    ["glovebox:plugin/kv", "setValue", [HUGE, bytes]],
    ["glovebox:plugin/kv", "setValue", ["k", bytes]],
    ["glovebox:plugin/kv", "deleteValue", [HUGE]],
    ["glovebox:plugin/kv", "listKeys", [HUGE, HUGE]],
    ["glovebox:plugin/kv", "listKeys", ["", HUGE]],
    ["glovebox:plugin/env", "getValue", [HUGE]],
    ["glovebox:plugin/log", "write", ["info", HUGE]],
    ["glovebox:plugin/progress", "report", [1, 2, HUGE]],
    ["wasi:logging/logging", "log", ["info", HUGE, HUGE]],
  ];
  for (const [key, name, args] of attacks) {
    const operation = imports[key]?.[name];
    assert.ok(typeof operation === "function", `${key} ${name}`);
    try {
      operation(...args);
    } catch (error) {
      assert.ok(
        typeof error === "string" && HOST_ERROR_TAGS.includes(error as never),
        String(error),
      );
    }
  }
  for (const one of sent) assert.ok(JSON.stringify(one).length < 65_536);
});

test("secure randomness is never replaced by zeros, and no request for it is unbounded", () => {
  const { imports } = record();
  const { getRandomBytes, getRandomU64 } = imports["wasi:random/random"] as Record<
    string,
    (length?: bigint) => unknown
  >;
  assert.throws(() => getRandomBytes?.(8n), Error);
  assert.throws(() => getRandomU64?.(), Error);
  assert.throws(() => getRandomBytes?.(2n ** 64n - 1n), Error);
  const { getInsecureRandomBytes } = imports["wasi:random/insecure"] as Record<
    string,
    (length: bigint) => unknown
  >;
  assert.deepEqual(getInsecureRandomBytes?.(2n), new Uint8Array(2));
  assert.throws(() => getInsecureRandomBytes?.(2n ** 64n - 1n), Error);
});

test("a clock that nobody granted does not follow the time", () => {
  const imports = makeImports({
    channel: { call: () => assert.fail("asked") },
    note: () => {},
    granted: new Set(),
    call: { context: null },
    ...duringCall(),
  });
  const clock = imports["wasi:clocks/monotonic-clock"] as {
    now(): bigint;
    subscribeInstant(when: bigint): { ready(): boolean };
    subscribeDuration(duration: bigint): { ready(): boolean };
  };
  const first = clock.now();
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 20);
  assert.equal(clock.now() - first, 1_000_000n);
  assert.ok(clock.subscribeInstant(0n).ready());
  const u64Max = 2n ** 64n - 1n;
  assert.ok(clock.subscribeDuration(u64Max).ready());
  assert.equal(clock.now(), u64Max);
});
