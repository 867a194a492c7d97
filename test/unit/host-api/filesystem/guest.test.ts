import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { test, type TestContext } from "node:test";
import type { CapabilityName } from "@glovebox/host-api/capability";
import { HostError } from "@glovebox/host-api/errors";
import { Descriptor } from "@glovebox/host-api/filesystem/descriptor";
import { type FilesystemGrant, parseGrant } from "@glovebox/host-api/filesystem/grant";
import { makeFilesystemImports } from "@glovebox/host-api/filesystem/guest";
import { type GuestChannel, GuestRefusal } from "@glovebox/host-api/guest";
import { IoError } from "@glovebox/host-api/io/streams";
import { duringCall } from "../../../helpers/loopback.ts";
import { contentOf, makeScratch, openPlugin, placeOf } from "../../../helpers/sandbox-folder.ts";

const NO_FLAGS = {};
const FOLLOW = { symlinkFollow: true };

/** The guest's objects over a real broker, with a channel that only carries refusals as the runner does. */
function makeGuest(
  t: TestContext,
  grant: FilesystemGrant = parseGrant("read-write"),
  names: CapabilityName[] = ["filesystem"],
) {
  const scratch = makeScratch(t);
  const plugin = openPlugin(t, scratch, undefined, grant);
  const channel: GuestChannel = {
    call(operation, args, body = new Uint8Array(0)) {
      try {
        const answer = plugin.start(
          operation.replace("filesystem.", ""),
          JSON.parse(JSON.stringify(args)),
          body,
        );
        // The runner blocks until a slow answer is there. Of ours only `sync` is slow, and it answers nothing.
        if (answer instanceof Promise) return { value: null, body: new Uint8Array(0) };
        return { value: answer.value, body: answer.body ?? new Uint8Array(0) };
      } catch (error) {
        if (error instanceof HostError) throw new GuestRefusal(error.tag);
        throw error;
      }
    },
  };
  const made = makeFilesystemImports({
    channel,
    note: () => {},
    granted: new Set(names),
    call: { context: null },
    ...duringCall(),
  });
  /** Calls a function as jco's generated code does, which knows no types either. */
  const call = (name: string, operation: string, ...args: unknown[]): unknown => {
    const callee = made[name]?.[operation];
    assert.ok(typeof callee === "function");
    return callee(...args);
  };
  const preopens = call("wasi:filesystem/preopens", "getDirectories");
  assert.ok(Array.isArray(preopens));
  return {
    scratch,
    plugin,
    preopens,
    channel,
    files: (operation: string, ...args: unknown[]) =>
      call("glovebox:plugin/files", operation, ...args),
    errorCode: (error: IoError) => call("wasi:filesystem/types", "filesystemErrorCode", error),
  };
}

function rootOf(preopens: readonly unknown[]): Descriptor {
  assert.equal(preopens.length, 1);
  const [preopen] = preopens;
  assert.ok(Array.isArray(preopen));
  const [descriptor, name]: unknown[] = preopen;
  assert.ok(descriptor instanceof Descriptor);
  assert.equal(name, "/");
  return descriptor;
}

const thrown = (operation: () => unknown): unknown => {
  try {
    operation();
  } catch (error) {
    return error;
  }
  return undefined;
};

test("walks up with `..` below a directory, through directories that are there, and never out of it", (t) => {
  const { preopens, plugin } = makeGuest(t);
  const root = rootOf(preopens);
  for (const path of ["d", "d/e", "f"]) root.createDirectoryAt(path);
  const open = (from: Descriptor, path: string) =>
    from.openAt(NO_FLAGS, path, { create: true }, { write: true });
  open(root, "d/e/../../f/.././d//a");
  const d = root.openAt(NO_FLAGS, "d/e/..", { directory: true }, { read: true });
  assert.equal(
    d.isSameObject(root.openAt(NO_FLAGS, "d", { directory: true }, { read: true })),
    true,
  );
  assert.equal(d.statAt(NO_FLAGS, "e/../a").type, "regular-file");
  assert.equal(root.statAt(NO_FLAGS, "d/..").type, "directory");
  root.renameAt("f/../d/a", root, "d/../b");
  assert.equal(root.statAt(NO_FLAGS, "b").type, "regular-file");
  for (const path of ["../b", "e/../../b", "..", "e/../.."])
    assert.equal(
      thrown(() => d.statAt(NO_FLAGS, path)),
      "not-permitted",
      path,
    );
  for (const [path, code] of [
    ["missing/../b", "no-entry"],
    ["b/../b", "not-directory"],
  ] as const)
    assert.equal(
      thrown(() => root.statAt(NO_FLAGS, path)),
      code,
    );
  // The broker hears no such path, and takes none.
  assert.throws(() => plugin.start("stat", ["d/../b"]), { tag: "not-permitted" });
});

