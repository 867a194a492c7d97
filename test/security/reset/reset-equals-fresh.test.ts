// A containment claim, proved by comparison: what a call does on an instance that was restored is, to the letter, what it
// does on one that was only just made. And the comparison itself is tried: each part that is left out must show.
//
//     GLOVEBOX_SEQUENCES=10     ten times as many
//     GLOVEBOX_SEED=12345       the same again
import assert from "node:assert/strict";
import { test } from "node:test";
import { inspect } from "node:util";
import type { StateImage } from "../../../runtime/sandbox/runner/image/state-image.ts";
import { CAN_COMPILE_C, cGuest, GUEST_FOLDER } from "../../helpers/c-guest.ts";
import { fixturePackage } from "../../helpers/fixture-package.ts";
import { leftoverComponent, PLACES } from "../../helpers/leftover-component.ts";
import { NESTED_PLACES, nestedComponent } from "../../helpers/nested-component.ts";
import {
  fixtureCall,
  leftoverCall,
  nestedCall,
  wasiCall,
  type NextCall,
} from "../../helpers/random-calls.ts";
import {
  makeChoices,
  openResettable,
  type GuestCall,
  type ResettableGuest,
} from "../../helpers/resettable-guest.ts";
import { wasiGuest } from "../../helpers/wasi-guest.ts";

const TIMES = Number(process.env["GLOVEBOX_SEQUENCES"] ?? 1);
const SEED = Number(process.env["GLOVEBOX_SEED"] ?? Math.floor(Math.random() * 2 ** 31));
const CALLS_MAX = 6;

interface Subject {
  readonly name: string;
  readonly sequences: number;
  /** Different calls to draw from. Each is made once on a new instance. */
  readonly calls: number;
  readonly next: NextCall;
  readonly component: () => Promise<Uint8Array>;
}

const fixture = (engine: "quickjs" | "spidermonkey") => async () =>
  (await fixturePackage(GUEST_FOLDER, engine)).component;

const SUBJECTS: readonly Subject[] = [
  {
    name: "every place of WebAssembly",
    sequences: 60_000,
    calls: 5000,
    next: leftoverCall(PLACES),
    component: leftoverComponent,
  },
  {
    name: "components inside a component",
    sequences: 1500,
    calls: 80,
    next: nestedCall(NESTED_PLACES),
    component: nestedComponent,
  },
  ...(CAN_COMPILE_C
    ? [{ name: "C", sequences: 40_000, calls: 5000, next: fixtureCall, component: cGuest }]
    : []),
  {
    name: "QuickJS",
    sequences: 4000,
    calls: 500,
    next: fixtureCall,
    component: fixture("quickjs"),
  },
  { name: "QuickJS with WASI", sequences: 1000, calls: 300, next: wasiCall, component: wasiGuest },
  {
    name: "SpiderMonkey",
    sequences: 200,
    calls: 60,
    next: fixtureCall,
    component: fixture("spidermonkey"),
  },
];

/** What a call does on a new instance depends on the call alone, so each is made only once. */
function freshAnswers(guest: ResettableGuest): (call: GuestCall) => string {
  const fresh = guest.open("fresh");
  const known = new Map<GuestCall, string>();
  return (call) => {
    const answer = known.get(call) ?? fresh.call(call);
    known.set(call, answer);
    return answer;
  };
}

for (const { name, sequences, calls: different, next, component } of SUBJECTS) {
  const count = sequences * TIMES;
  test(`${name}: ${count} random sequences of calls, each call as on a new instance (seed ${SEED})`, async () => {
    const guest = await openResettable(await component());
    assert.equal(guest.refused, undefined);
    const random = makeChoices(SEED);
    const pool = Array.from({ length: different * TIMES }, () => next(random));
    const fresh = freshAnswers(guest);
    const reset = guest.open("reset");
    let calls = 0;
    for (let sequence = 0; sequence < count; sequence += 1) {
      const done: GuestCall[] = [];
      for (let left = 1 + random(CALLS_MAX); left > 0; left -= 1) {
        const call = pool[random(pool.length)]!;
        done.push(call);
        calls += 1;
        const found = reset.call(call);
        if (found !== fresh(call)) {
          assert.equal(found, fresh(call), `sequence ${sequence}: ${JSON.stringify(done)}`);
        }
      }
      // Only what was told is restored: this looks at all of it.
      assert.ok(reset.isAsMade(), `sequence ${sequence}: ${JSON.stringify(done)}`);
      // A turn of the event loop, as in the runner: without one nothing is ever collected.
      if (sequence % 50 === 0) await new Promise((resolve) => setImmediate(resolve));
    }
    assert.ok(reset.made < calls, "an instance was never used twice");
    console.log(`${name}: ${calls} calls on ${reset.made} instances`);
  });
}

test("after each call the binding code's state reads as before the first", async () => {
  const guest = await openResettable(await leftoverComponent());
  const reset = guest.open("reset");
  const random = makeChoices(SEED);
  const before = describe(reset.instance());
  for (let left = 300; left > 0; left -= 1) {
    reset.call(leftoverCall(PLACES)(random));
    assert.equal(describe(reset.instance()), before);
  }
});

/** Another way to look at it than the one that restores. What the engine hides (a function's code) does not change. */
function describe({
  hook,
  core,
}: ReturnType<ReturnType<ResettableGuest["open"]>["instance"]>): string {
  return inspect([hook?.read(), core.map(({ exports }) => Object.values(exports))], {
    depth: 12,
    maxArrayLength: null,
    sorted: true,
  });
}

// What nothing outside can see (a counter of the binding code) is caught by reading the state, everything else by a call.
const CAUGHT_BY: Readonly<Record<StateImage["part"], "a call" | "the state">> = {
  memories: "a call",
  globals: "a call",
  "binding objects": "a call",
  imports: "a call",
  "binding variables": "the state",
};

for (const [part, by] of Object.entries(CAUGHT_BY) as [StateImage["part"], string][]) {
  test(`without restoring ${part}, the comparison fails: seen in ${by}`, async () => {
    const guest = await openResettable(await leftoverComponent());
    const fresh = freshAnswers(guest);
    const reset = guest.open("reset", part);
    const before = describe(reset.instance());
    const random = makeChoices(SEED);
    const calls = Array.from({ length: 500 }, () => leftoverCall(PLACES)(random));
    const differing = calls.filter((call) =>
      by === "a call"
        ? reset.call(call) !== fresh(call)
        : (reset.call(call), describe(reset.instance()) !== before),
    );
    assert.notEqual(differing.length, 0);
  });
}
