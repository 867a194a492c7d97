// The bench goes all its ways with a handful of calls. It asserts no time: what it prints is for people.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { test } from "node:test";
import type { Report } from "../bench/report.ts";
import { CAN_COMPILE_C } from "../helpers/c-guest.ts";

const BENCH = join(import.meta.dirname, "../bench/main.ts");
const GUESTS = ["c", "quickjs", "spidermonkey"];
const RATIOS = [
  ...GUESTS.flatMap((guest) => [`p50.${guest}`, `p99.${guest}`, `cpu32.${guest}`]),
  ...["", "extism."].flatMap((whose) => [`${whose}start20`, `${whose}start100`]),
  ...["p50", "p99", "cpu32"].map((figure) => `extism.${figure}.c`),
];

test(
  "the bench puts every server beside the plain one and prints one object",
  { skip: !CAN_COMPILE_C },
  () => {
    const { status, stdout, stderr } = spawnSync(process.execPath, [BENCH, "--small", "--json"], {
      encoding: "utf8",
    });
    assert.equal(status, 0, stderr);
    const { servers, rows, ratios } = JSON.parse(stdout) as Report;
    assert.deepEqual(
      RATIOS.filter((name) => !(name in ratios)),
      [],
    );
    assert.deepEqual(servers.slice(0, 2), ["plain", "extism"]);
    assert.equal(new Set(servers.map((name) => name.split(" ")[0])).size, 2 + GUESTS.length);
    for (const { what, values } of rows) {
      // The first of ours: the guest in C, in the mode that operators get.
      assert.ok(Object.hasOwn(values, servers[2] ?? ""), what);
      // So few calls may take no tick of the processor's clock, and a machine may hide other processes' memory.
      if (/by CPU second|private memory/.test(what)) continue;
      for (const [server, value] of Object.entries(values))
        assert.ok(Number.isFinite(value) && value > 0, `${server}: ${what}`);
    }
  },
);
