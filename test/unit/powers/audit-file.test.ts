import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { spawnSync } from "node:child_process";
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
  timestamp: "2027-01-01T00:00:00.000Z",
  call_id: "1",
  plugin: "p",
  level: "info",
  message,
});
const linesOf = (file: string) => readFileSync(file, "utf8").split("\n");
const recordsOf = (file: string) =>
  linesOf(file)
    .filter((line) => line !== "")
    .map((line): unknown => JSON.parse(line))
    .filter((line) => (line as { kind: string }).kind === "guest-log");

describe("the audit file", () => {
  it("holds each record as one line as soon as it is written, and nobody else's eyes", () => {
    const file = path.join(folder, "new", "audit.jsonl");
    const audit = openAudit(file, files);
    audit.write(record("one"));
    assert.partialDeepStrictEqual(recordsOf(file), [{ seq: 1, ...record("one") }]);
    audit.write(record("two\nthree"));
    assert.equal(linesOf(file).length, 4);
    audit.close();
    assert.equal(statSync(file).mode & 0o777, 0o600);
    assert.equal(statSync(path.dirname(file)).mode & 0o077, 0);
  });

  it("is one for each writer at a time, and the next goes on with the chain of who has left", () => {
    const file = path.join(folder, "shared", "audit.jsonl");
    const second = path.join(folder, "shared", "audit-1.jsonl");
    const [one, two] = [openAudit(file, files), openAudit(file, files)];
    for (let count = 0; count < 50; count += 1)
      for (const audit of [one, two]) audit.write(record("x".repeat(5000)));
    one.close();
    const three = openAudit(file, files);
    three.write(record("three"));
    two.close();
    three.close();
    assert.equal(recordsOf(file).length, 51);
    assert.equal(recordsOf(second).length, 50);
    assert.deepEqual(
      linesOf(file)
        .filter((line) => line !== "")
        .map((line) => (JSON.parse(line) as { seq: number }).seq),
      // One first line, 51 records, and a checkpoint of each of the two writers.
      Array.from({ length: 54 }, (_, index) => index),
    );
  });

  it("throws when a record cannot be written, whole or in part", () => {
    const file = path.join(folder, "full.jsonl");
    // The system cuts this process's files at one block and says so by EFBIG, as a full disk would by ENOSPC.
    const program = `
      import { openAudit } from ${JSON.stringify(import.meta.resolve("../../../runtime/powers/audit-file.ts"))};
      import { makeFilePowers } from ${JSON.stringify(import.meta.resolve("../../../runtime/powers/files.ts"))};
      const audit = openAudit(${JSON.stringify(file)}, makeFilePowers());
      let refused = 0;
      for (let count = 0; count < 10; count += 1)
        try { audit.write({ kind: "guest-log", message: "x".repeat(1000) }); } catch { refused += 1; }
      console.log(refused);`;
    const limited = `trap "" XFSZ; ulimit -f 8; exec "$0" --no-warnings --input-type=module -e "$1"`;
    const { stdout } = spawnSync("sh", ["-c", limited, process.execPath, program], {
      encoding: "utf8",
    });
    assert.ok(Number(stdout) >= 1, stdout);
  });
});
