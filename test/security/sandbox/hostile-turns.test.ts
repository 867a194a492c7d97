// A runner that is in other hands, with calls behind the one that it runs: whatever it says, and in whatever order, a call is
// answered once, by words that were said in its own turn; what was done was done in its turn and name; and what has not begun
// has done nothing.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { setImmediate as turn } from "node:timers/promises";
import * as fc from "fast-check";
import { NotBegun } from "../../../runtime/sandbox/calls-behind.ts";
import { SandboxError } from "../../../runtime/sandbox/errors.ts";
import { makeCall, makeTerms } from "../../helpers/hostile-channel.ts";
import { frameOf, openSocketRoom, type SocketRoom } from "../../helpers/socket-channel.ts";

const RUNS = 400;

let room: SocketRoom;
before(async () => {
  room = await openSocketRoom();
});
after(() => room.close());

/** What the runner says of the call that is `ahead` of the first that it has not answered, as it counts them. */
type Words =
  | { readonly t: "result" | "trap" | "host" | "note"; readonly ahead: number }
  | { readonly t: "garbage" };
type Step =
  | { readonly t: "call"; readonly count: number; readonly isLarge?: true }
  | { readonly t: "cancel"; readonly which: number }
  | { readonly t: "say"; readonly words: readonly Words[] }
  | { readonly t: "turn" }
  | { readonly t: "end" };

const mostlyItsTurn = fc.constantFrom(...Array.from({ length: 40 }, () => 0), 1, 1, 2, -1);
const words: fc.Arbitrary<Words> = fc.oneof(
  {
    weight: 40,
    arbitrary: fc.record({
      t: fc.constantFrom("result", "result", "trap", "host", "note"),
      ahead: mostlyItsTurn,
    }),
  },
  { weight: 1, arbitrary: fc.constant({ t: "garbage" as const }) },
);
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record(
      {
        t: fc.constant("call" as const),
        count: fc.constantFrom(1, 2, 5, 20),
        isLarge: fc.constant(true as const),
      },
      { requiredKeys: ["t", "count"] },
    ),
  },
  { weight: 1, arbitrary: fc.record({ t: fc.constant("cancel" as const), which: fc.nat(6) }) },
  {
    weight: 10,
    arbitrary: fc.record({
      t: fc.constant("say" as const),
      words: fc.array(words, { minLength: 1, maxLength: 6 }),
    }),
  },
  { weight: 5, arbitrary: fc.constant({ t: "turn" as const }) },
  { weight: 1, arbitrary: fc.constant({ t: "end" as const }) },
);

interface Made {
  readonly cancel: AbortController;
  end: string | undefined;
  settled: number;
  spent: number;
  ended: number;
  done: number;
}

function settle(made: Made, end: string): void {
  made.settled += 1;
  made.end = end;
}

function nameOf(error: unknown): string {
  if (error instanceof NotBegun) return "not begun";
  return error instanceof SandboxError ? error.code : String(error);
}

