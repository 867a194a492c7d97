import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { randomUUID } from "node:crypto";
import { chmodSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { readSecret } from "../../../runtime/powers/secrets.ts";
import { refusedAs } from "../../helpers/http-room.ts";

const folder = mkdtempSync(join(tmpdir(), "secrets-"));
after(() => rmSync(folder, { recursive: true }));
const secret = randomUUID();

function file(contents: string | Uint8Array, mode = 0o600): string {
  const path = join(folder, randomUUID());
  writeFileSync(path, contents);
  chmodSync(path, mode);
  return `file:${path}`;
}

test("reads a variable and a file, without the line break at its end", () => {
  assert.equal(readSecret("env:KEY", { KEY: secret }), secret);
  for (const end of ["", "\n", "\r\n"]) assert.equal(readSecret(file(secret + end)), secret);
});

test("follows a link to a file that only its owner may read", () => {
  const link = join(folder, "link");
  symlinkSync(file(secret).slice("file:".length), link);
  assert.equal(readSecret(`file:${link}`), secret);
});

test("refuses a reference of another form", () => {
  for (const reference of [
    "",
    "KEY",
    "env",
    "http://x",
    "file:relative",
    "file:",
    "file:/a\0b",
    "env:",
    "env:A-B",
    "env:1A",
    "ENV:KEY",
  ]) {
    assert.throws(() => readSecret(reference, { KEY: secret }), refusedAs("invalid-argument"));
  }
});

test("refuses what is not there, inherited names included", () => {
  for (const reference of [
    "env:NOT_SET",
    "env:constructor",
    "env:__proto__",
    "file:/does/not/exist",
  ]) {
    assert.throws(() => readSecret(reference, {}), refusedAs("not-found"));
  }
});

test("refuses an empty secret", () => {
  for (const reference of ["env:KEY", file(""), file("\n")]) {
    assert.throws(() => readSecret(reference, { KEY: "" }), refusedAs("invalid-argument"));
  }
});

test("refuses a secret with more than one line, or that is not text", () => {
  for (const text of ["a\nb", "a\n\n", "a\rb", "\na", "a\r\nX: y", "a\0b"]) {
    assert.throws(() => readSecret("env:KEY", { KEY: text }), refusedAs("invalid-argument"));
    assert.throws(() => readSecret(file(text)), refusedAs("invalid-argument"));
  }
  assert.throws(
    () => readSecret(file(new Uint8Array([0xff, 0xfe, 0xfd]))),
    refusedAs("invalid-argument"),
  );
});

test("refuses a secret over 64 KiB", () => {
  const text = "x".repeat(64 * 1024 + 1);
  assert.throws(() => readSecret("env:KEY", { KEY: text }), refusedAs("too-large"));
  assert.throws(() => readSecret(file(text)), refusedAs("too-large"));
});

test(
  "refuses a file that others may use",
  { skip: process.platform === "win32" && "no modes on Windows" },
  () => {
    for (const mode of [0o640, 0o604, 0o644, 0o620, 0o602]) {
      assert.throws(() => readSecret(file(secret, mode)), refusedAs("not-permitted"));
    }
  },
);

test(
  "refuses a folder and a device, and does not hang on a pipe",
  { skip: process.platform === "win32" && "no such files" },
  () => {
    const pipe = join(folder, "pipe");
    execFileSync("mkfifo", [pipe]);
    for (const path of [folder, "/dev/zero", pipe])
      assert.throws(() => readSecret(`file:${path}`), refusedAs("not-a-file"));
  },
);
