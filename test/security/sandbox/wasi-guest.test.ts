// WASI from the inside: one real guest behind the real seal, with real brokers.
import assert from "node:assert/strict";
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test, type TestContext } from "node:test";
import { makeClockBroker } from "@glovebox/host-api/clock/broker";
import { makePowers } from "../../../runtime/powers/make-powers.ts";
import { makeScratch, openPlugin, SECRET } from "../../helpers/sandbox-folder.ts";
import { makeSealedGuests } from "../../helpers/sealed-guest.ts";

let guests: Awaited<ReturnType<typeof makeSealedGuests>>;
before(async () => {
  guests = await makeSealedGuests();
});
after(() => guests.close());

const beyond = (): never => assert.fail("a power that the test does not give");
const powers = makePowers({
  openBeneath: beyond,
  resolveHost: beyond,
  sendHttp: beyond,
  readSecret: beyond,
});

function visit(t: TestContext) {
  const scratch = makeScratch(t);
  const { broker } = openPlugin(t, scratch);
  return { scratch, guest: guests.open({ filesystem: broker, clock: makeClockBroker(powers) }) };
}

/** What every text here begins with. */
const FILES = `
  const [[root]] = preopens.getDirectories();
  const none = {};
  const open = (path, flags = { read: true, write: true }, open = { create: true }) => root.openAt(none, path, open, flags);
`;

test("every function of a descriptor does what WASI says, on files", async (t) => {
  const { scratch, guest } = visit(t);
  const seen = await guest.run(`${FILES}
    const file = open("f");
    const flags = file.getFlags();
    const write = file.writeViaStream(0);
    write.blockingWriteAndFlush(bytes("0123456789"));
    write.blockingWriteZeroesAndFlush(2);
    file.appendViaStream().blockingWriteAndFlush(bytes("end"));
    file.advise(0, 10, "sequential");
    file.syncData();
    file.sync();
    const stream = file.readViaStream(2);
    const read = [text(stream.blockingRead(3)), stream.blockingSkip(2), text(stream.read(2))];
    const [all, atEnd] = file.read(100, 0);
    file.setSize(4);
    const written = file.write(bytes("X"), 1);
    file.setTimes({ tag: "timestamp", val: { seconds: 10, nanoseconds: 0 } }, { tag: "timestamp", val: { seconds: 20, nanoseconds: 0 } });
    const stat = file.stat();
    const again = open("f", { read: true }, {});
    return [flags.write, file.getType(), read, all.length, atEnd, written, text(file.read(10, 0)[0]),
      stat.type, stat.size, stat.dataAccessTimestamp.seconds, stat.dataModificationTimestamp.seconds,
      file.isSameObject(again), file.isSameObject(open("g")),
      JSON.stringify(file.metadataHash(), show) === JSON.stringify(root.metadataHashAt(none, "f"), show)];
    function show(key, value) { return typeof value === "bigint" ? String(value) : value; }`);
  assert.deepEqual(seen, [
    true,
    "regular-file",
    ["234", 2, "78"],
    15,
    true,
    1,
    "0X23",
    "regular-file",
    4,
    10,
    20,
    true,
    false,
    true,
  ]);
  assert.equal(readFileSync(join(scratch.box, "f"), "utf8"), "0X23");
  await guest[Symbol.asyncDispose]();
});

