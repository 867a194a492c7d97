import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, statSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, describe, it } from "node:test";
import type { GuestLogRecord } from "../../../runtime/audit/record.ts";
import { openAudit } from "../../../runtime/powers/audit-file.ts";
import { makeFilePowers } from "../../../runtime/powers/files.ts";

const folder = mkdtempSync(path.join(tmpdir(), "audit-"));
after(() => rmSync(folder, { recursive: true }));

const files = makeFilePowers();
const record = (message: string): GuestLogRecord => ({
  kind: "guest-log",
  time: "2027-01-01T00:00:00.000Z",
  call_id: "1",
  plugin: "p",
  level: "info",
  message,
});
const linesOf = (file: string) => readFileSync(file, "utf8").split("\n");

describe("the audit file", () => {
  it("holds each record as one line as soon as it is written, and nobody else's eyes", () => {
    const file = path.join(folder, "new", "audit.jsonl");
    const audit = openAudit(file, files);
    audit.write(record("one"));
    assert.deepEqual(
      linesOf(file).map((line) => line && (JSON.parse(line) as unknown)),
      [record("one"), ""],
    );
    audit.write(record("two\nthree"));
    assert.equal(linesOf(file).length, 3);
    audit.close();
    assert.equal(statSync(file).mode & 0o777, 0o600);
    assert.equal(statSync(path.dirname(file)).mode & 0o077, 0);
  });

  it("is only ever added to, by several writers", () => {
    const file = path.join(folder, "shared.jsonl");
    const [one, two] = [openAudit(file, files), openAudit(file, files)];
    for (let count = 0; count < 50; count += 1)
      for (const audit of [one, two]) audit.write(record("x".repeat(5000)));
    one.close();
    two.close();
    const lines = linesOf(file).filter((line) => line !== "");
    assert.equal(lines.length, 100);
    for (const line of lines) assert.deepEqual(JSON.parse(line), record("x".repeat(5000)));
  });

  it("throws when a record cannot be written", () => {
    const file = path.join(folder, "full.jsonl");
    symlinkSync("/dev/full", file);
    const audit = openAudit(file, files);
    assert.throws(() => audit.write(record("x")), { code: "ENOSPC" });
    audit.close();
    assert.throws(() => audit.write(record("x")), { code: "EBADF" });
  });
});
