// Two attackers exchange names while each operation runs. `npm run test:races` gives each of them ten seconds and prints.
import assert from "node:assert/strict";
import {
  linkSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
} from "node:fs";
import { join } from "node:path";
import { test, type TestContext } from "node:test";
import type { BeneathFolder, SealOptions } from "@glovebox/host-api/powers";
import type { Mechanism } from "../../runtime/powers/beneath/mechanism.ts";
import { openBeneath } from "../../runtime/powers/beneath/open-beneath.ts";
import { type Attackers, race, startAttackers } from "../helpers/exchange-attackers.ts";
import { makeFolderKeys } from "../../runtime/powers/beneath/sealed-keys.ts";
import { sealName } from "../../runtime/powers/beneath/sealed-name.ts";
import {
  makeScratch,
  makeSeal,
  MECHANISMS,
  type Scratch,
  SECRET,
} from "../helpers/sandbox-folder.ts";

const READ = { read: true, write: false, create: false };
const WRITE = { read: true, write: true, create: false };
const CREATE = { read: true, write: true, create: true };
const LONG_AGO_MS = 1000;
/** Names that one race makes: what it leaves must stay countable. */
const NAMES = 500;

/** How the folder under attack is kept: as it is, or sealed, and then what stands outside is sealed with the same key. */
interface Kind {
  readonly seal?: SealOptions;
}

/** What the disk calls `name`. */
function onDisk({ seal }: Kind, name: string): string {
  return seal ? sealName(makeFolderKeys(seal)(), name) : name;
}

/** A file that opens as `name` wherever the kernel finds it, and stands as `place`. */
function put(kind: Kind, folder: string, name: string, text: string, place = name): string {
  const beneath = openBeneath(folder, { writable: true, ...kind });
  const file = beneath.open([name], CREATE);
  file.write(0, Buffer.from(text));
  file.close();
  beneath.close();
  const target = join(folder, onDisk(kind, place));
  if (place !== name) renameSync(join(folder, onDisk(kind, name)), target);
  return target;
}

/** The bytes of a file outside, which no operation may have changed. */
const before = new Map<string, Buffer>();

function remember(file: string): void {
  before.set(file, readFileSync(file));
}

/** `d` in the box is now a real directory, now a link to one folder outside, now to another; all hold the same names. */
async function raceDirectory(t: TestContext, scratch: Scratch, kind: Kind): Promise<Attackers> {
  const [inside, other] = [join(scratch.box, onDisk(kind, "d")), join(scratch.base, "files3")];
  mkdirSync(inside);
  mkdirSync(other);
  rmSync(join(scratch.outside, "secret.txt"));
  for (const folder of [inside, other, scratch.outside])
    mkdirSync(join(folder, onDisk(kind, "sub")));
  for (const folder of [other, scratch.outside])
    for (const name of ["secret.txt", "victim"]) remember(put(kind, folder, name, SECRET));
  put(kind, inside, "secret.txt", "inside");
  put(kind, scratch.box, "loose", "inside");
  const links = [join(scratch.base, "link"), join(scratch.base, "link3")] as const;
  symlinkSync(scratch.outside, links[0]);
  symlinkSync(other, links[1]);
  return startAttackers(t, [
    [inside, links[0]],
    [inside, links[1]],
  ]);
}

function assertOutsideUntouched(scratch: Scratch, kind: Kind): void {
  const names = ["secret.txt", "sub", "victim"].map((name) => onDisk(kind, name)).toSorted();
  for (const folder of [scratch.outside, join(scratch.base, "files3")]) {
    assert.deepEqual(readdirSync(folder), names);
    assert.deepEqual(readdirSync(join(folder, onDisk(kind, "sub"))), []);
    for (const name of ["secret.txt", "victim"]) {
      const file = join(folder, onDisk(kind, name));
      assert.deepEqual(readFileSync(file), before.get(file));
      assert.ok(statSync(file).mtimeMs > LONG_AGO_MS);
    }
  }
  assert.ok(!readdirSync(scratch.box).includes(onDisk(kind, "stolen")));
}

function assertInside(folder: BeneathFolder, path: readonly string[]): void {
  const file = folder.open(path, READ);
  const text = Buffer.from(file.read(0, 100)).toString();
  file.close();
  assert.ok(text === "inside" || text === "");
}

function overwrite(folder: BeneathFolder, path: readonly string[]): void {
  const file = folder.open(path, WRITE);
  file.setSize(0);
  file.write(0, Buffer.from("inside"));
  file.setTimes(LONG_AGO_MS, LONG_AGO_MS);
  file.close();
}

