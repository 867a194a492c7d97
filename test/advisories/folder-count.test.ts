// A plugin filled its folder with directories, and then one byte more cost every other plugin 12 seconds: the count for
// the quota ran to its end before anything else did, deadlines included.
import assert from "node:assert/strict";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { makeBroker } from "@glovebox/host-api/filesystem/broker";
import { parseGrant } from "@glovebox/host-api/filesystem/grant";
import { openBeneath } from "../../runtime/powers/beneath/open-beneath.ts";
import { makeScratch, refusedAs } from "../helpers/sandbox-folder.ts";

test("other work goes on while a large folder is counted, and nothing is moved past the count", async (t) => {
  const scratch = makeScratch(t);
  for (let index = 0; index < 300; index += 1) mkdirSync(join(scratch.box, `d${index}`));
  let now = 0;
  // A slow machine: every look at the clock finds it a millisecond later.
  const powers = { openBeneath, nowMs: () => 0, monotonicMs: () => (now += 1) };
  const grant = parseGrant({ access: "read-write", files_max: 301 });
  const broker = makeBroker(grant, { plugin: "p", folder: scratch.base }, powers);
  t.after(() => broker.close?.());
  const { signal } = new AbortController();
  const run = (operation: string, ...args: string[]) =>
    broker.operations[`filesystem.${operation}`]!(
      { args, body: Buffer.from("x") },
      { callId: "1", plugin: "p", tool: "t", signal },
    );
  let turns = 0;
  const turn = (): void => {
    turns += 1;
    turning = setImmediate(turn);
  };
  let turning = setImmediate(turn);
  const written = run("writeFile", "f", "create");
  assert.ok(written instanceof Promise);
  const moved = run("rename", "d0", "d299x");
  assert.ok(moved instanceof Promise);
  await Promise.all([written, moved]);
  clearImmediate(turning);
  assert.ok(turns > 20, String(turns));
  assert.throws(() => run("makeDirectory", "one-more"), refusedAs(scratch, "quota-exceeded"));
});
