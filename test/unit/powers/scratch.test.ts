import assert from "node:assert/strict";
import {
  existsSync,
  mkdirSync,
  readdirSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";
import { makeScratchFolder, removeStale } from "../../../runtime/powers/scratch.ts";
import { WorkspaceError } from "../../../runtime/workspace-errors.ts";
import { makeScratch } from "../../helpers/scratch.ts";

const PREFIX = "glovebox-stale-test-";
const HOUR_MS = 60 * 60_000;

describe("a folder for work that nobody keeps", () => {
  it("is made where it can be, and gone when it is removed", (t) => {
    const near = makeScratch(t);
    const own = withTemporary(join(near, "missing"), () => makeScratchFolder("x-", [near]));
    assert.deepEqual(readdirSync(near).length, 1);
    writeFileSync(join(own.folder, "file"), "x");
    own.remove();
    assert.deepEqual(readdirSync(near), []);
  });

  it("is refused with the cause where there is no place for one", (t) => {
    const near = makeScratch(t);
    writeFileSync(join(near, "file"), "x");
    assert.throws(
      () =>
        withTemporary(join(near, "missing"), () => makeScratchFolder("x-", [join(near, "file")])),
      (error) => error instanceof WorkspaceError && error.code === "ERR_WORKSPACE_NOT_WRITABLE",
    );
  });
});

describe("what was left behind", () => {
  it("is removed when it is old, has the name, and is no link to elsewhere", (t) => {
    const place = makeScratch(t);
    const kept = join(place, "kept");
    const [old, young, other, link] = ["oldold", "young1", "other", "link42"].map((name) =>
      join(place, name === "other" ? name : `${PREFIX}${name}`),
    ) as [string, string, string, string];
    for (const folder of [kept, old, young, other]) {
      mkdirSync(folder, { mode: 0o700 });
      writeFileSync(join(folder, "file"), "x");
    }
    symlinkSync(kept, link);
    const before = new Date(Date.now() - 2 * HOUR_MS);
    for (const folder of [kept, old, other]) utimesSync(folder, before, before);
    withTemporary(place, () => removeStale(PREFIX, HOUR_MS));
    assert.deepEqual([old, young, other].map(existsSync), [false, true, true]);
    assert.equal(existsSync(join(kept, "file")), true);
  });
});

function withTemporary<Result>(folder: string, work: () => Result): Result {
  const before = process.env["TMPDIR"];
  process.env["TMPDIR"] = folder;
  try {
    return work();
  } finally {
    if (before === undefined) delete process.env["TMPDIR"];
    else process.env["TMPDIR"] = before;
  }
}
