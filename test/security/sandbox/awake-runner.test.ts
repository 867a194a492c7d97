// A runner that was told to wait awake for the next call does so for a moment, whatever its plugin has done to the clocks.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { makeProcessPowers } from "../../../runtime/powers/process.ts";
import { DEFAULT_LIMITS } from "../../../runtime/sandbox/limits.ts";
import { openSandbox } from "../../../runtime/sandbox/open-sandbox.ts";
import { SEALED_FOLDER } from "../../../runtime/sandbox/programs.ts";
import { descendantsOf } from "../../helpers/served-workspace.ts";

/** What generated code can reach, made to stand still; and each call says which numbers of a time it saw. */
const STOPS_CLOCKS = `(() => {
  const still = () => 0;
  performance.now = still;
  Object.getPrototypeOf(performance).now = still;
  Date.now = still;
  Function.prototype.call = Function.prototype.apply = Function.prototype.bind = () => still;
  return () => () => ({ tools: { callTool: () => String(performance.now()) } });
})()`;

const CALLS = 50;

test(
  "a runner does not stay awake for long",
  { skip: process.platform !== "linux", timeout: 30_000 },
  async () => {
    const sandbox = await openSandbox(makeProcessPowers(SEALED_FOLDER), { spareRunners: 0 });
    try {
      const plugin = sandbox.openPlugin({
        plugin: "p",
        transpiled: { script: new TextEncoder().encode(STOPS_CLOCKS), modules: [] },
        limits: DEFAULT_LIMITS,
        granted: [],
        brokers: [],
      });
      const { signal } = new AbortController();
      for (let call = 0; call < CALLS; call += 1) {
        const scope = { callId: `c${call}`, plugin: "p", tool: "t", signal };
        const { value } = await plugin.call({
          scope,
          export: ["tools", "callTool"],
          args: [],
          context: null,
        });
        assert.equal(value, "0");
      }
      // Before it is stopped, which is after a quarter of a second.
      await sleep(50);
      const before = cpuMsOfRunners();
      await sleep(150);
      assert.ok(cpuMsOfRunners() - before <= 20, "a runner is awake");
    } finally {
      await sandbox.close();
    }
  },
);

function cpuMsOfRunners(): number {
  const pids = descendantsOf(process.pid);
  assert.ok(pids.length > 0);
  return pids.reduce((sum, pid) => {
    const stat = readFileSync(`/proc/${pid}/stat`, "latin1");
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    return sum + (Number(fields[11]) + Number(fields[12])) * 10;
  }, 0);
}
