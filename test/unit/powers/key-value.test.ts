import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import {
  chmodSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { after, test } from "node:test";
import { promisify } from "node:util";
import { HostError } from "@glovebox/host-api/errors";
import type { KeyValueStore } from "@glovebox/host-api/powers";
import fc from "fast-check";
import { openKeyValue } from "../../../runtime/powers/key-value.ts";
import { anyText } from "../../helpers/any-text.ts";

const root = mkdtempSync(join(tmpdir(), "key-value-"));
const opened: KeyValueStore[] = [];
after(() => {
  for (const store of opened) {
    try {
      store.close();
    } catch {
      // Closed by its test.
    }
  }
  rmSync(root, { recursive: true });
});

let count = 0;
const newFile = () => join(root, `plugin-${(count += 1)}`, "kv.sqlite");

function open(file: string, quotaBytes = 1000): KeyValueStore {
  const store = openKeyValue(file, { quotaBytes, keyBytesMax: 512, valueBytesMax: 1024 * 1024 });
  opened.push(store);
  return store;
}

const bytes = (length: number, fill = 7) => new Uint8Array(length).fill(fill);
const tagged = (tag: string) => ({ name: "HostError", tag });

test("keeps what was set, after it is closed and opened again", () => {
  const file = newFile();
  const store = open(file);
  store.set("a", Uint8Array.of(0, 1, 255));
  store.set("empty", bytes(0));
  store.close();
  const again = open(file);
  assert.deepEqual(again.get("a"), Uint8Array.of(0, 1, 255));
  assert.deepEqual(again.get("empty"), bytes(0));
  assert.equal(again.get("none"), undefined);
  assert.equal(again.delete("a"), true);
  assert.equal(again.delete("a"), false);
});

test("counts keys and values exactly, to the last byte", () => {
  const store = open(newFile(), 100);
  store.set("€", bytes(97));
  assert.equal(store.usedBytes(), 100);
  assert.throws(() => store.set("b", bytes(0)), tagged("quota-exceeded"));
  assert.throws(() => store.set("€", bytes(98)), tagged("quota-exceeded"));
  store.set("€", bytes(96));
  store.set("b", bytes(0));
  assert.equal(store.usedBytes(), 100);
  store.delete("€");
  assert.equal(store.usedBytes(), 1);
});

test("a refused change leaves the old value", () => {
  const store = open(newFile(), 10);
  store.set("k", bytes(5, 1));
  assert.throws(() => store.set("k", bytes(10)), tagged("quota-exceeded"));
  assert.deepEqual(store.get("k"), bytes(5, 1));
});

test("lets a store shrink after its quota was lowered, and grow no more", () => {
  const file = newFile();
  open(file, 1000).set("k", bytes(900));
  const lowered = open(file, 100);
  lowered.set("k", bytes(800));
  assert.throws(() => lowered.set("k", bytes(801)), tagged("quota-exceeded"));
  assert.throws(() => lowered.set("l", bytes(1)), tagged("quota-exceeded"));
});

test("lists keys in code-point order, by prefix, after a key, at most so many", () => {
  const store = open(newFile());
  for (const key of ["b", "a/2", "a/1", "a", "a0", "\u{1f600}", "\uffee", "A"])
    store.set(key, bytes(0));
  assert.deepEqual(store.keys("", undefined, 99), [
    "A",
    "a",
    "a/1",
    "a/2",
    "a0",
    "b",
    "\uffee",
    "\u{1f600}",
  ]);
  assert.deepEqual(store.keys("a/", undefined, 99), ["a/1", "a/2"]);
  assert.deepEqual(store.keys("a/", "a/1", 99), ["a/2"]);
  assert.deepEqual(store.keys("a/", "A", 1), ["a/1"]);
  assert.deepEqual(store.keys("a", "b", 99), []);
  assert.deepEqual(store.keys("%", undefined, 99), []);
  assert.deepEqual(store.keys("", undefined, 0), []);
});

test("a listing that stops early holds no lock", () => {
  const file = newFile();
  const one = open(file);
  const two = open(file);
  for (const key of ["a", "b", "c"]) one.set(key, bytes(1));
  assert.equal(one.keys("", undefined, 1).length, 1);
  two.set("d", bytes(1));
  assert.deepEqual(one.keys("c", undefined, 9), ["c"]);
  two.set("e", bytes(1));
});

test("refuses keys and values that are too long or not text", () => {
  const store = open(newFile(), 10_000_000);
  for (const key of ["", "a\0b", "\ud800", "x".repeat(513), "€".repeat(171)]) {
    assert.throws(() => store.set(key, bytes(1)), tagged("invalid-argument"));
    assert.throws(() => store.get(key), tagged("invalid-argument"));
    assert.throws(() => store.delete(key), tagged("invalid-argument"));
  }
  assert.throws(() => store.set("k", bytes(1024 * 1024 + 1)), tagged("too-large"));
  store.set("x".repeat(512), bytes(1024 * 1024));
});

test("keys that SQL, LIKE or collation could confuse stay apart", () => {
  const store = open(newFile());
  const keys = [
    "'; DROP TABLE entry; --",
    "%",
    "_",
    "a",
    "A",
    "a ",
    "é",
    "e\u0301",
    "1",
    "01",
    "1.0",
  ];
  for (const [index, key] of keys.entries()) store.set(key, Uint8Array.of(index));
  for (const [index, key] of keys.entries()) assert.deepEqual(store.get(key), Uint8Array.of(index));
  assert.equal(store.keys("", undefined, 99).length, keys.length);
});

test("behaves as a map with a quota, whatever is done to it", () => {
  const keyText = anyText({ minLength: 1, maxLength: 4 }).filter((key) => !key.includes("\0"));
  const step = fc.record({
    act: fc.constantFrom("set", "set", "delete", "reopen"),
    key: fc.oneof(fc.constantFrom("a", "b", "ab"), keyText),
    length: fc.nat(40),
  });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 25 }), (steps) => {
      const file = newFile();
      let store = open(file, 100);
      const model = new Map<string, number>();
      const used = () =>
        [...model].reduce((sum, [key, length]) => sum + Buffer.byteLength(key) + length, 0);
      for (const { act, key, length } of steps) {
        if (act === "reopen") {
          store.close();
          store = open(file, 100);
        } else if (act === "delete") {
          assert.equal(store.delete(key), model.delete(key));
        } else {
          const old = model.get(key);
          model.set(key, length);
          if (used() <= 100) {
            store.set(key, bytes(length));
          } else {
            assert.throws(() => store.set(key, bytes(length)), tagged("quota-exceeded"));
            if (old === undefined) model.delete(key);
            else model.set(key, old);
          }
        }
        assert.equal(store.usedBytes(), used());
      }
      assert.deepEqual(new Set(store.keys("", undefined, 999)), new Set(model.keys()));
      for (const [key, length] of model) assert.equal(store.get(key)?.length, length);
      store.close();
    }),
    { numRuns: 15 },
  );
});