test("serves glovebox:plugin/files and throws the tags of its enum", (t) => {
  const { files, scratch } = makeGuest(t);
  files("makeDirectory", "d");
  files("writeFile", "d/a", Buffer.from("text"), "create");
  assert.deepEqual(files("readFile", "d/a"), new Uint8Array(Buffer.from("text")));
  const stat = files("statPath", "d/a");
  assert.ok(typeof stat === "object" && stat !== null && "modifiedMs" in stat);
  assert.deepEqual(stat, { kind: "file", size: 4n, modifiedMs: stat.modifiedMs });
  assert.equal(files("listDirectory", "d"), '[{"name":"a","kind":"file"}]');
  files("renamePath", "d/a", "b");
  assert.equal(contentOf(scratch, "b").toString(), "text");
  assert.equal(
    thrown(() => files("writeFile", "b", Buffer.from(""), "create")),
    "already-exists",
  );
  assert.equal(
    thrown(() => files("readFile", "../files2/secret.txt")),
    "not-permitted",
  );
  files("removeFile", "b");
  files("removeDirectory", "d");
  assert.equal(
    thrown(() => files("readFile", "b")),
    "not-found",
  );
});

test("has no preopen without the grant", (t) => {
  assert.deepEqual(makeGuest(t, parseGrant("read"), []).preopens, []);
});

test("opens, writes, reads and looks at files through descriptors", (t) => {
  const { preopens } = makeGuest(t);
  const root = rootOf(preopens);
  root.createDirectoryAt("d");
  const directory = root.openAt(
    FOLLOW,
    "d",
    { directory: true },
    { read: true, mutateDirectory: true },
  );
  assert.equal(directory.getType(), "directory");
  const file = directory.openAt(
    FOLLOW,
    "f",
    { create: true, exclusive: true },
    { read: true, write: true },
  );
  assert.equal(file.getType(), "regular-file");
  assert.deepEqual(file.getFlags(), { read: true, write: true });
  assert.equal(file.write(Buffer.from("hello"), 0n), 5n);
  const [bytes, atEnd] = file.read(100n, 1n);
  assert.deepEqual([Buffer.from(bytes).toString(), atEnd], ["ello", true]);
  assert.equal(file.read(2n, 0n)[1], false);
  file.setSize(4n);
  file.setTimes(
    { tag: "timestamp", val: { seconds: 5n, nanoseconds: 500_000_000 } },
    { tag: "now" },
  );
  const stat = root.statAt(FOLLOW, "d/f");
  assert.deepEqual([stat.type, stat.size, stat.linkCount], ["regular-file", 4n, 1n]);
  assert.deepEqual(stat.dataAccessTimestamp, { seconds: 5n, nanoseconds: 500_000_000 });
  root.setTimesAt(
    FOLLOW,
    "d/f",
    { tag: "no-change" },
    { tag: "timestamp", val: { seconds: 7n, nanoseconds: 0 } },
  );
  assert.deepEqual(file.stat().dataModificationTimestamp, { seconds: 7n, nanoseconds: 0 });
  assert.equal(file.isSameObject(root.openAt(FOLLOW, "d/f", {}, { read: true })), true);
  assert.equal(file.isSameObject(root), false);
  assert.deepEqual(file.metadataHash(), root.metadataHashAt(FOLLOW, "d/f"));
  assert.notDeepEqual(file.metadataHash(), root.metadataHash());
  file.advise(0n, 1n, "normal");
  file.sync();
  file.syncData();
  root.sync();
});

