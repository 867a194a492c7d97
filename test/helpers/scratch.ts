import { createHash } from "node:crypto";
import {
  lstatSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  realpathSync,
  rmSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import type { TestContext } from "node:test";

/** A folder that is gone when the test ends. */
export function makeScratch(t: Pick<TestContext, "after">): string {
  const folder = mkdtempSync(join(realpathSync(tmpdir()), "glovebox-test-"));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** What a command that fails may leave behind: its locks, what it would have to compute again, and a record that it ran. */
const CACHES = /^\.glovebox(\/(busy|serving-(plain|sealed)|cache(\/.*)?|\.gitignore|audit[^/]*))?$/;

/** Every file of a folder with the digest of its bytes, caches left out: equal when nothing that counts has changed. */
export function snapshot(folder: string): Readonly<Record<string, string>> {
  const names = readdirSync(folder, { recursive: true, encoding: "utf8" });
  const files = names
    .map((name) => relative(folder, join(folder, name)))
    .filter((name) => !CACHES.test(name));
  return Object.fromEntries(files.toSorted().map((name) => [name, describe(join(folder, name))]));
}

function describe(file: string): string {
  const stat = lstatSync(file);
  if (stat.isSymbolicLink()) return `link to ${readlinkSync(file)}`;
  if (!stat.isFile()) return stat.isDirectory() ? "folder" : "other";
  return createHash("sha256").update(readFileSync(file)).digest("hex");
}