test("the file is for its owner alone, also when it was not before", () => {
  const file = newFile();
  open(file).set("k", bytes(1));
  assert.equal(statSync(file).mode & 0o777, 0o600);
  assert.equal(statSync(join(file, "..")).mode & 0o777, 0o700);
  chmodSync(file, 0o644);
  open(file);
  assert.equal(statSync(file).mode & 0o777, 0o600);
});

test("leaves no file beside its own", () => {
  const file = newFile();
  const store = open(file);
  store.set("k", bytes(1));
  assert.deepEqual(readdirSync(join(file, "..")), ["kv.sqlite"]);
});

test("does not follow a link, and does not open a folder", () => {
  const target = newFile();
  open(target);
  const link = join(root, "link.sqlite");
  symlinkSync(target, link);
  assert.throws(() => open(link), tagged("internal"));
  assert.throws(() => open(root), tagged("internal"));
  assert.throws(() => open(join(target, "below", "kv.sqlite")), tagged("internal"));
});

/** A store with some pages, closed, and its bytes. */
function makeFilled(): { file: string; before: Buffer } {
  const file = newFile();
  const store = open(file, 1_000_000);
  for (let index = 0; index < 50; index += 1) store.set(`key-${index}`, bytes(1000));
  store.close();
  return { file, before: readFileSync(file) };
}