const DIRECTORY_RACES: Readonly<Record<string, (folder: BeneathFolder, round: number) => void>> = {
  read: (folder) => assertInside(folder, ["d", "secret.txt"]),
  "write, truncate and set times": (folder) => overwrite(folder, ["d", "secret.txt"]),
  stat(folder) {
    assert.ok(folder.stat(["d", "secret.txt"]).sizeBytes <= "inside".length);
  },
  "create a file"(folder, round) {
    folder.open(["d", `new-${round % NAMES}`], CREATE).close();
  },
  "make a directory"(folder, round) {
    folder.makeDirectory(["d", "sub", `new-${round % NAMES}`]);
  },
  "remove a file"(folder) {
    folder.removeFile(["d", "victim"]);
  },
  "remove a directory"(folder, round) {
    if (round % 2 === 0) folder.makeDirectory(["d", "again"]);
    else folder.removeDirectory(["d", "again"]);
  },
  "remove a directory that stands outside too"(folder) {
    folder.removeDirectory(["d", "sub"]);
    folder.makeDirectory(["d", "sub"]);
  },
  "rename out of it"(folder) {
    folder.rename(["d", "victim"], ["stolen"]);
  },
  "rename into it"(folder, round) {
    if (round % 2 === 0) folder.rename(["loose"], ["d", "loose"]);
    else folder.rename(["d", "loose"], ["loose"]);
  },
  "rename over a file"(folder, round) {
    if (round % 2 === 0) folder.open(["own"], CREATE).close();
    else folder.rename(["own"], ["d", "secret.txt"]);
  },
  list(folder) {
    const names = folder.list(["d"], 10 * NAMES).map(({ name }) => name);
    assert.ok(!names.includes("victim"));
  },
  "count the quota"(folder) {
    let count = folder.usage().next();
    const walk = folder.usage();
    while (!count.done) count = walk.next();
    assert.ok(count.value.bytes < 10 * SECRET.length);
    // A count passes over what it must not enter, so that the race would never seem to meet a link.
    folder.stat(["d", "sub"]);
  },
};

/** `f` in the box is now a real file, now a link to a secret, now a second name of another secret. */
async function raceFile(t: TestContext, scratch: Scratch, kind: Kind): Promise<Attackers> {
  const inside = put(kind, scratch.box, "f", "inside");
  rmSync(join(scratch.outside, "secret.txt"));
  const [link, second] = [join(scratch.base, "link"), join(scratch.base, "second")];
  for (const place of ["secret.txt", "victim"])
    remember(put(kind, scratch.outside, "f", SECRET, place));
  mkdirSync(join(scratch.outside, "sub"));
  symlinkSync(join(scratch.outside, onDisk(kind, "secret.txt")), link);
  linkSync(join(scratch.outside, onDisk(kind, "victim")), second);
  return startAttackers(t, [
    [inside, link],
    [inside, second],
  ]);
}

const FILE_RACES: typeof DIRECTORY_RACES = {
  "read a file": (folder) => assertInside(folder, ["f"]),
  "write, truncate and set times of a file": (folder) => overwrite(folder, ["f"]),
  "stat a file"(folder) {
    const { kind, sizeBytes } = folder.stat(["f"]);
    assert.ok(kind !== "file" || sizeBytes <= "inside".length);
    // There is nothing to refuse in looking at a link itself, so the race would never seem to meet one.
    if (kind !== "file") folder.open(["f"], READ).close();
  },
};

const RACES = [
  { start: raceDirectory, races: DIRECTORY_RACES, where: "through a directory", also: true },
  { start: raceFile, races: FILE_RACES, where: "through a file", also: false },
] as const;

/** The walk is the same for sealed names: one mechanism stands for the others, and for less time. */
const KINDS: readonly (Kind & { readonly mechanism: Mechanism; readonly seconds?: number })[] = [
  ...MECHANISMS.map((mechanism) => ({ mechanism })),
  ...MECHANISMS.slice(0, 1).map((mechanism) => ({ mechanism, seal: makeSeal(), seconds: 0.1 })),
];

for (const { mechanism, seconds, ...kind } of KINDS) {
  const label = kind.seal ? `${mechanism.name}, sealed` : mechanism.name;
  for (const { start, races, where, also } of RACES) {
    test(`${label}: no operation leaves ${where} that two attackers exchange`, async (t) => {
      const scratch = makeScratch(t);
      const attackers = await start(t, scratch, kind);
      const folder = openBeneath(scratch.box, { writable: true, ...kind }, mechanism);
      const verify = (): void => {
        if (also) return assertOutsideUntouched(scratch, kind);
        for (const name of ["secret.txt", "victim"]) {
          const file = join(scratch.outside, onDisk(kind, name));
          assert.deepEqual(readFileSync(file), before.get(file));
        }
      };
      for (const [name, attempt] of Object.entries(races)) {
        await t.test(`${label}: ${name}`, () =>
          race({
            attackers,
            name: `${label}: ${name}`,
            attempt: (round) => attempt(folder, round),
            verify,
            ...(seconds === undefined ? {} : { seconds }),
          }),
        );
      }
      folder.close();
    });
  }
}
