// The probe itself: an attempt that is refused where nothing refuses it would show nothing.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { closeSync, openSync } from "node:fs";
import { test } from "node:test";
import type { ProbeReport } from "../../runtime/sandbox/seal/probe-report.ts";
import { NOBODY, nodeForEverybody, openSealBench } from "../helpers/seals.ts";

const bench = await openSealBench();
const DEADLINE_MS = 30_000;

/** What the kernel refuses to an ordinary user, or may have been built without, seal or no seal. */
const REFUSED_ANYWAY = new Set([
  "open a socket (packet)",
  "open a socket (alg)",
  "open a socket (vsock)",
  "open a socket (xdp)",
  "make a file of memory",
  "watch files",
  "change the broker's limits",
  "compare processes",
  "trace the broker",
  "read or write the broker's memory",
  "change how the broker is scheduled",
  "mount",
  "change namespaces",
  "change the machine",
  "reach the processor's own tables",
  "read the kernel's log",
  "load a kernel module",
  "use io_uring",
  "use bpf",
  "use kernel keys",
  "use userfaultfd",
  "measure performance events",
  "see what the machine has cached",
  "hold a capability",
]);

if (process.platform === "linux") {
  test("every attempt gets through where there is no seal, but for what an ordinary user may not do anyway", (t) => {
    const left = openSync(import.meta.filename, "r");
    t.after(() => closeSync(left));
    const { status, output } = spawnSync(
      nodeForEverybody(bench.folder),
      ["--no-warnings", `${bench.folder}/probe.cjs`, String(process.pid), "untightened"],
      {
        // The last is what a broker would have left open: whether another one leaks depends on who started the tests.
        stdio: ["ignore", "ignore", "inherit", "pipe", left],
        env: { HOME: "/" },
        cwd: "/",
        encoding: "utf8",
        timeout: DEADLINE_MS,
        killSignal: "SIGKILL",
        ...(process.getuid!() === 0 ? { uid: NOBODY, gid: NOBODY } : {}),
      },
    );
    assert.equal(status, 0);
    const { denied, allowed } = JSON.parse(output[3]!) as ProbeReport;
    assert.deepEqual(
      denied.filter((name) => !REFUSED_ANYWAY.has(name)),
      [],
    );
    assert.ok(allowed.length > REFUSED_ANYWAY.size);
  });
}
