// The file of the audit trail was removed, or another put in its place, under a server that ran: until the next checkpoint, a
// minute or a thousand calls later, calls were answered whose records were in no file. And where a trail could not be gone
// on with in another file, clients were told that the audit record says why.
import assert from "node:assert/strict";
import fs from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { test, type TestContext } from "node:test";
import { explainFailure } from "../../runtime/explain-failure.ts";
import { logRecord, TrailRoom } from "../helpers/audit-trail.ts";

function openRoom(t: TestContext): TrailRoom {
  const folder = fs.mkdtempSync(path.join(tmpdir(), "trail-"));
  t.after(() => fs.rmSync(folder, { recursive: true, force: true }));
  return new TrailRoom(path.join(folder, "kept"));
}

const TAKEN: Readonly<Record<string, (room: TrailRoom) => void>> = {
  removed: ({ file }) => fs.rmSync(file),
  "replaced by a copy": ({ file }) => {
    fs.copyFileSync(file, `${file}.copy`);
    fs.renameSync(`${file}.copy`, file);
  },
};

for (const [how, take] of Object.entries(TAKEN))
  test(`what is recorded after the file was ${how} is in a file, and the trail says that it was`, (t) => {
    const room = openRoom(t);
    const audit = room.open();
    audit.write(logRecord("before"));
    take(room);
    audit.write(logRecord("behind 1"));
    audit.write(logRecord("behind 2"));
    assert.deepEqual(room.messages.slice(-2), ["behind 1", "behind 2"]);
    audit.close();
    const codes = room.verify().problems.map(({ code }) => code);
    assert.ok(codes.includes("truncated"), codes.join(", "));
  });

test("a trail that can be gone on with nowhere is one that cannot be written, and nothing of it is answered", (t) => {
  const room = openRoom(t);
  const audit = room.open();
  t.after(() => assert.throws(() => audit.close(), { code: "ERR_AUDIT_UNWRITABLE" }));
  audit.write(logRecord("before"));
  fs.rmSync(room.file);
  fs.mkdirSync(room.file);
  const write = (): void => audit.write(logRecord("behind"));
  for (const takeMore of [() => undefined, () => fs.rmSync(room.folder, { recursive: true })]) {
    takeMore();
    assert.throws(write, { code: "ERR_AUDIT_UNWRITABLE" });
    try {
      write();
    } catch (error) {
      assert.equal(explainFailure(error).error_code, "UNAVAILABLE");
    }
  }
});

test("a checkpoint is copied after the file of copies was removed, so that a cut is seen", (t) => {
  const room = openRoom(t);
  const audit = room.open();
  fs.rmSync(room.path("audit.checkpoints.jsonl"));
  audit.write(logRecord("cut off"));
  const lines = room.lines();
  audit.close();
  assert.deepEqual(room.verify().problems, []);
  room.setLines(lines.slice(0, -1));
  const codes = room.verify().problems.map(({ code }) => code);
  assert.deepEqual(codes, ["truncated"]);
});
