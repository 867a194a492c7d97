// Every kind of change at every place of a trail, by somebody who may write the files and does not hold the key.
import assert from "node:assert/strict";
import fs from "node:fs";
import { describe, it } from "node:test";
import { makeEvent } from "../../runtime/audit/record.ts";
import { hashLine } from "../../runtime/audit/chain/lines.ts";
import { TrailRoom } from "../helpers/audit-trail.ts";
import { makeScratch } from "../helpers/scratch.ts";

/** First line, 12 records with a checkpoint after each four lines, and one at the end. */
const OPTIONS = { checkpointRecords: 4 };

function makeRoom(t: Parameters<typeof makeScratch>[0]): TrailRoom {
  const room = new TrailRoom(makeScratch(t));
  room.write(1, 12, OPTIONS);
  return room;
}

type Change = (lines: string[], at: number) => void;

const swap: Change = (lines, at) => {
  [lines[at], lines[at + 1]] = [lines[at + 1] ?? "", lines[at] ?? ""];
};
/** Adds a line behind `at` as somebody would who knows the format. */
const insert: Change = (lines, at) => {
  const before = lines[at] ?? "";
  const { seq } = JSON.parse(before) as { seq: number };
  const line = `{"seq":${seq + 1},"prev":"${hashLine(before)}","kind":"guest-log","message":"forged"}`;
  lines.splice(at + 1, 0, line);
};
/** Changes a line and then chains everything behind it anew. */
const rechain: Change = (lines, at) => {
  lines[at] = (lines[at] ?? "").replace('"timestamp":"2', '"timestamp":"1');
  for (let index = at + 1; index < lines.length; index += 1)
    lines[index] = (lines[index] ?? "").replace(
      /"prev":"[0-9a-f]{64}"/,
      `"prev":"${hashLine(lines[index - 1] ?? "")}"`,
    );
};

const CHANGES: Readonly<Record<string, Change>> = {
  "a line that is removed": (lines, at) => void lines.splice(at, 1),
  "two lines that are removed": (lines, at) => void lines.splice(at, 2),
  "a letter that is changed": (lines, at) =>
    void (lines[at] = (lines[at] ?? "").replace('"timestamp":"2', '"timestamp":"1')),
  "a blank that is put in": (lines, at) => void (lines[at] = (lines[at] ?? "").replace("{", "{ ")),
  "two lines that change places": swap,
  "a line that is repeated": (lines, at) => void lines.splice(at, 0, lines[at] ?? ""),
  "a line that is put in": insert,
  "noise that is put in": (lines, at) => void lines.splice(at, 0, "noise"),
  "an empty line": (lines, at) => void lines.splice(at, 0, ""),
  "a line in the place of another": (lines, at) => void (lines[at] = lines[at === 3 ? 5 : 3] ?? ""),
  "a number that is changed": (lines, at) =>
    void (lines[at] = (lines[at] ?? "").replace(/"seq":(\d+)/, '"seq":1$1')),
  "a cut of everything behind": (lines, at) => void lines.splice(at),
  "everything behind chained anew": rechain,
  "a line of another trail": (lines, at) => {
    lines[at] = (lines[at] ?? "").replace(/"kind":"[a-z-]+"/, '"kind":"segment"');
  },
};

