// Once a runner was tightened, the C library could no longer ask for a thread's priority. V8's locks ask whenever they
// have to wait, and said on stderr that it failed: an honest plugin that makes much garbage wrote some hundred bytes a second
// there, and after half an hour was killed for flooding.
import assert from "node:assert/strict";
import { test } from "node:test";
import { assembleFilter } from "../../runtime/sandbox/seal/seccomp/assemble.ts";
import { AUDIT_ARCH, syscallNumber } from "../../runtime/sandbox/seal/seccomp/numbers.ts";
import { runFilter } from "../helpers/bpf.ts";

for (const arch of ["x64", "arm64"] as const) {
  for (const name of ["sched_getparam", "sched_getscheduler"] as const) {
    test(`${arch}: ${name} answers every runner the same, of whomever it asks: priority 0, and no error`, () => {
      const filter = assembleFilter({ arch, stage: "tight", ownPid: 1 });
      for (const thread of [0n, 1n, 4711n]) {
        const call = { number: syscallNumber(name, arch)!, arch: AUDIT_ARCH[arch], args: [thread] };
        assert.deepEqual(runFilter(filter, call), { errno: 0 });
      }
    });
  }
}
