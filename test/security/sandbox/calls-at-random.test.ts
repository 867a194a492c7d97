// Calls of every kind at random on one pool, cancelled, killed, held up and closed at any moment: each ends once and as it may,
// what it does is done once and in its own name, and afterwards every place is free.
import assert from "node:assert/strict";
import { test } from "node:test";
import { setImmediate as turn, setTimeout as sleep } from "node:timers/promises";
import * as fc from "fast-check";
import type { CapabilityBroker } from "@glovebox/host-api/capability";
import { SandboxError } from "../../../runtime/sandbox/errors.ts";
import type { Isolation, PluginCall } from "../../../runtime/sandbox/sandbox.ts";
import { makeCall } from "../../helpers/hostile-channel.ts";
import { openSocketPool, type SocketPool } from "../../helpers/socket-pool.ts";

const RUNS = 60;
const CONCURRENT = 3;
const ASKS = 2;
const SHORT_DEADLINE_MS = 30;
const LARGE = "x".repeat(6000);

type Step =
  | {
      readonly t: "calls";
      readonly what: string;
      readonly count: number;
      readonly cancelAfter?: number;
    }
  | { readonly t: "kill"; readonly which: number }
  | { readonly t: "wait" | "block"; readonly ms: number }
  | { readonly t: "warm" }
  | { readonly t: "close" };

const WHATS = ["echo", "echo", "echo", "ask", "ask", "sleep", "large", "trap", "late", "die"];
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 12,
    arbitrary: fc.record(
      {
        t: fc.constant("calls" as const),
        what: fc.constantFrom(...WHATS),
        count: fc.constantFrom(1, 1, 2, 7, 25),
        cancelAfter: fc.nat(8),
      },
      { requiredKeys: ["t", "what", "count"] },
    ),
  },
  { weight: 4, arbitrary: fc.constant({ t: "warm" as const }) },
  { weight: 2, arbitrary: fc.record({ t: fc.constant("kill" as const), which: fc.nat(2) }) },
  { weight: 4, arbitrary: fc.record({ t: fc.constant("wait" as const), ms: fc.nat(12) }) },
  { weight: 1, arbitrary: fc.record({ t: fc.constant("block" as const), ms: fc.nat(130) }) },
  { weight: 1, arbitrary: fc.constant({ t: "close" as const }) },
);

const isolation = fc.constantFrom<Isolation>("plugin", "plugin", "plugin", "call");

interface Made {
  readonly id: string;
  readonly what: string;
  readonly isCancelled: () => boolean;
  readonly settled: Promise<string>;
  spent: number;
  ended: number;
  asked: number;
}

/** One pool, all calls that were made of it, and what came of them. */
class Scene {
  readonly made = new Map<string, Made>();
  readonly wrong: string[] = [];
  opened!: SocketPool;
  isClosed = false;
  runnersMax = CONCURRENT;
  kills = 0;
  /** While it is set, calls that ask wait until so many do. */
  gate:
    | { readonly count: number; inside: number; readonly open: PromiseWithResolvers<void> }
    | undefined;

  async open(kind: Isolation): Promise<void> {
    // Where each call has a process of its own, one is made ahead of the next.
    if (kind === "call") this.runnersMax += 1;
    const watcher: CapabilityBroker = {
      operations: {},
      endCall: (callId) => void (this.find(callId).ended += 1),
    };
    this.opened = await openSocketPool({
      isolation: kind,
      limits: { concurrentCalls: CONCURRENT, queuedCalls: 20, deadlineMs: 20_000 },
      operations: {
        "kv.get": async ({ args }, { callId }) => {
          this.find(callId).asked += 1;
          if (args[0] !== callId) this.wrong.push(`asked for another as ${callId}`);
          const { gate } = this;
          if (gate) {
            gate.inside += 1;
            if (gate.inside === gate.count) gate.open.resolve();
            await gate.open.promise;
          } else if (this.made.size % 3 === 0) await sleep(1);
          return { value: true, body: Buffer.from(callId) };
        },
      },
      watcher,
    });
  }

  find(id: string): Made {
    const made = this.made.get(id);
    assert.ok(made, `nobody made ${id}`);
    return made;
  }

  call(what: string, cancelAfter?: number): Made {
    const id = `call ${this.made.size}`;
    const cancel = new AbortController();
    const args = {
      ask: ["ask", id, ASKS],
      sleep: ["sleep", id, this.made.size % 4 === 0 ? 120 : 4],
      late: ["sleep", id, 10 * SHORT_DEADLINE_MS],
      large: ["echo", id, LARGE],
    }[what] ?? [what, id];
    const base = makeCall(id, { args, onSpent: () => void (made.spent += 1) });
    const call: PluginCall = {
      ...base,
      scope: { ...base.scope, signal: cancel.signal },
      ...(what === "late" ? { deadlineMs: SHORT_DEADLINE_MS } : {}),
    };
    const settled = Promise.try(async () => {
      const { value } = await this.opened.pool.call(call);
      return `answered ${JSON.stringify(value)}`;
    }).catch((error: unknown) => (error instanceof SandboxError ? error.code : String(error)));
    const isCancelled = (): boolean => cancel.signal.aborted;
    const made: Made = { id, what, isCancelled, settled, spent: 0, ended: 0, asked: 0 };
    this.made.set(id, made);
    if (cancelAfter !== undefined) void cancelLater(cancel, cancelAfter);
    return made;
  }