describe("a trail", () => {
  it("that nobody changed is whole", (t) => {
    const room = makeRoom(t);
    const report = room.verify();
    assert.deepEqual(report.problems, []);
    assert.deepEqual(report.notes, []);
    const [chain] = report.chains;
    assert.equal(chain?.lines, room.lines().length);
    assert.equal(chain?.signedTo, chain?.head.seq);
    assert.equal(chain?.checkpoints, 4);
  });

  for (const [what, change] of Object.entries(CHANGES))
    it(`with ${what} is found out, at every place`, (t) => {
      const room = makeRoom(t);
      const lines = room.lines();
      const last = lines.length - (what.startsWith("two") ? 2 : 1);
      for (let at = 0; at <= last; at += 1) {
        const changed = [...lines];
        change(changed, at);
        if (changed.join("\n") === lines.join("\n")) continue;
        room.setLines(changed);
        // Who adds behind the last checkpoint what a crashed writer could have left is not told from one; but it is said.
        if (change === insert && at === last)
          assert.deepEqual([room.problems(), room.notes()], [[], ["unsigned"]]);
        else assert.notDeepEqual(room.problems(), [], `line ${at + 1}`);
      }
    });

  it("with one bit that is flipped is found out, wherever it is", (t) => {
    const room = makeRoom(t);
    const bytes = fs.readFileSync(room.file);
    for (let at = 0; at < bytes.length; at += 7) {
      const changed = Buffer.from(bytes);
      changed.writeUInt8(changed.readUInt8(at) ^ 1, at);
      fs.writeFileSync(room.file, changed);
      assert.equal(room.verify().ok, false, `byte ${at}`);
    }
  });

  it("that is cut in the middle of a line is found out, at every byte up to its last checkpoint", (t) => {
    const room = makeRoom(t);
    const bytes = fs.readFileSync(room.file);
    for (let length = 0; length < bytes.length - 1; length += 11) {
      fs.writeFileSync(room.file, bytes.subarray(0, length));
      assert.equal(room.verify().ok, false, `${length} bytes`);
    }
  });

  it("that is cut is found out without the copies of its checkpoints by an anchor alone", (t) => {
    const room = makeRoom(t);
    const anchor = room.verify().chains[0]!.head;
    fs.rmSync(room.path("audit.checkpoints.jsonl"));
    room.setLines(room.lines().slice(0, -3));
    // This is what no chain can know of itself.
    assert.deepEqual(room.problems(), []);
    assert.deepEqual(room.notes(), ["unsigned"]);
    assert.deepEqual(room.problems([anchor]), ["truncated"]);
  });

  it("says how much a cut behind the last checkpoint could take unseen", (t) => {
    const room = makeRoom(t);
    const audit = room.open();
    for (let count = 0; count < 3; count += 1) audit.write(makeEvent("start"));
    const { notes, problems } = room.verify();
    assert.deepEqual(problems, []);
    assert.match(notes.find(({ code }) => code === "unsigned")?.message ?? "", /last 3 lines/);
    audit.close();
  });

  it("that was signed by another key is found out", (t) => {
    const [room, other] = [makeRoom(t), makeRoom(t)];
    fs.copyFileSync(other.path("audit.key"), room.path("audit.key"));
    assert.deepEqual(room.problems(), ["bad-signature"]);
  });

  it("that was replaced by another whole one is found out by its copies, and by an anchor", (t) => {
    const [room, other] = [makeRoom(t), makeRoom(t)];
    const anchor = room.verify().chains[0]!.head;
    fs.copyFileSync(other.file, room.file);
    fs.copyFileSync(other.path("audit.key"), room.path("audit.key"));
    assert.deepEqual(room.problems(), ["bad-signature"]);
    fs.copyFileSync(other.path("audit.checkpoints.jsonl"), room.path("audit.checkpoints.jsonl"));
    assert.deepEqual(room.problems([anchor]), ["truncated"]);
  });

  it("that somebody cut while nobody wrote is never gone on with in silence", (t) => {
    const room = makeRoom(t);
    room.setLines(room.lines().slice(0, -3));
    room.write(13, 20);
    assert.equal(room.names.length, 2);
    assert.ok(room.problems().includes("truncated"), room.problems().join());
  });

  it("that somebody removed while nobody wrote is never begun anew in silence", (t) => {
    const room = makeRoom(t);
    fs.rmSync(room.file);
    room.write(13, 20);
    assert.deepEqual(room.problems(), ["missing"]);
  });

  for (const [what, change] of Object.entries({
    cut: (file: string) => fs.truncateSync(file, 300),
    emptied: (file: string) => fs.truncateSync(file, 0),
    "added to": (file: string) => fs.appendFileSync(file, "noise\n"),
    removed: (file: string) => fs.rmSync(file),
    "put in another's place": (file: string) => {
      fs.copyFileSync(file, `${file}.copy`);
      fs.renameSync(`${file}.copy`, file);
    },
  }))
    it(`that somebody has ${what} while it is written goes on in a new file, which says so`, (t) => {
      const room = makeRoom(t);
      const audit = room.open(OPTIONS);
      for (let count = 0; count < 20; count += 1) {
        if (count === 10) change(room.file);
        audit.write(makeEvent("start"));
      }
      audit.close();
      assert.equal(room.verify().ok, false);
      assert.match(room.lines()[0] ?? "", /changed-underneath/);
      assert.ok(room.lines().length > 5);
    });
});

