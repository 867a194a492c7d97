// A source that was changed after the bundler had read it, and before the bundle was done, was counted among what the bundle
// was made from: the old code was run for the new until another source changed.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";
import { pathToFileURL } from "node:url";
import { digestOfSources } from "../../runtime/powers/built-program.mjs";
import { buildCommandLine } from "../helpers/build-command-line.ts";
import { makeScratch } from "../helpers/scratch.ts";

const TREE = pathToFileURL(`${path.join(import.meta.dirname, "../..")}/`);

test("a bundle is of no sources that were changed since it was begun", async (t) => {
  const out = path.join(makeScratch(t), "cli");
  // Every source is younger than that.
  t.mock.timers.enable({ apis: ["Date"], now: Date.parse("2000-01-01") });
  await buildCommandLine({ out, extension: "ts" });
  const built: {
    readonly sources: readonly string[];
    readonly stamps: readonly string[];
    readonly code: string;
  } = JSON.parse(readFileSync(path.join(out, "built-with.json"), "utf8"));
  assert.ok(built.sources.length > 100);
  assert.deepEqual(built.stamps, []);
  assert.notEqual(built.code, digestOfSources(built.sources, TREE));
});
