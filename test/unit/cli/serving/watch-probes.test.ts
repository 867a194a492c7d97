import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { AuditRecord } from "../../../../runtime/audit/record.ts";
import {
  LOCAL_CALLER,
  PLAIN_STEPS,
  type CallableTool,
  type ConsideredCall,
} from "../../../../runtime/call.ts";
import { CliError } from "../../../../runtime/cli/errors.ts";
import { makeProbeWatch, type ProbeWatch } from "../../../../runtime/cli/serving/watch-probes.ts";
import type { ProbeRun } from "../../../../runtime/debt/probe-result.ts";
import { EXIT } from "../../../../runtime/errors.ts";
import type { Configuration } from "../../../../runtime/policy/configuration.ts";
import type { ProbesConfiguration } from "../../../../runtime/policy/read-probes.ts";

const CALL = {} as ConsideredCall;
const TOOL = {} as CallableTool;
const ANSWER = { content: [{ type: "text", text: "an answer" }] } as const;
const AT_START: ProbesConfiguration = {};
const waived = (until: string) => [{ gate: "probes", reason: "it is known", until }];

function runOf(...held: readonly boolean[]): ProbeRun {
  const results = held.map((isHeld, index) => ({
    id: `probe.${index}`,
    ring: 2 as const,
    claim: "It holds",
    held: isHeld,
    says: "so it was",
  }));
  return { at: "2026-11-22T00:00:00.000Z", results };
}

interface Watched {
  readonly watch: ProbeWatch;
  readonly records: readonly AuditRecord[];
  readonly alerts: readonly Readonly<Record<string, string>>[];
  readonly said: readonly string[];
  /** Ends the first run. */
  readonly end: (run: ProbeRun) => Promise<void>;
}

function watchOver(
  mode: Configuration["mode"],
  { probes, waivers = [] }: Partial<Pick<Configuration, "probes" | "waivers">> = {},
): Watched {
  const records: AuditRecord[] = [];
  const alerts: Readonly<Record<string, string>>[] = [];
  const said: string[] = [];
  const first = Promise.withResolvers<ProbeRun>();
  const watch = makeProbeWatch({
    configuration: { waivers, ...(probes ? { probes } : {}) },
    mode,
    log: { info: () => undefined, warn: (text) => void said.push(text) },
    attack: () => first.promise,
  });
  assert.ok(watch);
  watch.begin({
    audit: { write: (record) => void records.push(record), close: () => undefined },
    alert: async (facts) => void alerts.push(facts),
  });
  return {
    watch,
    records,
    alerts,
    said,
    async end(run) {
      first.resolve(run);
      await new Promise((resolve) => setTimeout(resolve, 1));
    },
  };
}

describe("the probes of a server in production", () => {
  it("hold back calls until the first run has held, and let them go on then", async () => {
    const { watch, end, records } = watchOver("production", { probes: AT_START });
    const steps = watch.guard(PLAIN_STEPS);
    assert.equal(watch.isReady(), false);
    const consent = steps.consent(CALL);
    assert.ok(consent instanceof Promise);
    await end(runOf(true, true));
    assert.deepEqual(await consent, { kind: "go" });
    assert.equal(watch.isReady(), true);
    assert.deepEqual(steps.consent(CALL), { kind: "go" });
    assert.equal(steps.release(CALL, ANSWER), ANSWER);
    assert.equal(watch.last?.results.length, 2);
    assert.deepEqual(
      records.map((record) => record.kind === "event" && [record.event, record.detail]),
      [["probes", { held: 2, escaped: [] }]],
    );
  });

  it("end it at an escape: nothing that waits, runs or comes after is answered", async () => {
    const { watch, end, records, alerts, said } = watchOver("production");
    const steps = watch.guard(PLAIN_STEPS);
    const waiting = steps.consent(CALL);
    await end(runOf(true, false));
    const error = await watch.stopped;
    assert.ok(error instanceof CliError);
    assert.deepEqual([error.code, error.exit], ["ERR_PROBE_ESCAPED", EXIT.escaped]);
    const code = (found: unknown): unknown =>
      (found as { error?: { error_code: string } }).error?.error_code;
    assert.equal(code(await waiting), "SERVER_STOPPING");
    assert.equal(code(await steps.consent(CALL)), "SERVER_STOPPING");
    assert.equal(code(await steps.release(CALL, ANSWER)), "SERVER_STOPPING");
    const { refused } = await steps.admit(LOCAL_CALLER, TOOL);
    assert.equal(refused?.error_code, "SERVER_STOPPING");
    assert.equal(watch.isReady(), false);
    assert.deepEqual(
      records.map((record) => record.kind === "event" && [record.event, record.detail]),
      [["probe-escaped", { held: 1, escaped: ["probe.1"] }]],
    );
    assert.deepEqual(alerts, [{ rule: "probes", action: "stop", what: "seen by probe.1" }]);
    assert.match(said.join("\n"), /probe\.1/);
  });

  it("only tell of it while gate `probes` is waived, and not a day longer", async () => {
    const told = watchOver("production", { waivers: waived("2999-01-01") });
    assert.equal(told.watch.isReady(), true);
    await told.end(runOf(false));
    assert.deepEqual(told.watch.guard(PLAIN_STEPS).consent(CALL), { kind: "go" });
    assert.equal(told.alerts[0]?.["action"], "alert");
    await told.watch.close();
    const ended = watchOver("production", { waivers: waived("2020-01-01") });
    await ended.end(runOf(false));
    assert.equal((await ended.watch.stopped).code, "ERR_PROBE_ESCAPED");
  });

  it("count as an escape where the run itself fails", async () => {
    const watch = makeProbeWatch({
      configuration: { waivers: [] },
      mode: "production",
      log: { info: () => undefined, warn: () => undefined },
      attack: () => Promise.reject(new Error("nobody foresaw this")),
    });
    watch?.begin({
      audit: { write: () => undefined, close: () => undefined },
      alert: () => Promise.resolve(),
    });
    const error = await watch?.stopped;
    assert.equal(error?.code, "ERR_PROBE_ESCAPED");
    assert.match(error?.message ?? "", /^The probes could not be run: .*nobody foresaw this/);
    assert.equal(watch?.isReady(), false);
  });
});

describe("the probes of a server in development", () => {
  it("are not run unless the configuration asks for them", () => {
    const setting = {
      mode: "development",
      log: { info: () => undefined, warn: () => undefined },
      attack: () => Promise.resolve(runOf(true)),
    } as const;
    assert.equal(makeProbeWatch({ ...setting, configuration: { waivers: [] } }), undefined);
    assert.ok(makeProbeWatch({ ...setting, configuration: { waivers: [], probes: AT_START } }));
  });

  it("hold nothing back, and only tell", async () => {
    const { watch, end, said } = watchOver("development", { probes: AT_START });
    assert.equal(watch.isReady(), true);
    await end(runOf(false));
    assert.deepEqual(watch.guard(PLAIN_STEPS).consent(CALL), { kind: "go" });
    assert.equal(said.length, 1);
    assert.equal(watch.last?.results[0]?.held, false);
  });
});
