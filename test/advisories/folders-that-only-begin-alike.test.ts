// What a killed run of the probes left is removed an hour later, also from the folder of the workspace: and so was whatever
// of the operator's own began with the same letters. Costs nothing.
import assert from "node:assert/strict";
import { existsSync, mkdirSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { it } from "node:test";
import { makeScratchFolder, removeStale } from "../../runtime/powers/scratch.ts";
import { makeScratch } from "../helpers/scratch.ts";

const PREFIX = "glovebox-probes-";
const HOUR_MS = 60 * 60_000;

it("only what `makeScratchFolder` may have made is removed", (t) => {
  const near = makeScratch(t);
  const before = new Date(Date.now() - 2 * HOUR_MS);
  const own = ["results", "2026-11", "of-the-bank", "abcdef.json", ""].map((end) =>
    join(near, `${PREFIX}${end}`),
  );
  const files = [join(near, `${PREFIX}abc123`)];
  for (const folder of own) mkdirSync(folder, { mode: 0o700 });
  for (const file of files) writeFileSync(file, "kept");
  const readable = join(near, `${PREFIX}report`);
  mkdirSync(readable, { mode: 0o755 });
  const left = makeScratchFolder(PREFIX, [near]).folder;
  for (const each of [...own, ...files, readable, left]) utimesSync(each, before, before);
  removeStale(PREFIX, HOUR_MS, [near]);
  assert.deepEqual(
    [...own, ...files, readable].filter((each) => !existsSync(each)),
    [],
  );
  assert.equal(existsSync(left), false);
});
