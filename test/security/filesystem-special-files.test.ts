import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { openBeneath } from "../../runtime/powers/beneath/open-beneath.ts";
import {
  type FilesystemPlugin,
  makeScratch,
  MECHANISMS,
  openPlugin,
  refusedAs,
  statIn,
  type Scratch,
} from "../helpers/sandbox-folder.ts";

const MOUNT_PROBE = fileURLToPath(new URL("../helpers/mount-probe.ts", import.meta.url));
const READ = { read: true, write: false, create: false };

function assertRefused({ run }: FilesystemPlugin, scratch: Scratch, name: string): void {
  const refused = refusedAs(scratch, "not-permitted");
  assert.throws(() => run("readFile", [name]), refused);
  assert.throws(() => run("writeFile", [name, "replace"], "x"), refused);
  assert.throws(() => run("open", [name, ["read"]]), refused);
  assert.throws(() => run("open", [name, ["write", "create", "truncate"]]), refused);
  assert.equal(statIn(run("stat", [name])).kind, "other");
}

for (const mechanism of MECHANISMS) {
  test(
    `${mechanism.name}: refuses a pipe at once, and never waits for its other end`,
    { timeout: 20_000 },
    (t) => {
      const scratch = makeScratch(t);
      execFileSync("mkfifo", [join(scratch.box, "pipe")]);
      assertRefused(openPlugin(t, scratch, mechanism), scratch, "pipe");
    },
  );

  test(`${mechanism.name}: refuses a socket`, async (t) => {
    const scratch = makeScratch(t);
    const server = createServer();
    t.after(() => server.close());
    server.listen(join(scratch.box, "socket"));
    await once(server, "listening");
    assertRefused(openPlugin(t, scratch, mechanism), scratch, "socket");
  });

  test(`${mechanism.name}: refuses devices`, () => {
    const folder = openBeneath("/dev", { writable: false }, mechanism);
    for (const name of ["null", "zero", "tty"])
      assert.throws(() => folder.open([name], READ), refusedAs(undefined, "not-permitted"));
    folder.close();
  });

  test(`${mechanism.name}: enters no other mount`, () => {
    const folder = openBeneath("/", { writable: false }, mechanism);
    // Every Linux has another mount at /proc, macOS has one at /dev.
    const mount = process.platform === "linux" ? "proc" : "dev";
    for (const path of [
      [mount],
      [mount, "self"],
      [mount, "self", "environ"],
      [mount, "1", "root", "etc"],
    ]) {
      const refused = refusedAs(undefined, "not-permitted");
      assert.throws(() => folder.stat(path), refused);
      assert.throws(() => folder.list(path, 10), refused);
      assert.throws(() => folder.open(path, READ), refused);
    }
    folder.close();
  });
}

/** A bind mount of the same file system has the same device: only its mount id tells. It needs a user namespace. */
const canMount =
  spawnSync("unshare", ["--user", "--map-root-user", "--mount", "true"]).status === 0;
for (const mechanism of canMount ? MECHANISMS : []) {
  test(`${mechanism.name}: enters no folder and no file that is mounted over the box`, (t) => {
    const scratch = makeScratch(t);
    mkdirSync(join(scratch.box, "d"));
    writeFileSync(join(scratch.box, "f"), "");
    const script =
      'mount --bind "$3/files2" "$3/files/d" && mount --bind "$3/files2/secret.txt" "$3/files/f" && exec "$@"';
    const command = [
      "sh",
      "-c",
      script,
      "sh",
      process.execPath,
      MOUNT_PROBE,
      scratch.base,
      mechanism.name,
    ];
    const seen = execFileSync("unshare", ["--user", "--map-root-user", "--mount", ...command], {
      encoding: "utf8",
    });
    assert.deepEqual(JSON.parse(seen), Array(5).fill("not-permitted"));
  });
}
