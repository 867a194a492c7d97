import assert from "node:assert/strict";
import { mkdirSync, statSync, writeFileSync } from "node:fs";
import { test } from "node:test";
import { parseGrant } from "@glovebox/host-api/filesystem/grant";
import {
  CHUNK_BYTES_MAX,
  LIST_ENTRIES_MAX,
  WHOLE_FILE_BYTES_MAX,
} from "@glovebox/host-api/filesystem/limits";
import type { JsonValue } from "@glovebox/host-api/json";
import {
  contentOf,
  handleOf,
  makeScratch,
  openPlugin,
  placeOf,
  refusedAs,
  statIn,
} from "../../../helpers/sandbox-folder.ts";

const textOf = (body: Uint8Array | undefined) => Buffer.from(body ?? []).toString();

test("writes, reads, lists, renames and removes by path", (t) => {
  const scratch = makeScratch(t);
  const { run } = openPlugin(t, scratch);
  run("makeDirectory", ["notes"]);
  run("writeFile", ["notes/a", "create"], "one");
  run("writeFile", ["notes/a", "append"], " two");
  assert.equal(textOf(run("readFile", ["notes/a"]).body), "one two");
  run("writeFile", ["notes/a", "replace"], "1");
  assert.equal(textOf(run("readFile", ["notes/a"]).body), "1");
  run("writeFile", ["notes/Z", "replace"], "");
  assert.deepEqual(JSON.parse(textOf(run("list", ["notes"]).body)), [
    { name: "Z", kind: "file" },
    { name: "a", kind: "file" },
  ]);
  run("rename", ["notes/a", "b"]);
  assert.equal(contentOf(scratch, "b").toString(), "1");
  run("removeFile", ["b"]);
  run("removeFile", ["notes/Z"]);
  run("removeDirectory", ["notes"]);
  assert.deepEqual(JSON.parse(textOf(run("list", [""]).body)), []);
});

test("makes files and folders for their owner alone", (t) => {
  const scratch = makeScratch(t);
  const { run } = openPlugin(t, scratch);
  run("makeDirectory", ["d"]);
  run("writeFile", ["d/f", "create"], "x");
  assert.equal(statSync(placeOf(scratch, "d")).mode & 0o777, 0o700);
  assert.equal(statSync(placeOf(scratch, "d", "f")).mode & 0o777, 0o600);
});

test("says what an entry is, without the host's inode numbers", (t) => {
  const scratch = makeScratch(t);
  const { run } = openPlugin(t, scratch);
  run("writeFile", ["f", "create"], "12345");
  const stat = statIn(run("stat", ["f"]));
  assert.equal(stat.kind, "file");
  assert.equal(stat.sizeBytes, 5);
  assert.match(stat.identity, /^[0-9a-f]{32}$/);
  assert.equal(statIn(run("stat", [""])).kind, "directory");
});

test("reads and writes through handles at any place", async (t) => {
  const scratch = makeScratch(t);
  const { run, start, broker } = openPlugin(t, scratch);
  const handle = handleOf(run("open", ["f", ["read", "write", "create"]]));
  assert.equal(run("write", [handle, 2], "cd").value, 2);
  assert.equal(run("write", [handle, "end"], "ef").value, 2);
  assert.equal(run("write", [handle, 0], "").value, 0);
  assert.equal(textOf(run("read", [handle, 0, 100]).body), "\0\0cdef");
  assert.equal(textOf(run("read", [handle, 4, 1]).body), "e");
  assert.equal(textOf(run("read", [handle, 6, 10]).body), "");
  assert.equal(textOf(run("read", [handle, Number.MAX_SAFE_INTEGER, 10]).body), "");
  run("setSize", [handle, 3]);
  run("setTimes", [handle, 1000, 2000]);
  const stat = statIn(run("statHandle", [handle]));
  assert.deepEqual([stat.sizeBytes, stat.accessedMs, stat.modifiedMs], [3, 1000, 2000]);
  run("setTimes", [handle, null, "now"]);
  assert.equal(statIn(run("statHandle", [handle])).accessedMs, 1000);
  await start("sync", [handle]);
  run("close", [handle]);
  assert.throws(() => run("read", [handle, 0, 1]), refusedAs(scratch, "invalid-argument"));
  broker.endCall?.("call-1");
});

test("closes a file while the disk still takes its bytes", async (t) => {
  const scratch = makeScratch(t);
  const { run, start, broker } = openPlugin(t, scratch);
  const handle = handleOf(run("open", ["f", ["write", "create"]]));
  run("write", [handle, 0], "x");
  const syncing = start("sync", [handle]);
  broker.endCall?.("call-1");
  await syncing;
  assert.throws(() => run("statHandle", [handle]), refusedAs(scratch, "invalid-argument"));
});

