// Whoever can write the disk, and has no key: what he does to a plugin's encrypted files is refused or fails, and gives nobody
// other bytes than were written. About 1 s of CPU.
import assert from "node:assert/strict";
import {
  appendFileSync,
  copyFileSync,
  cpSync,
  linkSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import path from "node:path";
import { test, type TestContext } from "node:test";
import { HostError } from "@glovebox/host-api/errors";
import type { BeneathFolder, ForeignFinding, SealOptions } from "@glovebox/host-api/powers";
import { openBeneath } from "../../runtime/powers/beneath/open-beneath.ts";
import { CHUNK_BYTES, SEALED_CHUNK_BYTES } from "../../runtime/powers/beneath/sealed-chunks.ts";
import { HEADER_BYTES } from "../../runtime/powers/beneath/sealed-header.ts";
import { makeFolderKeys } from "../../runtime/powers/beneath/sealed-keys.ts";
import { openName, sealName } from "../../runtime/powers/beneath/sealed-name.ts";
import { makeScratch, makeSeal, refusedAs, SECRET, tagOf } from "../helpers/sandbox-folder.ts";

const READ = { read: true, write: false, create: false };
const WRITE = { read: true, write: true, create: false };
const CREATE = { read: true, write: true, create: true };

interface Room {
  readonly box: string;
  readonly folder: BeneathFolder;
  readonly found: ForeignFinding[];
  /** Where the host keeps what the guest calls so. */
  readonly place: (...names: readonly string[]) => string;
}

function openRoom(t: TestContext, seal: SealOptions = makeSeal(), at?: string): Room {
  const box = at ?? makeScratch(t).box;
  const found: ForeignFinding[] = [];
  const onForeign = (what: ForeignFinding): void => void found.push(what);
  const folder = openBeneath(box, { writable: true, seal, onForeign });
  t.after(() => folder.close());
  const keys = makeFolderKeys(seal)();
  const place: Room["place"] = (...names) =>
    path.join(box, ...names.map((name) => sealName(keys, name)));
  return { box, folder, found, place };
}

function put(folder: BeneathFolder, names: readonly string[], bytes: Uint8Array | string): void {
  const file = folder.open(names, CREATE);
  file.write(0, Buffer.from(bytes));
  file.close();
}

function get(folder: BeneathFolder, ...names: readonly string[]): string {
  const file = folder.open(names, READ);
  try {
    return Buffer.from(file.read(0, file.stat().sizeBytes)).toString("latin1");
  } finally {
    file.close();
  }
}

/** Three chunks, each of another letter. */
const LETTERS = Buffer.concat(["a", "b", "c"].map((letter) => Buffer.alloc(CHUNK_BYTES, letter)));
const damaged = refusedAs(undefined, "internal");

test("finds no name and no content of a plugin's on the disk", (t) => {
  const { folder, box } = openRoom(t);
  folder.makeDirectory(["the diagnosis"]);
  put(folder, ["the diagnosis", "of patient 17.txt"], `${SECRET}\n`.repeat(300));
  folder.rename(["the diagnosis", "of patient 17.txt"], ["patient 18"]);
  put(folder, ["the diagnosis", "short"], SECRET);
  const names = readdirSync(box, { recursive: true, encoding: "utf8" });
  assert.equal(names.length, 3);
  assert.ok(names.every((name) => /^[a-z2-7/]+$/.test(name)));
  for (const name of names) {
    const file = path.join(box, name);
    const bytes = statSync(file).isFile() ? readFileSync(file) : Buffer.alloc(0);
    for (const word of [SECRET, SECRET.slice(0, 8), "patient", "diagnosis", "short"])
      assert.ok(!bytes.includes(word) && !name.includes(word));
  }
});

test("each flipped byte of a file is an error, and gives no other bytes", (t) => {
  const { folder, place } = openRoom(t);
  put(folder, ["f"], SECRET);
  const good = readFileSync(place("f"));
  assert.equal(good.length, HEADER_BYTES + SEALED_CHUNK_BYTES);
  // Every byte of the header, and of the chunk all that is not the padding's, where each thirteenth stands for all.
  const places = [...good.keys()].filter(
    (at) => at < HEADER_BYTES + 100 || at % 13 === 0 || at > good.length - 20,
  );
  for (const at of places) {
    const bad = Buffer.from(good);
    bad.writeUInt8((bad[at] ?? 0) ^ (1 << (at % 8)), at);
    writeFileSync(place("f"), bad);
    assert.throws(() => get(folder, "f"), damaged, `byte ${at}`);
  }
  writeFileSync(place("f"), good);
  assert.equal(get(folder, "f"), SECRET);
});

test("what is cut, lengthened or emptied is an error, or reads as it was", (t) => {
  const { folder, place, found } = openRoom(t);
  put(folder, ["f"], LETTERS);
  const good = readFileSync(place("f"));
  for (const sizeBytes of [
    0,
    1,
    HEADER_BYTES - 1,
    HEADER_BYTES,
    HEADER_BYTES + SEALED_CHUNK_BYTES,
    HEADER_BYTES + 2 * SEALED_CHUNK_BYTES,
    good.length - 1,
  ]) {
    writeFileSync(place("f"), good.subarray(0, sizeBytes));
    assert.throws(() => get(folder, "f"), damaged, `${sizeBytes} bytes`);
    truncateSync(place("f"), good.length);
    assert.throws(() => get(folder, "f"), damaged, `${sizeBytes} bytes and zeros`);
  }
  writeFileSync(place("f"), good);
  appendFileSync(place("f"), good.subarray(HEADER_BYTES));
  assert.equal(get(folder, "f"), LETTERS.toString());
  assert.deepEqual(found, ["file"]);
});

test("chunks open nowhere but at their own place in their own file", (t) => {
  const { folder, place } = openRoom(t);
  put(folder, ["f"], LETTERS);
  put(folder, ["g"], LETTERS);
  const [f, g] = [readFileSync(place("f")), readFileSync(place("g"))];
  const chunk = (of: Buffer, index: number) =>
    of
      .subarray(HEADER_BYTES)
      .subarray(index * SEALED_CHUNK_BYTES)
      .subarray(0, SEALED_CHUNK_BYTES);
  const header = (of: Buffer) => of.subarray(0, HEADER_BYTES);
  const forged: Readonly<Record<string, readonly Buffer[]>> = {
    exchanged: [header(f), chunk(f, 1), chunk(f, 0), chunk(f, 2)],
    doubled: [header(f), chunk(f, 0), chunk(f, 0), chunk(f, 2)],
    "left out": [header(f), chunk(f, 0), chunk(f, 2), chunk(f, 2)],
    "of another file": [header(f), chunk(f, 0), chunk(g, 1), chunk(f, 2)],
    "under another header": [header(g), chunk(f, 0), chunk(f, 1), chunk(f, 2)],
    zeros: [header(f), chunk(f, 0), Buffer.alloc(SEALED_CHUNK_BYTES), chunk(f, 2)],
  };
  for (const [how, parts] of Object.entries(forged)) {
    writeFileSync(place("f"), Buffer.concat(parts));
    assert.throws(() => get(folder, "f"), damaged, how);
  }
});

test("a file opens under no other name, and not where another key or another plugin is", (t) => {
  const one = openRoom(t);
  put(one.folder, ["mine"], "mine");
  put(one.folder, ["yours"], "yours");
  one.folder.makeDirectory(["d"]);
  const held = path.join(path.dirname(one.box), "held");
  renameSync(one.place("mine"), held);
  renameSync(one.place("yours"), one.place("mine"));
  renameSync(held, one.place("yours"));
  for (const name of ["mine", "yours"]) {
    assert.throws(() => get(one.folder, name), damaged);
    assert.equal(one.folder.stat([name]).kind, "other");
    assert.throws(() => one.folder.rename([name], ["d", "moved"]), damaged);
  }
  for (const seal of [makeSeal("files of p", 8), makeSeal("files of q")]) {
    const other = openRoom(t, seal);
    put(other.folder, ["mine"], "theirs");
    copyFileSync(one.place("mine"), other.place("mine"));
    assert.throws(() => get(other.folder, "mine"), damaged);
    cpSync(one.box, other.box, { recursive: true });
    assert.deepEqual(other.folder.list([], 100), [{ name: "mine", kind: "file" }]);
    assert.deepEqual(other.found, ["file", "name"]);
    // It is not the end of the name: what is damaged can be removed.
    other.folder.removeFile(["mine"]);
    put(other.folder, ["mine"], "again");
    assert.equal(get(other.folder, "mine"), "again");
  }
});

test("shows and opens nothing that was not sealed, and tells the operator", (t) => {
  const { folder, box, place, found } = openRoom(t);
  put(folder, ["f"], "text");
  put(folder, ["g"], "text");
  const outside = path.join(path.dirname(box), "files2", "secret.txt");
  writeFileSync(path.join(box, "plain.txt"), SECRET);
  mkdirSync(path.join(box, "folder"));
  symlinkSync(outside, path.join(box, "link"));
  symlinkSync(outside, place("sealed link"));
  const sealed = path.basename(place("f"));
  for (const twin of [sealed.toUpperCase(), `${sealed}a`, sealed.slice(0, -1), `.${sealed}`, "a"])
    writeFileSync(path.join(box, twin), readFileSync(place("f")));
  rmSync(place("g"));
  linkSync(outside, place("g"));
  const shown = folder.list([], 100).toSorted((a, b) => (a.name < b.name ? -1 : 1));
  assert.deepEqual(shown, [
    { name: "f", kind: "file" },
    { name: "g", kind: "file" },
    { name: "sealed link", kind: "symlink" },
  ]);
  assert.deepEqual(found, ["name"]);
  for (const name of ["plain.txt", "folder", "link", sealed])
    assert.equal(
      tagOf(() => folder.stat([name])),
      "not-found",
    );
  for (const name of ["g", "sealed link"])
    for (const wish of [READ, WRITE])
      assert.equal(
        tagOf(() => folder.open([name], wish)),
        "not-permitted",
      );
  writeFileSync(place("plain under a sealed name"), SECRET);
  assert.throws(() => get(folder, "plain under a sealed name"), damaged);
});

test("no spelling but its own opens a name", () => {
  const keys = makeFolderKeys(makeSeal())();
  const sealed = sealName(keys, "name");
  assert.equal(openName(keys, sealed), "name");
  const letters = "abcdefghijklmnopqrstuvwxyz234567";
  for (let at = 0; at < sealed.length; at += 1)
    for (const letter of letters + letters.toUpperCase()) {
      const other = sealed.slice(0, at) + letter + sealed.slice(at + 1);
      if (other !== sealed) assert.equal(openName(keys, other), undefined, other);
    }
  for (const other of ["", "a", "..", "a".repeat(255), "7".repeat(256), `${sealed}/x`, "ü", "1"])
    assert.equal(openName(keys, other), undefined);
});

test("whoever is killed while he renames leaves a file that opens", (t) => {
  const { folder, place } = openRoom(t);
  put(folder, ["f"], "text");
  const before = readFileSync(place("f"));
  folder.rename(["f"], ["g"]);
  assert.notDeepEqual(readFileSync(place("g")), before);
  // Killed before the kernel renamed: the directory does not move while something of its name is in the way.
  folder.makeDirectory(["in the way"]);
  assert.throws(() => folder.rename(["g"], ["in the way"]), HostError);
  assert.equal(get(folder, "g"), "text");
  copyFileSync(place("g"), place("h"));
  assert.throws(() => get(folder, "h"), damaged);
});

test("a crash between a chunk and the header leaves the old size, and its rest never comes back", (t) => {
  const { folder, place } = openRoom(t);
  put(folder, ["f"], LETTERS.subarray(0, CHUNK_BYTES + 10));
  const old = readFileSync(place("f")).subarray(0, HEADER_BYTES);
  const file = folder.open(["f"], WRITE);
  file.write(CHUNK_BYTES + 10, Buffer.alloc(2 * CHUNK_BYTES, "z"));
  const whole = readFileSync(place("f"));
  const crash = () => writeFileSync(place("f"), Buffer.concat([old, whole.subarray(HEADER_BYTES)]));
  crash();
  const kept = LETTERS.subarray(0, CHUNK_BYTES + 10).toString();
  assert.equal(get(folder, "f"), kept);
  file.setSize(4 * CHUNK_BYTES);
  assert.equal(get(folder, "f"), kept + "\0".repeat(3 * CHUNK_BYTES - 10));
  crash();
  file.write(4 * CHUNK_BYTES, Buffer.from("end"));
  assert.equal(get(folder, "f"), `${kept + "\0".repeat(3 * CHUNK_BYTES - 10)}end`);
  file.setSize(1);
  assert.equal(statSync(place("f")).size, HEADER_BYTES + SEALED_CHUNK_BYTES);
  file.close();
});

test("from the moment that the key may not be used, nothing opens: open files and names neither", (t) => {
  let isErased = false;
  const { key, store } = makeSeal();
  const bytes = (): Uint8Array => {
    if (isErased) throw new Error("the tenant was erased");
    return key.bytes();
  };
  const { folder } = openRoom(t, { key: { ...key, bytes }, store });
  put(folder, ["f"], "text");
  const file = folder.open(["f"], WRITE);
  isErased = true;
  const refused = refusedAs(undefined, "not-permitted");
  for (const attempt of [
    () => file.read(0, 4),
    () => file.stat(),
    () => file.write(0, Buffer.of(1)),
    () => file.write(100_000, Buffer.of(1)),
    () => file.setSize(0),
    () => folder.stat(["f"]),
    () => folder.list([], 10),
    () => folder.open(["f"], READ),
    () => folder.open(["g"], CREATE),
    () => folder.makeDirectory(["d"]),
    () => folder.rename(["f"], ["g"]),
    () => folder.removeFile(["f"]),
    () => folder.usage(),
  ])
    assert.throws(attempt, refused);
  file.close();
});

test("GB-083: an older state of a file opens, and so does a file in the place of its namesake", (t) => {
  const { folder, place } = openRoom(t);
  for (const directory of ["d", "e"]) {
    folder.makeDirectory([directory]);
    put(folder, [directory, "f"], directory);
  }
  const old = readFileSync(place("d", "f"));
  const file = folder.open(["d", "f"], WRITE);
  file.write(0, Buffer.from("new"));
  file.close();
  writeFileSync(place("d", "f"), old);
  assert.equal(get(folder, "d", "f"), "d");
  renameSync(place("e", "f"), place("d", "f"));
  assert.equal(get(folder, "d", "f"), "e");
});

test("GB-084: sizes show in steps, and equal names look equal", (t) => {
  const { folder, place } = openRoom(t);
  const sizeOf = (...names: string[]): number => statSync(place(...names)).size;
  folder.makeDirectory(["d"]);
  put(folder, ["d", "name"], "x");
  put(folder, ["name"], "y".repeat(CHUNK_BYTES));
  put(folder, ["other"], "z".repeat(CHUNK_BYTES + 1));
  assert.equal(sizeOf("d", "name"), sizeOf("name"));
  assert.equal(sizeOf("other"), sizeOf("name") + SEALED_CHUNK_BYTES);
  assert.equal(path.basename(place("d", "name")), path.basename(place("name")));
  assert.notEqual(
    sealName(makeFolderKeys(makeSeal("files of q"))(), "name"),
    path.basename(place("name")),
  );
});