test("lists a directory and then ends", (t) => {
  const root = rootOf(makeGuest(t).preopens);
  root.createDirectoryAt("b");
  root.openAt(NO_FLAGS, "a", { create: true }, { write: true });
  const stream = root.readDirectory();
  assert.deepEqual(stream.readDirectoryEntry(), { type: "regular-file", name: "a" });
  assert.deepEqual(stream.readDirectoryEntry(), { type: "directory", name: "b" });
  assert.equal(stream.readDirectoryEntry(), undefined);
  assert.equal(stream.readDirectoryEntry(), undefined);
});

test("streams more than one chunk in and out", (t) => {
  const { preopens, scratch } = makeGuest(t);
  const root = rootOf(preopens);
  const file = root.openAt(NO_FLAGS, "f", { create: true }, { read: true, write: true });
  const bytes = Buffer.alloc(2 * 1024 * 1024 + 3, "abcdefg");
  const sink = file.writeViaStream(1n);
  for (let at = 0; at < bytes.length; at += 1024 * 1024)
    sink.write(bytes.subarray(at, at + 1024 * 1024));
  const end = file.appendViaStream();
  end.blockingWriteAndFlush(Buffer.from("END"));
  const expected = Buffer.concat([Buffer.alloc(1), bytes, Buffer.from("END")]);
  assert.deepEqual(contentOf(scratch, "f"), expected);
  const source = file.readViaStream(0n);
  const chunks: Uint8Array[] = [];
  for (;;) {
    const chunk = thrown(() => chunks.push(source.blockingRead(10_000_000n)));
    if (chunk === undefined) continue;
    assert.deepEqual(chunk, { tag: "closed" });
    break;
  }
  assert.deepEqual(Buffer.concat(chunks), expected);
});

test("keeps a file open until the last of its streams is dropped", (t) => {
  const { preopens, plugin } = makeGuest(t);
  const root = rootOf(preopens);
  const file = root.openAt(NO_FLAGS, "f", { create: true }, { read: true, write: true });
  const stream = file.appendViaStream();
  file[Symbol.dispose]();
  stream.write(Buffer.from("x"));
  stream[Symbol.dispose]();
  assert.equal(Number(thrown(() => stream.write(Buffer.from("y"))) !== undefined), 1);
  assert.throws(() => plugin.run("statHandle", [1]), HostError);
});

test("answers with WASI's own error codes", (t) => {
  const root = rootOf(makeGuest(t).preopens);
  root.createDirectoryAt("d");
  const file = root.openAt(NO_FLAGS, "d/f", { create: true }, { write: true });
  const open = (path: string, openFlags: object, flags: object) =>
    thrown(() => root.openAt(FOLLOW, path, openFlags, flags));
  assert.equal(open("missing", {}, { read: true }), "no-entry");
  assert.equal(open("", {}, { read: true }), "no-entry");
  assert.equal(open("d/f", { create: true, exclusive: true }, { write: true }), "exist");
  assert.equal(open("d", {}, { write: true }), "is-directory");
  assert.equal(open("d/f", { directory: true }, { read: true }), "not-directory");
  assert.equal(open("../x", {}, { read: true }), "not-permitted");
  assert.equal(open("/d/f", {}, { read: true }), "not-permitted");
  assert.equal(open("a\0", {}, { read: true }), "invalid");
  assert.equal(
    thrown(() => root.removeDirectoryAt("d")),
    "not-empty",
  );
  assert.equal(
    thrown(() => root.unlinkFileAt("d")),
    "is-directory",
  );
  assert.equal(
    thrown(() => root.read(1n, 0n)),
    "is-directory",
  );
  assert.equal(
    thrown(() => file.readDirectory()),
    "not-directory",
  );
  assert.equal(
    thrown(() => file.read(1n, 0n)),
    "bad-descriptor",
  );
  assert.equal(
    thrown(() => file.setSize(2n ** 64n - 1n)),
    "invalid",
  );
  assert.equal(
    thrown(() => file.setSize(2n ** 40n)),
    "quota",
  );
  assert.equal(
    thrown(() => root.setTimes({ tag: "now" }, { tag: "now" })),
    "not-permitted",
  );
  assert.equal(
    thrown(() => root.setTimesAt(NO_FLAGS, "d", { tag: "now" }, { tag: "now" })),
    "not-permitted",
  );
});

