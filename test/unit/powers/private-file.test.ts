// Files that nobody else may use, and whose they are. Costs no process.
import assert from "node:assert/strict";
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { readPrivate } from "../../../runtime/powers/private-file.ts";
import { refusedAs } from "../../helpers/http-room.ts";

test("a private file is its user's own where that is asked for, and open to nobody else", (t) => {
  const folder = mkdtempSync(join(tmpdir(), "glovebox-private-"));
  t.after(() => rmSync(folder, { recursive: true }));
  const file = join(folder, "key");
  writeFileSync(file, "own words", { mode: 0o600 });
  assert.equal(Buffer.from(readPrivate(file, 100, "own")).toString(), "own words");
  for (const mode of [0o604, 0o640, 0o602, 0o620, 0o601, 0o777]) {
    chmodSync(file, mode);
    assert.throws(
      () => readPrivate(file, 100, "own"),
      refusedAs("not-permitted"),
      mode.toString(8),
    );
  }
  chmodSync(file, 0o600);
  const uid = process.geteuid?.() ?? 0;
  // As if this process were another user's: giving a file away takes rights that a test need not have.
  const mine = process.geteuid;
  t.after(() => Object.assign(process, { geteuid: mine }));
  Object.assign(process, { geteuid: () => uid + 1 });
  assert.throws(() => readPrivate(file, 100, "own"), refusedAs("not-permitted"));
  const readAny = (): string => Buffer.from(readPrivate(file, 100)).toString();
  if (uid === 0) assert.equal(readAny(), "own words");
  else assert.throws(readAny, refusedAs("not-permitted"));
});