  async take(taken: Step): Promise<void> {
    if (taken.t === "calls")
      // Many deaths in a row make the pool wait for long before it starts another runner.
      for (let count = 0; count < (taken.what === "die" ? 1 : taken.count); count += 1)
        this.call(taken.what, count % 2 === 0 ? taken.cancelAfter : undefined);
    else if (taken.t === "kill") {
      const alive = this.opened.alive();
      const channel = alive[taken.which % Math.max(alive.length, 1)];
      this.kills += channel ? 1 : 0;
      channel?.end(new SandboxError("ERR_RUNNER_DIED", "killed"));
    } else if (taken.t === "warm") {
      const one = async (): Promise<void> => {
        for (let count = 0; count < 25; count += 1) await this.call("echo").settled;
      };
      await Promise.all(Array.from({ length: CONCURRENT }, one));
    } else if (taken.t === "close") {
      // Nearly always the rest is of more interest.
      if (this.made.size % 5 !== 0) return;
      this.isClosed = true;
      await this.opened.pool.close();
    } else if (taken.t === "wait") await sleep(taken.ms);
    else for (const untilMs = performance.now() + taken.ms; performance.now() < untilMs;);
  }

  async assertSettled(): Promise<void> {
    const timer = new AbortController();
    const tooLate = sleep(15_000, "pending", { signal: timer.signal });
    tooLate.catch(() => {});
    const deaths = this.kills + [...this.made.values()].filter(({ what }) => what === "die").length;
    let died = 0;
    for (const made of this.made.values()) {
      const end = await Promise.race([made.settled, tooLate]);
      died += end === "ERR_RUNNER_DIED" ? 1 : 0;
      assert.ok(this.#mayEndAs(made, end), `${made.what} ended as ${end}`);
    }
    timer.abort();
    assert.ok(died <= deaths, `${died} of ${deaths} died`);
    // What was begun when the runner ended goes on in the broker for a moment.
    await turn();
    await sleep(3);
    for (const { id, what, spent, ended, asked, settled } of this.made.values()) {
      const end = await settled;
      assert.ok(spent === ended && spent <= 1, `${id} (${what}): ${spent} spent, ${ended} ended`);
      if (end.startsWith("answered")) assert.equal(spent, 1);
      if (end === "ERR_OVERLOADED") assert.equal(spent, 0);
      if (what !== "ask") assert.equal(asked, 0);
      else if (end.startsWith("answered")) assert.equal(asked, ASKS);
      else assert.ok(asked <= ASKS);
    }
    assert.deepEqual(this.wrong, []);
    assert.ok(this.opened.aliveMax() <= this.runnersMax, `${this.opened.aliveMax()} runners`);
  }

  #mayEndAs({ id, what, isCancelled }: Made, end: string): boolean {
    if (end === "ERR_CALL_CANCELLED") return isCancelled() || this.isClosed;
    if (end === "ERR_RUNNER_DIED" || end === "ERR_OVERLOADED") return true;
    if (what === "trap") return end === "ERR_CALL_TRAP";
    if (what === "late") return end === "ERR_CALL_DEADLINE";
    const value = what === "ask" ? [id, id] : id;
    return what !== "die" && end === `answered ${JSON.stringify(value)}`;
  }

  /** As many calls as there are places run at one time. */
  async assertPlacesAreFree(): Promise<void> {
    for (let tries = 0; ; tries += 1) {
      const open = Promise.withResolvers<void>();
      const gate = { count: CONCURRENT, inside: 0, open };
      this.gate = gate;
      const all = Array.from({ length: CONCURRENT }, async () => {
        const end = await this.call("ask").settled;
        if (end === "ERR_OVERLOADED") open.resolve();
        return end;
      });
      let isLost = false;
      const timer = setTimeout(() => {
        isLost = true;
        open.resolve();
      }, 5000);
      const ends = await Promise.all(all);
      clearTimeout(timer);
      this.gate = undefined;
      assert.equal(isLost, false, "a place was lost");
      assert.ok(this.opened.alive().length <= this.runnersMax);
      // Runners that broke are not started again at once.
      if (ends.includes("ERR_OVERLOADED") && tries < 100) await sleep(100);
      else return assert.equal(gate.inside, CONCURRENT * ASKS, ends.join(", "));
    }
  }
}

async function cancelLater(cancel: AbortController, turns: number): Promise<void> {
  for (let count = 0; count < turns; count += 1) await turn();
  cancel.abort();
}

test("whatever comes at once, each call ends once and as it may, and every place is free again", async () => {
  let behind = 0;
  await fc.assert(
    fc.asyncProperty(
      isolation,
      fc.array(step, { minLength: 4, maxLength: 24 }),
      async (kind, steps) => {
        const scene = new Scene();
        await scene.open(kind);
        try {
          await scene.take({ t: "warm" });
          for (const taken of steps) await scene.take(taken);
          await scene.assertSettled();
          if (!scene.isClosed) await scene.assertPlacesAreFree();
          behind += scene.opened.behind();
        } finally {
          await scene.opened.close();
        }
      },
    ),
    { numRuns: RUNS },
  );
  assert.ok(behind > 0, "no call was sent behind another");
});