describe("a trail of several files", () => {
  /** Six files or more. */
  function makeLong(t: Parameters<typeof makeScratch>[0]): TrailRoom {
    const room = new TrailRoom(makeScratch(t));
    room.write(1, 60, { rotateBytes: 2000, checkpointRecords: 5 });
    return room;
  }

  it("is one chain from the first to the last", (t) => {
    const room = makeLong(t);
    const { problems, notes, chains } = room.verify();
    assert.deepEqual(
      { problems, notes, chains: chains.length },
      { problems: [], notes: [], chains: 1 },
    );
    assert.ok(room.names.length > 5);
    assert.equal(room.messages.length, 60);
    for (const name of room.names)
      assert.match(name, /^audit(\.[0-9a-f]{8}\.\d{12})?\.jsonl$/, "named after chain and number");
  });

  it("is found out when any of them is gone, changed at its end, cut or doubled", (t) => {
    const room = makeLong(t);
    for (const name of room.names) {
      const bytes = fs.readFileSync(room.path(name));
      const lines = room.lines(name);
      fs.rmSync(room.path(name));
      assert.equal(room.verify().ok, false, `without ${name}`);
      for (const changed of [
        lines.slice(0, -1),
        lines.slice(1),
        [...lines, lines.at(-1) ?? ""],
        [],
      ]) {
        room.setLines(changed, name);
        assert.equal(room.verify().ok, false, `${name} with ${changed.length} lines`);
      }
      fs.writeFileSync(room.path(name), bytes.subarray(0, -10));
      assert.equal(room.verify().ok, false, `${name} cut in its last line`);
      fs.writeFileSync(room.path(name), bytes);
      fs.writeFileSync(room.path(`copy-${name}`), bytes);
      assert.equal(room.verify().ok, false, `${name} twice`);
      fs.rmSync(room.path(`copy-${name}`));
    }
    assert.deepEqual(room.problems(), []);
  });

  it("may begin behind an anchor: what came before is kept elsewhere", (t) => {
    const room = makeLong(t);
    const [first = ""] = room.names.filter((name) => name !== "audit.jsonl");
    const last = room.lines(first).at(-1) ?? "";
    const { seq } = JSON.parse(last) as { seq: number };
    const { chain } = room.verify().chains[0]!;
    fs.rmSync(room.path(first));
    assert.deepEqual(room.problems(), ["begins-late"]);
    assert.deepEqual(room.problems([{ chain, seq, hash: hashLine(last) }]), []);
  });

  it("says itself what `keep` removed, and nobody else can say it", (t) => {
    const room = new TrailRoom(makeScratch(t));
    room.write(1, 60, { rotateBytes: 2000, checkpointRecords: 5, keep: 2 });
    assert.equal(room.names.length, 3);
    const { problems, notes } = room.verify();
    assert.deepEqual(problems, []);
    assert.deepEqual([...new Set(notes.map(({ code }) => code))], ["pruned"]);
    assert.match(room.messages.at(-1) ?? "", /record 60/);
  });
});