test("makes and reads no link", (t) => {
  const { preopens, scratch } = makeGuest(t);
  const root = rootOf(preopens);
  assert.equal(
    thrown(() => root.symlinkAt()),
    "not-permitted",
  );
  assert.equal(
    thrown(() => root.linkAt()),
    "not-permitted",
  );
  assert.equal(
    thrown(() => root.readlinkAt()),
    "not-permitted",
  );
  assert.equal(existsSync(placeOf(scratch, "l")), false);
});

test("changes nothing through a directory that may only be read, nor through one opened by it", (t) => {
  const { preopens, channel } = makeGuest(t);
  const root = rootOf(preopens);
  root.createDirectoryAt("d");
  root.createDirectoryAt("d/e");
  const top = new Descriptor(channel, { path: "d" }, { read: true });
  const below = top.openAt(NO_FLAGS, "e", { directory: true }, { read: true });
  for (const directory of [top, below]) {
    const attempts: readonly (() => unknown)[] = [
      () => directory.createDirectoryAt("x"),
      () => directory.openAt(NO_FLAGS, "f", { create: true }, { read: true }),
      () => directory.openAt(NO_FLAGS, "f", {}, { write: true }),
      () => directory.openAt(NO_FLAGS, ".", {}, { mutateDirectory: true }),
      () => root.renameAt("d", directory, "x"),
    ];
    for (const attempt of attempts) assert.equal(thrown(attempt), "read-only");
  }
});

test("a name that ends in a slash is a directory's or nobody's", (t) => {
  const root = rootOf(makeGuest(t).preopens);
  root.createDirectoryAt("d/");
  root.openAt(NO_FLAGS, "f", { create: true }, { write: true })[Symbol.dispose]();
  assert.equal(root.openAt(NO_FLAGS, "d/", {}, { read: true }).getType(), "directory");
  assert.equal(
    thrown(() => root.openAt(NO_FLAGS, "f/", {}, { read: true })),
    "not-directory",
  );
  assert.equal(
    thrown(() => root.unlinkFileAt("f/")),
    "not-directory",
  );
  assert.equal(
    thrown(() => root.unlinkFileAt("d/")),
    "is-directory",
  );
});

test("a file is only used as it was opened", (t) => {
  const root = rootOf(makeGuest(t).preopens);
  const writer = root.openAt(NO_FLAGS, "f", { create: true }, { write: true });
  const reader = root.openAt(NO_FLAGS, "f", {}, { read: true });
  const attempts: readonly (() => unknown)[] = [
    () => writer.readViaStream(0n),
    () => reader.write(Buffer.from("x"), 0n),
    () => reader.writeViaStream(0n),
    () => reader.appendViaStream(),
    () => reader.setSize(0n),
  ];
  for (const attempt of attempts) assert.equal(thrown(attempt), "bad-descriptor");
});

test("changes what is below a directory that may be changed, through one opened for reading, as preview 1 does", (t) => {
  const root = rootOf(makeGuest(t).preopens);
  root.createDirectoryAt("d");
  const directory = root.openAt(NO_FLAGS, "d", { directory: true }, { read: true });
  directory.createDirectoryAt("e");
  assert.equal(root.statAt(NO_FLAGS, "d/e").type, "directory");
});

test("reports a stream's failure so that its WASI code can be asked for", (t) => {
  const { preopens, errorCode } = makeGuest(t, parseGrant({ access: "read-write", quota: "10B" }));
  const file = rootOf(preopens).openAt(NO_FLAGS, "f", { create: true }, { write: true });
  const failure = thrown(() => file.appendViaStream().write(Buffer.alloc(11)));
  assert.ok(typeof failure === "object" && failure !== null && "val" in failure);
  assert.ok(failure.val instanceof IoError);
  assert.equal(errorCode(failure.val), "quota");
  assert.equal(errorCode(new IoError("some other failure")), undefined);
});
