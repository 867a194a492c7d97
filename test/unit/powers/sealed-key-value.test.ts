import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { copyFileSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { after, test } from "node:test";
import { HostError } from "@glovebox/host-api/errors";
import type { DataKey, KeyValueStore, SealOptions } from "@glovebox/host-api/powers";
import fc from "fast-check";
import { tenantDigest } from "../../../runtime/at-rest/seal.ts";
import { openKeyValue } from "../../../runtime/powers/key-value.ts";
import { compareCodePoints } from "../../../runtime/powers/sorted-names.ts";

const root = mkdtempSync(join(tmpdir(), "sealed-key-value-"));
const opened: KeyValueStore[] = [];
after(() => {
  for (const store of opened) store.close();
  rmSync(root, { recursive: true });
});

let count = 0;
const newFile = (): string => join(root, `plugin-${(count += 1)}`, "kv.sqlite");

function sealFor(tenant: string, bytes = randomBytes(32), store = "data/notes"): SealOptions {
  const key: DataKey = { tenant: tenantDigest(tenant), id: `${tenant} 1`, bytes: () => bytes };
  return { key, store };
}

function open(file: string, seal?: SealOptions, quotaBytes = 10_000): KeyValueStore {
  const sizes = { quotaBytes, keyBytesMax: 512, valueBytesMax: 1024 * 1024 };
  const store = openKeyValue(file, { ...sizes, ...(seal ? { seal } : {}) });
  opened.push(store);
  return store;
}

const textOf = (value: Uint8Array | undefined): string | undefined =>
  value && Buffer.from(value).toString();
const REFUSED = (error: unknown): boolean => error instanceof HostError && error.tag === "internal";

test("an encrypted store answers exactly as a plain one does, whatever is done to both", () => {
  const key = fc.oneof(
    fc.constantFrom("a", "ab", "a/1", "a/2", "b", "\u{1F512}", "\uFF5E", "é"),
    fc.string({ minLength: 1, maxLength: 4, unit: fc.constantFrom("a", "b", "/", "\u{10000}") }),
  );
  const change = fc.record({
    verb: fc.constantFrom("set", "set", "get", "delete", "keys", "used"),
    key,
    size: fc.nat(900),
    after: fc.option(key, { nil: undefined }),
    countMax: fc.integer({ min: 1, max: 4 }),
  });
  fc.assert(
    fc.property(fc.array(change, { maxLength: 40 }), (changes) => {
      const [plain, sealed] = [
        open(newFile(), undefined, 2000),
        open(newFile(), sealFor("a"), 2000),
      ];
      for (const { verb, key: name, size, after: from, countMax } of changes) {
        const run = (store: KeyValueStore): unknown => {
          try {
            if (verb === "set") return store.set(name, Buffer.alloc(size, name));
            if (verb === "get") return textOf(store.get(name));
            if (verb === "delete") return store.delete(name);
            if (verb === "keys") return store.keys(Array.from(name)[0] ?? "", from, countMax);
            return store.usedBytes();
          } catch (error) {
            return error instanceof HostError ? error.tag : error;
          }
        };
        assert.deepEqual(run(sealed), run(plain));
      }
      for (const store of opened.splice(-2)) store.close();
    }),
    { numRuns: 60 },
  );
});

test("neither names nor values stand in the file, and both are there after it was closed", () => {
  const [file, seal] = [newFile(), sealFor("acme")];
  const store = open(file, seal);
  store.set("favourite-colour", Buffer.from("ultramarine"));
  for (let at = 0; at < 50; at += 1) store.set(`favourite-${at}`, Buffer.from("ultramarine"));
  const bytes = readFileSync(file).toString("latin1");
  assert.doesNotMatch(bytes, /favourite|ultramarine/);
  assert.equal(textOf(open(file, seal).get("favourite-colour")), "ultramarine");
  assert.equal(open(file, seal).keys("favourite-", undefined, 1000).length, 51);
});

test("refuses a file under another tenant, key or place, and leaves it as it is", () => {
  const [file, seal] = [newFile(), sealFor("acme")];
  open(file, seal).set("colour", Buffer.from("blue"));
  const before = readFileSync(file);
  const { key } = seal;
  const others: SealOptions[] = [
    sealFor("acme"),
    { key: { ...key, tenant: tenantDigest("acme2") }, store: seal.store },
    { key, store: "data/other" },
  ];
  for (const other of others) assert.throws(() => open(file, other), REFUSED);
  assert.deepEqual(readFileSync(file), before);
});

test("never takes a plain file for an encrypted one, or the other way round", () => {
  const [plain, sealed] = [newFile(), newFile()];
  open(plain).set("colour", Buffer.from("blue"));
  open(sealed, sealFor("acme")).set("colour", Buffer.from("blue"));
  assert.throws(() => open(plain, sealFor("acme")), REFUSED);
  assert.throws(() => open(sealed), REFUSED);
});

test("refuses an entry whose value or name was moved from another one, by whoever writes to the file", () => {
  for (const column of ["value", "name"]) {
    const [file, seal] = [newFile(), sealFor("acme")];
    const store = open(file, seal);
    store.set("mine", Buffer.from("cheap"));
    store.set("yours", Buffer.from("dear"));
    const other = new DatabaseSync(file);
    const rows = other.prepare(`SELECT rowid AS id, ${column} AS sealed FROM entry`).all();
    const swap = other.prepare(`UPDATE entry SET ${column} = ? WHERE rowid = ?`);
    swap.run(rows[0]?.["sealed"] ?? null, Number(rows[1]?.["id"]));
    swap.run(rows[1]?.["sealed"] ?? null, Number(rows[0]?.["id"]));
    other.close();
    if (column === "value") assert.throws(() => store.get("mine"), REFUSED);
    else assert.throws(() => store.keys("", undefined, 10), REFUSED);
  }
});

test("does nothing any more from the moment that its key is gone", () => {
  const bytes = randomBytes(32);
  let isErased = false;
  const key: DataKey = {
    tenant: tenantDigest("acme"),
    id: "1",
    bytes: () => {
      if (isErased) throw new Error("erased");
      return bytes;
    },
  };
  const store = open(newFile(), { key, store: "data/notes" });
  store.set("colour", Buffer.from("blue"));
  store.keys("", undefined, 10);
  isErased = true;
  assert.throws(() => store.get("colour"), REFUSED);
  assert.throws(() => store.set("colour", Buffer.from("red")), REFUSED);
  assert.throws(() => store.delete("colour"), REFUSED);
  assert.throws(() => store.keys("", undefined, 10), REFUSED);
});

test("lists what another process wrote and deleted meanwhile", () => {
  const [file, seal] = [newFile(), sealFor("acme")];
  const [one, other] = [open(file, seal), open(file, seal)];
  one.set("a", Buffer.from("1"));
  assert.deepEqual(other.keys("", undefined, 10), ["a"]);
  one.set("b", Buffer.from("2"));
  one.delete("a");
  assert.deepEqual(other.keys("", undefined, 10), ["b"]);
  other.set("c", Buffer.from("3"));
  assert.deepEqual(one.keys("", undefined, 10), ["b", "c"]);
});

test("a copy of the file under another name is the same store's, and opens with its key", () => {
  const [file, seal] = [newFile(), sealFor("acme")];
  open(file, seal).set("colour", Buffer.from("blue"));
  const copy = `${file}.copy`;
  copyFileSync(file, copy);
  assert.equal(textOf(open(copy, seal).get("colour")), "blue");
});

test("orders names as UTF-8 does", () => {
  const names = ["\u{10000}", "\uFFFD", "\uD7FF", "a", "", "ab", "\u{1F512}x", "\uE000"];
  const expected = names.toSorted((left, right) =>
    Buffer.compare(Buffer.from(left), Buffer.from(right)),
  );
  assert.deepEqual(names.toSorted(compareCodePoints), expected);
});
