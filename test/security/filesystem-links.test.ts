import assert from "node:assert/strict";
import {
  existsSync,
  linkSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmdirSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import {
  handleOf,
  makeScratch,
  MECHANISMS,
  openPlugin,
  refusedAs,
  statIn,
  type Scratch,
  SECRET,
} from "../helpers/sandbox-folder.ts";

/** Links that some other program left in the box, by what they are. */
const LINKS: Readonly<Record<string, (scratch: Scratch) => string>> = {
  "an absolute link to a file": ({ outside }) => join(outside, "secret.txt"),
  "a relative link to a file": () => "../files2/secret.txt",
  "a link to a file inside": () => "inside.txt",
  "a dangling link": ({ outside }) => join(outside, "new.txt"),
  "a link to itself": () => "link",
  "a link to a directory": ({ outside }) => outside,
  "a relative link to a directory": () => "../files2",
  "a magic link to the root": () => "/proc/self/root",
  "a magic link to the working directory": () => "/proc/self/cwd",
  "a magic link to a descriptor": () => "/proc/self/fd/0",
};

for (const mechanism of MECHANISMS) {
  for (const [what, target] of Object.entries(LINKS)) {
    test(`${mechanism.name}: goes through ${what} with no operation`, (t) => {
      const scratch = makeScratch(t);
      writeFileSync(join(scratch.box, "inside.txt"), "inside");
      mkdirSync(join(scratch.box, "d"));
      symlinkSync(target(scratch), join(scratch.box, "link"));
      const { run } = openPlugin(t, scratch, mechanism);
      const refused = refusedAs(scratch, "not-permitted");
      assert.throws(() => run("readFile", ["link"]), refused);
      assert.throws(() => run("writeFile", ["link", "replace"], "x"), refused);
      assert.throws(() => run("writeFile", ["link", "append"], "x"), refused);
      assert.throws(
        () => run("writeFile", ["link", "create"], "x"),
        refusedAs(scratch, "already-exists"),
      );
      assert.throws(() => run("open", ["link", ["read"]]), refused);
      assert.throws(() => run("open", ["link", ["read", "directory"]]), refused);
      assert.throws(() => run("open", ["link", ["write", "truncate"]]), refused);
      assert.throws(() => run("open", ["link", ["write", "create", "truncate"]]), refused);
      assert.throws(() => run("list", ["link"]), refused);
      assert.throws(() => run("makeDirectory", ["link"]), refusedAs(scratch, "already-exists"));
      for (const path of ["link/secret.txt", "link/new", "link/link/x"]) {
        assert.throws(() => run("readFile", [path]), refused);
        assert.throws(() => run("writeFile", [path, "create"], "x"), refused);
        assert.throws(() => run("stat", [path]), refused);
        assert.throws(() => run("list", [path]), refused);
        assert.throws(() => run("makeDirectory", [path]), refused);
        assert.throws(() => run("removeFile", [path]), refused);
        assert.throws(() => run("removeDirectory", [path]), refused);
        assert.throws(() => run("rename", [path, "stolen"]), refused);
        assert.throws(() => run("rename", ["inside.txt", path]), refused);
      }
      assert.deepEqual(readdirSync(scratch.outside), ["secret.txt"]);
      assert.equal(readFileSync(join(scratch.outside, "secret.txt"), "utf8"), SECRET);
      assert.deepEqual(readdirSync(scratch.box), ["d", "inside.txt", "link"]);
    });
  }

  test(`${mechanism.name}: tells of a link only that it is one`, (t) => {
    const scratch = makeScratch(t);
    symlinkSync(join(scratch.outside, "secret.txt"), join(scratch.box, "link"));
    const { run } = openPlugin(t, scratch, mechanism);
    const stat = statIn(run("stat", ["link"]));
    assert.deepEqual([stat.kind, stat.sizeBytes], ["symlink", 0]);
  });

  test(`${mechanism.name}: removes and renames a link itself, never what it points to`, (t) => {
    const scratch = makeScratch(t);
    symlinkSync(join(scratch.outside, "secret.txt"), join(scratch.box, "link"));
    const { run } = openPlugin(t, scratch, mechanism);
    run("rename", ["link", "moved"]);
    assert.equal(lstatSync(join(scratch.box, "moved")).isSymbolicLink(), true);
    run("writeFile", ["f", "create"], "x");
    run("rename", ["f", "moved"]);
    assert.equal(lstatSync(join(scratch.box, "moved")).isFile(), true);
    symlinkSync(scratch.outside, join(scratch.box, "folder"));
    assert.throws(() => run("removeDirectory", ["folder"]), refusedAs(scratch, "not-a-directory"));
    run("removeFile", ["folder"]);
    assert.equal(readFileSync(join(scratch.outside, "secret.txt"), "utf8"), SECRET);
  });

  test(`${mechanism.name}: refuses the directory that was opened, removed, and replaced by a link`, (t) => {
    const scratch = makeScratch(t);
    const { run } = openPlugin(t, scratch, mechanism);
    run("makeDirectory", ["d"]);
    assert.deepEqual(run("open", ["d", ["read", "directory"]]).value, null);
    rmdirSync(join(scratch.box, "d"));
    symlinkSync(scratch.outside, join(scratch.box, "d"));
    const refused = refusedAs(scratch, "not-permitted");
    assert.throws(() => run("readFile", ["d/secret.txt"]), refused);
    assert.throws(() => run("list", ["d"]), refused);
    assert.throws(() => run("open", ["d/secret.txt", ["read"]]), refused);
    assert.throws(() => run("open", ["d/new.txt", ["write", "create"]]), refused);
  });

  test(`${mechanism.name}: a handle stays with its file when a link takes the name`, (t) => {
    const scratch = makeScratch(t);
    const { run } = openPlugin(t, scratch, mechanism);
    const handle = handleOf(run("open", ["f", ["read", "write", "create"]]));
    run("rename", ["f", "g"]);
    symlinkSync(join(scratch.outside, "secret.txt"), join(scratch.box, "f"));
    run("write", [handle, 0], "mine");
    assert.equal(readFileSync(join(scratch.box, "g"), "utf8"), "mine");
    assert.equal(readFileSync(join(scratch.outside, "secret.txt"), "utf8"), SECRET);
  });

  test(`${mechanism.name}: refuses a file that has a second name outside`, (t) => {
    const scratch = makeScratch(t);
    linkSync(join(scratch.outside, "secret.txt"), join(scratch.box, "hard"));
    const { run } = openPlugin(t, scratch, mechanism);
    const refused = refusedAs(scratch, "not-permitted");
    assert.throws(() => run("readFile", ["hard"]), refused);
    assert.throws(() => run("writeFile", ["hard", "replace"], "x"), refused);
    assert.throws(() => run("writeFile", ["hard", "append"], "x"), refused);
    assert.throws(() => run("open", ["hard", ["read"]]), refused);
    assert.throws(() => run("open", ["hard", ["write", "create", "truncate"]]), refused);
    const stat = statIn(run("stat", ["hard"]));
    assert.deepEqual([stat.kind, stat.sizeBytes], ["other", 0]);
    assert.equal(readFileSync(join(scratch.outside, "secret.txt"), "utf8"), SECRET);
  });

  test(`${mechanism.name}: writes no more to an open file that gained a second name`, (t) => {
    const scratch = makeScratch(t);
    const { run } = openPlugin(t, scratch, mechanism);
    const handle = handleOf(run("open", ["f", ["write", "create"]]));
    linkSync(join(scratch.box, "f"), join(scratch.outside, "hard"));
    assert.throws(() => run("write", [handle, 0], "x"), refusedAs(scratch, "not-permitted"));
    assert.throws(() => run("setSize", [handle, 1]), refusedAs(scratch, "not-permitted"));
  });

  test(`${mechanism.name}: a folder whose name merely begins alike is another folder`, (t) => {
    const scratch = makeScratch(t);
    const { run } = openPlugin(t, scratch, mechanism);
    assert.throws(() => run("readFile", ["2/secret.txt"]), refusedAs(scratch, "not-found"));
    assert.throws(
      () => run("readFile", ["../files2/secret.txt"]),
      refusedAs(scratch, "not-permitted"),
    );
    run("makeDirectory", ["2"]);
    assert.equal(existsSync(join(scratch.box, "2")), true);
  });
}
