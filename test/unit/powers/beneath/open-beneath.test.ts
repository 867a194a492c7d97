import assert from "node:assert/strict";
import { mkdirSync, readdirSync, rmSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { openBeneath } from "../../../../runtime/powers/beneath/open-beneath.ts";
import { makeScratch, MECHANISMS, refusedAs } from "../../../helpers/sandbox-folder.ts";

const READ = { read: true, write: false, create: false };
const CREATE = { read: true, write: true, create: true };

test("this machine has a mechanism", () => {
  assert.notEqual(MECHANISMS.length, 0);
});

function drain<Result>(walk: Generator<void, Result>): Result {
  for (;;) {
    const step = walk.next();
    if (step.done) return step.value;
  }
}

for (const mechanism of MECHANISMS) {
  test(`${mechanism.name}: makes a missing folder for its owner alone`, (t) => {
    const { base } = makeScratch(t);
    const folder = join(base, "new", "files");
    openBeneath(folder, { writable: true }, mechanism).close();
    assert.equal(statSync(folder).mode & 0o777, 0o700);
  });

  test(`${mechanism.name}: refuses a folder that is a link or a file`, (t) => {
    const { base, outside } = makeScratch(t);
    symlinkSync(outside, join(base, "link"));
    writeFileSync(join(base, "file"), "");
    const open = (name: string) => openBeneath(join(base, name), { writable: true }, mechanism);
    assert.throws(() => open("link"), refusedAs(undefined, "not-permitted", "not-a-directory"));
    assert.throws(() => open("file"), refusedAs(undefined, "already-exists", "not-a-directory"));
  });

  test(`${mechanism.name}: refuses every write in a folder opened for reading`, (t) => {
    const scratch = makeScratch(t);
    writeFileSync(join(scratch.box, "f"), "x");
    mkdirSync(join(scratch.box, "d"));
    const folder = openBeneath(scratch.box, { writable: false }, mechanism);
    const refused = refusedAs(scratch, "not-permitted");
    assert.throws(() => folder.open(["f"], { read: true, write: true, create: false }), refused);
    assert.throws(() => folder.open(["g"], CREATE), refused);
    assert.throws(() => folder.open(["g"], { read: true, write: false, create: true }), refused);
    assert.throws(() => folder.makeDirectory(["e"]), refused);
    assert.throws(() => folder.removeFile(["f"]), refused);
    assert.throws(() => folder.removeDirectory(["d"]), refused);
    assert.throws(() => folder.rename(["f"], ["g"]), refused);
    const file = folder.open(["f"], READ);
    assert.throws(
      () => file.write(0, Buffer.from("y")),
      refusedAs(scratch, "internal", "not-permitted"),
    );
    file.close();
    folder.close();
    assert.deepEqual(readdirSync(scratch.box), ["d", "f"]);
  });

  test(`${mechanism.name}: refuses names that are not plain, whoever forgot to parse them`, (t) => {
    const scratch = makeScratch(t);
    const folder = openBeneath(scratch.box, { writable: true }, mechanism);
    for (const name of ["..", ".", "", "a/b", "../files2", "/etc", "a\0", "a\\b", "\ud800"]) {
      for (const path of [[name], [name, "x"], ["x", name]]) {
        const refused = refusedAs(scratch, "not-permitted", "invalid-argument", "not-found");
        assert.throws(() => folder.stat(path), refused);
        assert.throws(() => folder.open(path, CREATE), refused);
        assert.throws(() => folder.makeDirectory(path), refused);
        assert.throws(() => folder.rename(path, ["y"]), refused);
      }
    }
    folder.close();
    assert.deepEqual(readdirSync(scratch.box), []);
  });

  test(`${mechanism.name}: never replaces or removes the folder itself`, (t) => {
    const scratch = makeScratch(t);
    const folder = openBeneath(scratch.box, { writable: true }, mechanism);
    const refused = refusedAs(scratch, "not-permitted");
    assert.throws(() => folder.removeDirectory([]), refused);
    assert.throws(() => folder.rename([], ["x"]), refused);
    assert.throws(() => folder.rename(["x"], []), refused);
    folder.close();
  });

  test(`${mechanism.name}: refuses a folder and a file after they were closed`, (t) => {
    const scratch = makeScratch(t);
    const folder = openBeneath(scratch.box, { writable: true }, mechanism);
    const file = folder.open(["f"], CREATE);
    file.close();
    file.close();
    assert.throws(() => file.stat(), refusedAs(scratch, "invalid-argument"));
    folder.close();
    folder.close();
    assert.throws(() => folder.stat(["f"]), refusedAs(scratch, "not-permitted"));
  });

  test(`${mechanism.name}: counts bytes and entries, links and strange names included`, (t) => {
    const scratch = makeScratch(t);
    mkdirSync(join(scratch.box, "d/e"), { recursive: true });
    writeFileSync(join(scratch.box, "a"), "12345");
    writeFileSync(join(scratch.box, "d/e/b"), "123");
    writeFileSync(Buffer.from(`${scratch.box}/\u0001`), "12");
    symlinkSync("/etc", join(scratch.box, "d/link"));
    const folder = openBeneath(scratch.box, { writable: false }, mechanism);
    assert.deepEqual(drain(folder.usage()), { bytes: 10, files: 6 });
    const names = folder.list([], 10).map(({ name }) => name);
    assert.deepEqual(names.toSorted(), ["a", "d"]);
    assert.throws(() => folder.list([], 2), refusedAs(scratch, "too-large"));
    folder.close();
  });

  test(`${mechanism.name}: refuses to count a folder that is too deep`, (t) => {
    const scratch = makeScratch(t);
    mkdirSync(join(scratch.box, ...Array<string>(70).fill("d")), { recursive: true });
    const folder = openBeneath(scratch.box, { writable: false }, mechanism);
    assert.throws(() => drain(folder.usage()), refusedAs(scratch, "limit-exceeded"));
    folder.close();
  });

  test(`${mechanism.name}: ends a count of a folder that was closed meanwhile`, (t) => {
    const scratch = makeScratch(t);
    mkdirSync(join(scratch.box, "d/e"), { recursive: true });
    const folder = openBeneath(scratch.box, { writable: false }, mechanism);
    const walk = folder.usage();
    walk.next();
    folder.close();
    assert.throws(() => walk.next(), refusedAs(scratch, "not-permitted"));
  });

  test(`${mechanism.name}: leaves no descriptor open, also when it refuses`, (t) => {
    const scratch = makeScratch(t);
    mkdirSync(join(scratch.box, "d/e"), { recursive: true });
    writeFileSync(join(scratch.box, "d/e/f"), "x");
    symlinkSync("e", join(scratch.box, "d/link"));
    const folder = openBeneath(scratch.box, { writable: true }, mechanism);
    const attempts = [
      () => folder.stat(["d", "e", "f"]),
      () => folder.stat(["d", "link", "f"]),
      () => folder.open(["d", "link"], READ),
      () => folder.open(["d", "e", "missing"], READ),
      () => folder.open(["d", "e", "f"], READ).close(),
      () => folder.open(["d", "e", "f"], CREATE),
      () => folder.list(["d"], 1),
      () => folder.makeDirectory(["d", "e", "f", "g"]),
      () => drain(folder.usage()),
      () => {
        const walk = folder.usage();
        for (let steps = 0; steps < 2; steps += 1) walk.next();
        walk.return({ bytes: 0, files: 0 });
      },
    ];
    const run = () => {
      for (const attempt of attempts) {
        try {
          attempt();
        } catch {
          // Refusals are what this test wants to see cleaned up.
        }
      }
    };
    run();
    const before = readdirSync("/dev/fd").length;
    for (let round = 0; round < 20; round += 1) run();
    assert.equal(readdirSync("/dev/fd").length, before);
    folder.close();
  });

  test(`${mechanism.name}: holds the folder that it opened, when another takes its name`, (t) => {
    const scratch = makeScratch(t);
    writeFileSync(join(scratch.box, "mine"), "x");
    const folder = openBeneath(scratch.box, { writable: true }, mechanism);
    rmSync(join(scratch.box, "mine"));
    rmSync(scratch.box, { recursive: true });
    symlinkSync(scratch.outside, scratch.box);
    assert.throws(() => folder.open(["secret.txt"], READ), refusedAs(scratch, "not-found"));
    assert.throws(() => folder.open(["new"], CREATE), refusedAs(scratch, "not-found"));
    assert.deepEqual(readdirSync(scratch.outside), ["secret.txt"]);
    folder.close();
  });
}
