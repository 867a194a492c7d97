// A sealed folder must answer as a plain one does. Random operations on both, reopened in between; about 2 s of CPU.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { HostError } from "@glovebox/host-api/errors";
import type { BeneathFile, BeneathFolder } from "@glovebox/host-api/powers";
import { openBeneath } from "../../../../runtime/powers/beneath/open-beneath.ts";
import { SEALED_NAME_BYTES_MAX } from "../../../../runtime/powers/beneath/sealed-name.ts";
import { between, makeRandom } from "../../../helpers/random.ts";
import { makeScratch, makeSeal, MECHANISMS, refusedAs } from "../../../helpers/sandbox-folder.ts";
import {
  changeNames,
  SEALED_WRITER,
  SLOT_BYTES,
  SLOTS,
  writeSlots,
} from "../../../helpers/sealed-writer.ts";

const CREATE = { read: true, write: true, create: true };
const WRITE = { read: true, write: true, create: false };
const SEEDS = 40;
const STEPS = 150;
const NAMES = ["a", "b", "c", "d"];
/** Around the edges of a header and of chunks. */
const EDGES = [0, 1, 100, 4095, 4096, 4097, 8192, 12_000, 40_960];

type Step = (folder: BeneathFolder, files: BeneathFile[]) => unknown;

/** One operation, drawn whole: both folders get the same. */
function draw(random: () => number): Step {
  const path = () => Array.from({ length: between(random, 1, 2) }, () => pick(random, NAMES));
  const size = () => Math.max(0, pick(random, EDGES) + between(random, -2, 2));
  const [one, two, number, offset] = [path(), path(), between(random, 0, 20), size()];
  const bytes = Buffer.alloc(between(random, 0, 2) === 0 ? size() : between(random, 0, 50), number);
  const which = (files: BeneathFile[]) => files[number % files.length];
  const steps: readonly Step[] = [
    (folder, files) => void files.push(folder.open(one, CREATE)),
    (folder, files) => void files.push(folder.open(one, WRITE)),
    (folder) => folder.makeDirectory(one),
    (folder) => folder.removeFile(one),
    (folder) => folder.removeDirectory(one),
    (folder) => folder.rename(one, two),
    (folder) => folder.rename(one, [pick(() => 0.5, NAMES)]),
    (folder) => describe(folder, one),
    (folder) => folder.list([], 100).toSorted((a, b) => (a.name < b.name ? -1 : 1)),
    (folder) => usageOf(folder),
    (_, files) => which(files)?.write(offset, bytes),
    (_, files) => which(files)?.write(which(files)?.stat().sizeBytes ?? 0, bytes),
    (_, files) => which(files)?.setSize(offset),
    (_, files) => which(files)?.read(offset, bytes.length * 2),
    (_, files) => which(files)?.read(0, 100_000),
    (_, files) => which(files)?.write(offset, bytes),
    (_, files) => which(files)?.write(which(files)?.stat().sizeBytes ?? 0, bytes),
    (_, files) => which(files)?.setSize(offset),
    (_, files) => which(files)?.read(offset, bytes.length * 2),
    (_, files) => which(files)?.read(0, 100_000),
    (_, files) => which(files)?.write(offset, bytes),
    (_, files) => which(files)?.write(which(files)?.stat().sizeBytes ?? 0, bytes),
    (_, files) => which(files)?.setSize(offset),
    (_, files) => which(files)?.read(offset, bytes.length * 2),
    (_, files) => which(files)?.read(0, 100_000),
    (_, files) => which(files)?.setTimes(number * 1000, offset * 1000),
    (_, files) => which(files)?.stat().sizeBytes,
    (_, files) => (number > 15 ? files.splice(number % (files.length + 1), 1)[0]?.close() : 0),
  ];
  return pick(random, steps);
}

function pick<Item>(random: () => number, items: readonly Item[]): Item {
  return items[Math.floor(random() * items.length)] as Item;
}

function describe(folder: BeneathFolder, path: readonly string[]): unknown {
  const { kind, sizeBytes } = folder.stat(path);
  return { kind, sizeBytes: kind === "file" ? sizeBytes : 0 };
}

function usageOf(folder: BeneathFolder): unknown {
  const walk = folder.usage();
  for (;;) {
    const step = walk.next();
    if (step.done) return step.value;
  }
}

/** What a step answers, or the tag of its refusal. */
function outcomeOf(step: Step, folder: BeneathFolder, files: BeneathFile[]): unknown {
  try {
    const answer = step(folder, files);
    return answer instanceof Uint8Array ? Buffer.from(answer).toString("latin1") : answer;
  } catch (error) {
    if (error instanceof HostError) return `refused: ${error.tag}`;
    throw error;
  }
}

