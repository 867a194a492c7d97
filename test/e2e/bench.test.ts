// The bench goes all its ways with a handful of calls. It asserts no time: what it prints is for people.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { test } from "node:test";
import type { Report } from "../bench/report.ts";

const BENCH = join(import.meta.dirname, "../bench/main.ts");

test("the bench compares both servers in every figure and prints one object", () => {
  const { status, stdout, stderr } = spawnSync(process.execPath, [BENCH, "--small", "--json"], {
    encoding: "utf8",
  });
  assert.equal(status, 0, stderr);
  const { rows, ratios } = JSON.parse(stdout) as Report;
  for (const { what, plain, sealed, ratio } of rows) {
    // A machine that hides other processes' memory gives no number there, which JSON writes as null.
    const mayLack = what.startsWith("private memory");
    assert.ok(Number.isFinite(sealed) || mayLack, what);
    assert.ok(plain === undefined || Number.isFinite(ratio) || mayLack, what);
  }
  assert.ok("convert, back to back: p50" in ratios);
  assert.ok("spawn to tools/list" in ratios);
});
