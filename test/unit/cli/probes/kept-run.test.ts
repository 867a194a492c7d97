// The last run is kept beside the workspace: it counts for whom it was made, for a while, and nothing else reads as one.
// Milliseconds.
import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { after, test } from "node:test";
import { keepRun, readKeptRun } from "../../../../runtime/cli/probes/kept-run.ts";
import { TERMS_OF_NONE, type ProbeTerms } from "../../../../runtime/cli/probes/probe-terms.ts";
import type { ProbeRun } from "../../../../runtime/debt/probe-result.ts";
import { makeFilePowers } from "../../../../runtime/powers/files.ts";
import { workspacePaths } from "../../../../runtime/workspace-paths.ts";

const root = mkdtempSync(path.join(os.tmpdir(), "glovebox-kept-run-"));
after(() => rmSync(root, { recursive: true }));
const paths = workspacePaths(path.join(root, "glovebox.yaml"));

const FILES = makeFilePowers();
const AT = "2026-11-22T00:00:00.000Z";
const AT_MS = Date.parse(AT);
const DAY_MS = 24 * 3_600_000;
const OTHER: ProbeTerms = { withoutSeal: true, isolation: ["call", "call"] };
const runOf = (held: boolean): ProbeRun => ({
  at: AT,
  results: [{ id: "files.climb", ring: 2, claim: "It holds", held, says: "so it was" }],
});
const read = (terms = TERMS_OF_NONE, nowMs = AT_MS + DAY_MS): ProbeRun | undefined =>
  readKeptRun(terms, paths, FILES, nowMs);

test("a run that held counts under its isolation, for 30 days, and is nobody else's to read", () => {
  assert.equal(read(), undefined);
  assert.ok(keepRun(runOf(true), TERMS_OF_NONE, paths, FILES));
  assert.equal(statSync(paths.probesFile).mode & 0o777, 0o600);
  assert.deepEqual(read(), runOf(true));
  assert.deepEqual(read({ ...TERMS_OF_NONE, withoutSeal: false }), runOf(true));
  assert.equal(read(OTHER), undefined);
  assert.equal(read(TERMS_OF_NONE, AT_MS + 31 * DAY_MS), undefined);
  assert.equal(read(TERMS_OF_NONE, AT_MS - 1), undefined);
});

test("what did not hold counts until another run of this release", () => {
  assert.ok(keepRun(runOf(false), TERMS_OF_NONE, paths, FILES));
  assert.deepEqual(read(OTHER, AT_MS + 365 * DAY_MS), runOf(false));
  assert.ok(keepRun(runOf(true), TERMS_OF_NONE, paths, FILES));
  assert.deepEqual(read(), runOf(true));
});

test("a run of another release, and what is no run, does not count", () => {
  keepRun(runOf(true), TERMS_OF_NONE, paths, FILES);
  const kept = JSON.parse(readFileSync(paths.probesFile, "utf8")) as Record<string, unknown>;
  for (const change of [
    { glovebox: "0.0.1" },
    { format: 2 },
    { at: "yesterday" },
    { at: "2026-99-22T00:00:00.000Z" },
    { results: [] },
    { results: [{ id: "x" }] },
    { isolation: "plugin" },
  ]) {
    writeFileSync(paths.probesFile, JSON.stringify({ ...kept, ...change }));
    assert.equal(read(), undefined, JSON.stringify(change));
  }
  for (const text of ["", "{", "[]", "null", " ".repeat(2 * 1024 * 1024)]) {
    writeFileSync(paths.probesFile, text);
    assert.equal(read(), undefined);
  }
});
