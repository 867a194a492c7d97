// The soak, short: an hour of it is `npm run soak`, whose limits on growth are tighter because its windows are longer.
import assert from "node:assert/strict";
import { test } from "node:test";
import { runSoak } from "../soak/soak.ts";

const IN_CI = process.env["CI"] === "true";
const SECONDS = IN_CI ? 60 : 15;
const GROWTH_MAX = IN_CI ? { broker: 0.2, runners: 0.5 } : { broker: 0.4, runners: 1 };

test(
  `answers every call once for ${SECONDS} s while runners are killed, and leaves nothing behind`,
  { skip: process.platform !== "linux" },
  async (t) => {
    const seed = Math.floor(Math.random() * 2 ** 32);
    t.diagnostic(`seed ${seed}`);
    const report = await runSoak({
      seconds: SECONDS,
      seed,
      warmUpSeconds: IN_CI ? 25 : 8,
      inFlight: 6,
      growthMax: GROWTH_MAX,
    });
    assert.deepEqual(report.problems, [], `seed ${seed}: ${JSON.stringify(report)}`);
    assert.ok(report.kills > 5 && report.calls.cancelled > 0, JSON.stringify(report));
    // Each kind of end was met: a soak in which everything is refused would pass by accident.
    for (const code of ["ok", "TIMEOUT", "OUTPUT_LIMIT", "MEMORY_LIMIT", "KV_QUOTA", "FILES_QUOTA"])
      assert.ok((report.calls.byCode[code] ?? 0) > 0, `no call ended as ${code}`);
    assert.ok((report.calls.byCode["ok"] ?? 0) > report.calls.sent / 2, JSON.stringify(report));
  },
);
