// A key's file was looked at for who may read it, and not for whose it is: a server that runs as root took keys, of clients and
// of TLS, from a file that another user can put anything into.
import assert from "node:assert/strict";
import { chownSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { isTrustedOwner, readPrivate } from "../../runtime/powers/private-file.ts";
import { makeScratch } from "../helpers/scratch.ts";

test("a file is its user's own, or root's", () => {
  assert.ok(isTrustedOwner(1000, 1000));
  assert.ok(isTrustedOwner(0, 1000));
  assert.ok(isTrustedOwner(0, 0));
  assert.ok(!isTrustedOwner(1000, 0));
  assert.ok(!isTrustedOwner(1001, 1000));
  assert.ok(isTrustedOwner(0, undefined));
});

test("another user's file is not read, however closed it is", (t) => {
  const file = join(makeScratch(t), "key");
  writeFileSync(file, "drawn at random", { mode: 0o600 });
  assert.equal(Buffer.from(readPrivate(file, 100)).toString(), "drawn at random");
  // Only root can give a file away; to anybody else the line above has shown that it reads its own.
  if (process.geteuid?.() !== 0) return;
  chownSync(file, 65_534, 65_534);
  assert.throws(() => readPrivate(file, 100), { tag: "not-permitted" });
});