for (const mechanism of MECHANISMS) {
  test(`${mechanism.name}: a sealed folder answers what a plain one does, and after each opening again`, (t) => {
    const { base } = makeScratch(t);
    for (let seed = 1; seed <= SEEDS; seed += 1) {
      const random = makeRandom(seed);
      const [plain, sealed] = [join(base, `plain-${seed}`), join(base, `sealed-${seed}`)];
      const open = () =>
        [
          { folder: openBeneath(plain, { writable: true }, mechanism), files: [] },
          {
            folder: openBeneath(sealed, { writable: true, seal: makeSeal() }, mechanism),
            files: [],
          },
        ] as const satisfies readonly { folder: BeneathFolder; files: BeneathFile[] }[];
      let rooms = open();
      for (let count = 0; count < STEPS; count += 1) {
        const step = draw(random);
        const [expected, actual] = rooms.map(({ folder, files }) => outcomeOf(step, folder, files));
        assert.deepEqual(actual, expected, `seed ${seed}, step ${count}: ${step.toString()}`);
        if (between(random, 0, 40) > 0) continue;
        for (const { folder, files } of rooms) {
          for (const file of files) (file as BeneathFile).close();
          folder.close();
        }
        rooms = open();
      }
      for (const { folder, files } of rooms) {
        for (const file of files) (file as BeneathFile).close();
        folder.close();
      }
    }
  });
}

test("keeps times as they were when a file is renamed or looked at", (t) => {
  const { box } = makeScratch(t);
  const folder = openBeneath(box, { writable: true, seal: makeSeal() });
  const file = folder.open(["a"], CREATE);
  file.write(0, Buffer.from("text"));
  file.setTimes(1_763_777_000_123, 1_763_777_001_457);
  const before = file.stat();
  file.close();
  folder.stat(["a"]);
  folder.open(["a"], WRITE).close();
  folder.rename(["a"], ["b"]);
  const { accessedMs, modifiedMs } = folder.stat(["b"]);
  assert.deepEqual([accessedMs, modifiedMs], [before.accessedMs, before.modifiedMs]);
  folder.close();
});

test("takes names up to its limit, and paths of many long ones", (t) => {
  const { box } = makeScratch(t);
  mkdirSync(join(box, "x"));
  const folder = openBeneath(join(box, "x"), { writable: true, seal: makeSeal() });
  const long = "ä".repeat(Math.floor(SEALED_NAME_BYTES_MAX / 2));
  let path: readonly string[] = [];
  for (let depth = 0; depth < 30; depth += 1) folder.makeDirectory((path = [...path, long]));
  folder.open([...path, `${long}!`], CREATE).close();
  assert.deepEqual(folder.list(path, 10), [{ name: `${long}!`, kind: "file" }]);
  const tooLong = "n".repeat(SEALED_NAME_BYTES_MAX + 1);
  for (const attempt of [
    () => folder.open([tooLong], CREATE),
    () => folder.stat([tooLong]),
    () => folder.makeDirectory([tooLong]),
    () => folder.rename([long], [tooLong]),
  ])
    assert.throws(attempt, refusedAs(undefined, "invalid-argument"));
  folder.close();
});

test("a hole costs nothing, however far it reaches, and reads as zeros", (t) => {
  const { box } = makeScratch(t);
  const folder = openBeneath(box, { writable: true, seal: makeSeal() });
  const file = folder.open(["sparse"], CREATE);
  const farBytes = 2 ** 39 + 5;
  file.write(1, Buffer.from("start"));
  file.setSize(farBytes);
  file.write(farBytes, Buffer.from("end"));
  assert.equal(file.stat().sizeBytes, farBytes + 3);
  assert.equal(Buffer.from(file.read(0, 7)).toString(), "\0start\0");
  assert.equal(Buffer.from(file.read(farBytes - 2, 10)).toString(), "\0\0end");
  assert.ok(file.read(2 ** 38, 10_000).every((byte) => byte === 0));
  for (const sizeBytes of [2 ** 44, Number.MAX_SAFE_INTEGER]) {
    assert.throws(() => file.setSize(sizeBytes), refusedAs(undefined, "too-large"));
    assert.throws(() => file.write(sizeBytes, Buffer.of(1)), refusedAs(undefined, "too-large"));
  }
  assert.equal(file.stat().sizeBytes, farBytes + 3);
  file.close();
  folder.close();
});

/** Starts the other process, which begins when it says so; the answer is how it ended. */
async function startOther(...args: readonly string[]): Promise<Promise<unknown[]>[]> {
  const words = ["--no-warnings", SEALED_WRITER, ...args];
  const other = spawn(process.execPath, words, { stdio: ["ignore", "pipe", "inherit"] });
  const gone = once(other, "exit");
  await once(other.stdout, "data");
  return [gone];
}

test("two processes write one file, and neither loses or damages what the other wrote", async (t) => {
  const { box } = makeScratch(t);
  const folder = openBeneath(box, { writable: true, seal: makeSeal() });
  folder.open(["shared"], CREATE).close();
  const [gone] = await startOther(box);
  // Both go on at the same time from here: neither gives its thread away.
  writeSlots(folder, 0);
  assert.deepEqual(await gone, [0, null]);
  const file = folder.open(["shared"], WRITE);
  const expected = `${"a".repeat(SLOT_BYTES)}${"b".repeat(SLOT_BYTES)}`.repeat(SLOTS);
  assert.equal(Buffer.from(file.read(0, expected.length + 1)).toString(), expected);
  file.close();
  folder.close();
});

test("two processes make, rename and remove files of the same names, and every one of them opens", async (t) => {
  const { box } = makeScratch(t);
  const folder = openBeneath(box, { writable: true, seal: makeSeal() });
  const [gone] = await startOther(box, "names");
  changeNames(folder, 0);
  assert.deepEqual(await gone, [0, null]);
  const left = folder.list([], 10);
  for (const { name } of left) assert.equal(folder.stat([name]).kind, "file");
  folder.close();
});