function assertRefusedUntouched(file: string): void {
  const before = readFileSync(file);
  assert.throws(() => open(file, 1_000_000), tagged("internal"));
  assert.ok(readFileSync(file).equals(before));
}

test("refuses a damaged file and leaves it as it is", () => {
  const garbage = newFile();
  open(garbage).close();
  writeFileSync(
    garbage,
    "this is no database, and longer than a header of one hundred bytes".repeat(9),
  );
  assertRefusedUntouched(garbage);

  const { file: truncated, before } = makeFilled();
  truncateSync(truncated, before.length - 8192);
  assertRefusedUntouched(truncated);

  const { file: overwritten, before: whole } = makeFilled();
  whole.fill(0xee, 4096, 4096 * 6);
  writeFileSync(overwritten, whole);
  assertRefusedUntouched(overwritten);
});

test("refuses a database of another program or another version, and leaves it as it is", () => {
  const foreign = newFile();
  open(foreign).close();
  rmSync(foreign);
  const database = new DatabaseSync(foreign);
  database.exec("CREATE TABLE entry (key TEXT, value BLOB); INSERT INTO entry VALUES ('k', x'00')");
  database.close();
  assertRefusedUntouched(foreign);

  const { file } = makeFilled();
  const later = new DatabaseSync(file);
  later.exec("PRAGMA user_version = 2");
  later.close();
  assertRefusedUntouched(file);
});

test("the file itself is bounded: what would make it many times its quota is refused", () => {
  const file = newFile();
  open(file).close();
  // Stands for very many tiny entries, which cost more on disk than they count.
  const database = new DatabaseSync(file);
  database.exec("INSERT INTO entry VALUES ('overhead', zeroblob(2000000))");
  database.close();
  const sizeBytes = statSync(file).size;
  const store = open(file, 100_000);
  assert.throws(() => store.set("k", bytes(90_000)), tagged("quota-exceeded"));
  assert.equal(store.get("k"), undefined);
  assert.equal(statSync(file).size, sizeBytes);
});

test("says that a file is in use when another process holds it too long", () => {
  const file = newFile();
  const store = open(file);
  store.set("k", bytes(1));
  const other = new DatabaseSync(file);
  other.exec("BEGIN IMMEDIATE");
  assert.throws(() => store.set("k", bytes(2)), tagged("timed-out"));
  assert.deepEqual(store.get("k"), bytes(1));
  other.exec("ROLLBACK");
  other.close();
  store.set("k", bytes(2));
});

test("a closed store throws and does not open itself again", () => {
  const store = open(newFile());
  store.close();
  assert.throws(() => store.get("k"), HostError);
  assert.throws(() => store.set("k", bytes(1)), HostError);
});

const WRITER = `
  const { openKeyValue } = await import(process.argv[1]);
  const [, , file, name] = process.argv;
  let store;
  while (!store) {
    try { store = openKeyValue(file, { quotaBytes: 4000, keyBytesMax: 512, valueBytesMax: 1000 }); } catch (error) {
      if (error.tag !== "timed-out") throw error;
    }
  }
  let full = 0;
  for (let index = 0; index < 60; index += 1) {
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1); // A host call takes its time on the way.
    try { store.set(name + index, new Uint8Array(60)); } catch (error) {
      if (error.tag === "timed-out") index -= 1;
      else if (error.tag === "quota-exceeded") full += 1;
      else throw error;
    }
  }
  store.close();
  console.log(full);
`;

test("two processes that create and fill one store at once keep its count and its quota", async () => {
  const file = newFile();
  const module = new URL("../../../runtime/powers/key-value.ts", import.meta.url).href;
  const run = promisify(execFile);
  const outputs = await Promise.all(
    ["left", "right"].map((name) =>
      run(process.execPath, ["--input-type=module", "-e", WRITER, module, file, name]),
    ),
  );
  assert.ok(outputs.some(({ stdout }) => Number(stdout) > 0));
  const store = open(file, 4000);
  const keys = store.keys("", undefined, 999);
  const counted = keys.reduce((sum, key) => sum + key.length + (store.get(key)?.length ?? 0), 0);
  assert.equal(store.usedBytes(), counted);
  assert.ok(counted <= 4000 && counted > 4000 - 70);
});