test("no call is answered out of its turn, twice, or by what was said of another", async () => {
  const seen = { answered: 0, notBegun: 0, breach: 0, performed: 0 };
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 3, maxLength: 30 }), async (steps) => {
      const made: Made[] = [];
      const wrong: string[] = [];
      /** What the runner said, by its token, and of which call. */
      const said: { readonly id: number; readonly token: number }[] = [];
      const terms = makeTerms(
        {
          "kv.get": async ({ args }, { callId }) => {
            const call = made[Number(callId)]!;
            // What is thrown here is answered to the runner.
            if (said[Number(args[0])]?.id !== idOf[Number(callId)]) wrong.push("another's name");
            if (call.settled > 0) wrong.push("a call that is over");
            call.done += 1;
            seen.performed += 1;
            await turn();
            return { value: null };
          },
        },
        { deadlineMs: 20_000 },
      );
      const brokers = [
        { operations: {}, endCall: (callId: string) => void (made[Number(callId)]!.ended += 1) },
      ];
      /** The number that the channel gave to each call. */
      const idOf: Record<number, number> = {};
      const { channel, runner } = await room.open({ startMsMax: 60_000, loadMsMax: 60_000 });
      runner.resume();
      runner.write(frameOf({ t: "ready", protocol: 1 }));
      await channel.started;
      const isLoaded = channel.load({ script: Buffer.from("()=>{}"), modules: [] }, []);
      runner.write(frameOf({ t: "loaded" }));
      await isLoaded;
      let next = 1;
      let seq = 0;
      const call = (isLarge: boolean): void => {
        const number = made.length;
        const cancel = new AbortController();
        const one: Made = { cancel, end: undefined, settled: 0, spent: 0, ended: 0, done: 0 };
        made.push(one);
        const args = isLarge ? ["x".repeat(6000)] : [];
        const base = makeCall(String(number), { args, onSpent: () => void (one.spent += 1) });
        const before = channel.calls;
        const promise = channel.call(
          { ...base, scope: { ...base.scope, signal: cancel.signal } },
          { ...terms, brokers },
        );
        if (channel.calls > before) idOf[number] = channel.calls;
        promise.then(
          ({ value }) => settle(one, `answered ${JSON.stringify(value)}`),
          (error: unknown) => settle(one, nameOf(error)),
        );
      };
      const frameFor = (word: Words): Buffer | [] => {
        if (word.t === "garbage") return Buffer.from("garbage!");
        // To speak of nobody is what it may do by `ahead`.
        if (word.ahead === 0 && next > channel.calls) return [];
        const token = said.length;
        const id = Math.max(0, next + word.ahead);
        said.push({ id, token });
        if (word.t === "host") {
          seq += 1;
          return frameOf({ t: "host", id, seq, op: "kv.get", args: [token] });
        }
        if (word.t === "note") return frameOf({ t: "note", id, op: "log", args: ["info", "x"] });
        next += 1;
        seq = 0;
        return frameOf(
          word.t === "trap" ? { t: "result", id, trap: "trap" } : { t: "result", id, value: token },
        );
      };
      for (const taken of steps) {
        if (taken.t === "call")
          for (let count = 0; count < taken.count; count += 1) {
            if (channel.state === "idle" || channel.room > 0)
              call(taken.isLarge === true && count % 5 === 4);
          }
        else if (taken.t === "cancel") made.at(-1 - taken.which)?.cancel.abort();
        else if (taken.t === "say") {
          // Mostly it waits for what it asked, as it must.
          const asks = taken.words.findIndex(({ t }) => t === "host");
          const isPatient = asks >= 0 && taken.words.length < 6;
          const spoken = isPatient ? taken.words.slice(0, asks + 1) : taken.words;
          runner.write(Buffer.concat(spoken.flatMap(frameFor)));
          for (let turns = 0; turns < (isPatient ? 8 : 0); turns += 1) await turn();
        } else if (taken.t === "turn") for (let turns = 0; turns < 6; turns += 1) await turn();
        else channel.end(new SandboxError("ERR_RUNNER_DIED", "the test ends it"));
      }
      for (let turns = 0; turns < 10; turns += 1) await turn();
      channel.end(new SandboxError("ERR_RUNNER_DIED", "the test is over"));
      await channel.exited;
      for (let turns = 0; turns < 5; turns += 1) await turn();
      assert.deepEqual(wrong, [], "what was done");
      let lastToken = -1;
      for (const [number, one] of made.entries()) {
        assert.equal(one.settled, 1, `call ${number} ended ${one.settled} times`);
        assert.ok(
          one.spent <= 1 && one.ended === one.spent,
          `${one.spent} spent, ${one.ended} ended`,
        );
        if (one.end === "not begun") {
          seen.notBegun += 1;
          assert.equal(one.spent + one.done, 0, "it had begun");
        }
        if (one.done > 0) assert.equal(one.spent, 1);
        if (one.end === "ERR_CHANNEL_BREACH") seen.breach += 1;
        const token = /^answered (\d+)$/.exec(one.end ?? "")?.[1];
        if (token === undefined) {
          assert.match(one.end ?? "", /^(not begun|ERR_[A-Z_]+)$/);
          continue;
        }
        seen.answered += 1;
        assert.equal(said[Number(token)]?.id, idOf[number], "answered by what was said of another");
        assert.ok(Number(token) > lastToken, "answered before its turn");
        lastToken = Number(token);
      }
    }),
    { numRuns: RUNS },
  );
  assert.ok(Math.min(...Object.values(seen)) > RUNS / 50, JSON.stringify(seen));
});
