// A timer of Node that is set for longer than 2^31 ms rings at once: with `every: 30d` a server attacked itself without a
// pause. And a server that went on because an escape was waived went on when the waiver had ended, up to the next run, or
// for good where there is none. Costs no process, about 0.1 s.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { PLAIN_STEPS, type ConsideredCall } from "../../runtime/call.ts";
import { makeProbeWatch, type ProbeWatchSetting } from "../../runtime/cli/serving/watch-probes.ts";
import type { ProbeRun } from "../../runtime/debt/probe-result.ts";

const DAY_MS = 24 * 60 * 60_000;
const CALL = {} as ConsideredCall;
const SILENT = { info: () => undefined, warn: () => undefined };
const AUDIENCE = {
  audit: { write: () => undefined, close: () => undefined },
  alert: () => Promise.resolve(),
};

function runThat(held: boolean): ProbeRun {
  const result = {
    id: "files.climb",
    ring: 2,
    claim: "It holds",
    held,
    says: "so it was",
  } as const;
  return { at: "2026-11-22T00:00:00.000Z", results: [result] };
}

const watchOver = (setting: Partial<ProbeWatchSetting>) =>
  makeProbeWatch({
    configuration: { waivers: [], probes: {} },
    mode: "production",
    log: SILENT,
    attack: () => Promise.resolve(runThat(true)),
    ...setting,
  })!;

const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

describe("a server that attacks itself every so often", () => {
  it("waits as long as it was told, however long that is", async () => {
    let runs = 0;
    const watch = watchOver({
      configuration: { waivers: [], probes: { everyMs: 30 * DAY_MS } },
      attack: () => Promise.resolve(runThat((runs += 1) > 0)),
    });
    watch.begin(AUDIENCE);
    await sleep(100);
    assert.equal(runs, 1);
    await watch.close();
  });

  it("ends when the waiver does that made it go on after an escape", async (t) => {
    t.mock.timers.enable({ apis: ["Date"], now: Date.parse("2026-11-22T23:59:00.000Z") });
    const waivers = [{ gate: "probes", reason: "it is known", until: "2026-11-22" }];
    const watch = watchOver({
      configuration: { waivers, probes: {} },
      attack: () => Promise.resolve(runThat(false)),
    });
    const steps = watch.guard(PLAIN_STEPS);
    watch.begin(AUDIENCE);
    await sleep(5);
    assert.equal(watch.isReady(), true);
    assert.deepEqual(steps.consent(CALL), { kind: "go" });
    t.mock.timers.setTime(Date.parse("2026-11-23T00:00:00.000Z"));
    const answer = steps.release(CALL, { content: [] });
    assert.equal((await answer).error?.error_code, "SERVER_STOPPING");
    assert.equal(watch.isReady(), false);
    assert.equal((await steps.consent(CALL)).kind, "refuse");
    assert.equal((await watch.stopped).code, "ERR_PROBE_ESCAPED");
  });

  it("goes on in development where a run itself fails, as it does at an escape", async () => {
    const watch = watchOver({
      mode: "development",
      attack: () => Promise.reject(new Error("nobody foresaw this")),
    });
    watch.begin(AUDIENCE);
    const ended = await Promise.race([watch.stopped, sleep(20)]);
    assert.equal(ended, undefined);
    assert.equal(watch.isReady(), true);
  });
});