test("every function of a descriptor does what WASI says, on directories", async (t) => {
  const { scratch, guest } = visit(t);
  mkdirSync(join(scratch.box, "sub"));
  writeFileSync(join(scratch.box, "sub/old"), "x");
  const seen = await guest.run(`${FILES}
    root.createDirectoryAt("d");
    const sub = root.openAt(none, "sub", { directory: true }, { read: true });
    sub.renameAt("old", root, "d/new");
    root.setTimesAt(none, "d/new", { tag: "no-change" }, { tag: "timestamp", val: { seconds: 30, nanoseconds: 0 } });
    const names = [];
    const entries = root.readDirectory();
    for (let entry = entries.readDirectoryEntry(); entry != null; entry = entries.readDirectoryEntry()) names.push(entry.name + ":" + entry.type);
    const at = root.statAt(none, "d/new");
    const codes = [
      () => root.createDirectoryAt("d"), () => root.unlinkFileAt("d"), () => root.removeDirectoryAt("d"),
      () => root.removeDirectoryAt("d/new"), () => root.statAt(none, "missing"), () => root.openAt(none, "d/new", { directory: true }, { read: true }),
      () => root.openAt(none, "d/new", { create: true, exclusive: true }, { write: true }), () => root.read(1, 0), () => open("d/new").readDirectory(),
      () => root.openAt(none, "../files2/secret.txt", {}, { read: true }), () => root.openAt(none, "/etc/passwd", {}, { read: true }),
      () => root.linkAt(none, "d/new", root, "l"), () => root.symlinkAt("d/new", "l"), () => root.readlinkAt("d/new"),
    ].map((operation) => err(operation)[1]);
    root.unlinkFileAt("d/new");
    root.removeDirectoryAt("d");
    return [names.sort(), at.size, at.dataModificationTimestamp.seconds, codes, sub.getType()];`);
  assert.deepEqual(seen, [
    ["d:directory", "sub:directory"],
    1,
    30,
    [
      "exist",
      "is-directory",
      "not-empty",
      "not-directory",
      "no-entry",
      "not-directory",
      "exist",
      "is-directory",
      "not-directory",
      "not-permitted",
      "not-permitted",
      "not-permitted",
      "not-permitted",
      "not-permitted",
    ],
    "directory",
  ]);
  await guest[Symbol.asyncDispose]();
});

test("a link that somebody else left is seen, and goes nowhere", async (t) => {
  const { scratch, guest } = visit(t);
  symlinkSync(join(scratch.outside, "secret.txt"), join(scratch.box, "link"));
  const seen = await guest.run(`${FILES}
    return [root.statAt(none, "link").type, ...[{}, { symlinkFollow: true }].map((flags) => err(() => root.openAt(flags, "link", {}, { read: true }))[1])];`);
  assert.deepEqual(seen, ["symbolic-link", "not-permitted", "not-permitted"]);
  assert.equal(readFileSync(join(scratch.outside, "secret.txt"), "utf8"), SECRET);
  await guest[Symbol.asyncDispose]();
});

test("streams are spliced from file to file, and polled with a timer", async (t) => {
  const { guest } = visit(t);
  const seen = await guest.run(`${FILES}
    open("a").write(bytes("spliced bytes"), 0);
    const from = open("a").readViaStream(0);
    const to = open("b").writeViaStream(0);
    const moved = [to.splice(from, 7), to.blockingSplice(from, 100)];
    to.blockingFlush();
    const permit = to.checkWrite() > 0;
    const ready = [...poll.poll([monotonic.subscribeDuration(3600000000000), from.subscribe(), to.subscribe()])];
    return [moved, text(open("b").read(100, 0)[0]), permit, ready];`);
  assert.deepEqual(seen, [[7, 6], "spliced bytes", true, [1, 2]]);
  await guest[Symbol.asyncDispose]();
});

test("a failed stream says why, in the words of the file system and in no other", async (t) => {
  const { guest } = visit(t);
  const seen = await guest.run(`${FILES}
    const file = open("f");
    const stream = file.writeViaStream(9007199254740000);
    try { stream.blockingWriteAndFlush(bytes("x")); return "written"; }
    catch ({ payload }) { return [payload.tag, files.filesystemErrorCode(payload.val), http.httpErrorCode(payload.val) ?? null, err(() => stream.checkWrite())[1]]; }`);
  assert.deepEqual(seen, ["last-operation-failed", "quota", null, { tag: "closed" }]);
  await guest[Symbol.asyncDispose]();
});

test("exit ends the call and not the runner", async (t) => {
  const { guest } = visit(t);
  for (const tag of ["ok", "err"])
    await assert.rejects(guest.run(`exit.exit({ tag: "${tag}" });`), { code: "ERR_CALL_TRAP" });
  assert.equal(await guest.run(`return 1;`), 1);
  await guest[Symbol.asyncDispose]();
});