test("opens as the flags say", (t) => {
  const scratch = makeScratch(t);
  const { run } = openPlugin(t, scratch);
  run("makeDirectory", ["d"]);
  run("writeFile", ["f", "create"], "12345");
  const refused = (path: string, flags: readonly string[], tag: Parameters<typeof refusedAs>[1]) =>
    assert.throws(() => run("open", [path, flags]), refusedAs(scratch, tag));
  assert.deepEqual(run("open", ["d", ["read", "directory"]]).value, null);
  assert.deepEqual(run("open", ["", ["read"]]).value, null);
  refused("missing", ["read"], "not-found");
  refused("missing", ["read", "directory"], "not-found");
  refused("f", ["read", "directory"], "not-a-directory");
  refused("f/g", ["read"], "not-a-directory");
  refused("f", ["write", "create", "exclusive"], "already-exists");
  refused("d", ["write"], "not-a-file");
  refused("d", ["read", "directory", "create"], "invalid-argument");
  refused("f", ["read", "truncate"], "invalid-argument");
  refused("f", ["read", "append"], "invalid-argument");
  run("open", ["f", ["write", "create"]]);
  assert.equal(statIn(run("stat", ["f"])).sizeBytes, 5);
  run("open", ["f", ["write", "truncate"]]);
  assert.equal(statIn(run("stat", ["f"])).sizeBytes, 0);
});

test("holds a handle to what it was opened for", (t) => {
  const scratch = makeScratch(t);
  const { run } = openPlugin(t, scratch);
  run("writeFile", ["f", "create"], "x");
  const reading = handleOf(run("open", ["f", ["read"]]));
  const writing = handleOf(run("open", ["f", ["write"]]));
  const looking = handleOf(run("open", ["f", []]));
  assert.throws(() => run("write", [reading, 0], "y"), refusedAs(scratch, "not-permitted"));
  assert.throws(() => run("setSize", [reading, 0]), refusedAs(scratch, "not-permitted"));
  assert.throws(() => run("setTimes", [reading, 0, 0]), refusedAs(scratch, "not-permitted"));
  assert.throws(() => run("read", [writing, 0, 1]), refusedAs(scratch, "not-permitted"));
  assert.throws(() => run("read", [looking, 0, 1]), refusedAs(scratch, "not-permitted"));
  assert.throws(() => run("write", [looking, 0], "y"), refusedAs(scratch, "not-permitted"));
});

test("tells a file from a directory in every operation", (t) => {
  const scratch = makeScratch(t);
  const { run } = openPlugin(t, scratch);
  run("makeDirectory", ["d"]);
  run("writeFile", ["d/f", "create"], "x");
  const refused = (
    operation: string,
    args: readonly JsonValue[],
    tag: Parameters<typeof refusedAs>[1],
  ) => assert.throws(() => run(operation, args), refusedAs(scratch, tag));
  refused("readFile", ["d"], "not-a-file");
  refused("readFile", ["missing"], "not-found");
  refused("writeFile", ["d", "replace"], "not-a-file");
  refused("writeFile", ["d/f", "create"], "already-exists");
  refused("writeFile", ["missing/f", "create"], "not-found");
  refused("list", ["d/f"], "not-a-directory");
  refused("makeDirectory", ["d"], "already-exists");
  refused("makeDirectory", [""], "invalid-argument");
  refused("removeFile", ["d"], "not-a-file");
  refused("removeFile", ["d/missing"], "not-found");
  refused("removeDirectory", ["d"], "not-empty");
  refused("removeDirectory", ["d/f"], "not-a-directory");
  refused("rename", ["d", "d/inside"], "invalid-argument");
  refused("rename", ["missing", "x"], "not-found");
});

test("refuses a file beyond one answer, and more bytes than one operation moves", (t) => {
  const scratch = makeScratch(t);
  const { run } = openPlugin(t, scratch);
  const handle = handleOf(run("open", ["big", ["read", "write", "create"]]));
  run("setSize", [handle, WHOLE_FILE_BYTES_MAX]);
  assert.equal(run("readFile", ["big"]).body?.length, WHOLE_FILE_BYTES_MAX);
  run("setSize", [handle, WHOLE_FILE_BYTES_MAX + 1]);
  assert.throws(() => run("readFile", ["big"]), refusedAs(scratch, "too-large"));
  assert.throws(
    () => run("read", [handle, 0, CHUNK_BYTES_MAX + 1]),
    refusedAs(scratch, "too-large"),
  );
  assert.throws(
    () => run("write", [handle, 0], new Uint8Array(CHUNK_BYTES_MAX + 1)),
    refusedAs(scratch, "too-large"),
  );
  const whole = new Uint8Array(WHOLE_FILE_BYTES_MAX + 1);
  assert.throws(() => run("writeFile", ["w", "create"], whole), refusedAs(scratch, "too-large"));
  assert.throws(() => run("stat", ["w"]), refusedAs(scratch, "not-found"));
});

test("refuses to list a directory with too many entries", (t) => {
  const scratch = makeScratch(t);
  mkdirSync(placeOf(scratch, "many"));
  for (let index = 0; index < LIST_ENTRIES_MAX; index += 1)
    writeFileSync(placeOf(scratch, "many", `${index}`), "");
  const { run } = openPlugin(t, scratch);
  assert.equal(JSON.parse(textOf(run("list", ["many"]).body)).length, LIST_ENTRIES_MAX);
  writeFileSync(placeOf(scratch, "many", "one more"), "");
  assert.throws(() => run("list", ["many"]), refusedAs(scratch, "too-large"));
});

test("keeps a plugin's files when the broker is opened again", (t) => {
  const scratch = makeScratch(t);
  const first = openPlugin(t, scratch);
  first.run("writeFile", ["f", "create"], "kept");
  first.broker.close?.();
  assert.throws(() => first.run("readFile", ["f"]), refusedAs(scratch, "not-permitted"));
  const second = openPlugin(t, scratch, undefined, parseGrant("read"));
  assert.equal(textOf(second.run("readFile", ["f"]).body), "kept");
});
