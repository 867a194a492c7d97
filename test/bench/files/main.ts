// What it costs that a plugin's files are encrypted: `node test/bench/files/main.ts`, both kinds in turns of one run.
import { randomBytes } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { BeneathFolder, SealOptions } from "@glovebox/host-api/powers";
import { openBeneath } from "../../../runtime/powers/beneath/open-beneath.ts";

const ROUNDS = 15;
const FILE_BYTES = 4 * 1024 * 1024;

interface Task {
  readonly name: string;
  readonly times: number;
  readonly run: (folder: BeneathFolder, turn: number) => void;
}

const bytesOf = new Map([4096, 1024 * 1024].map((size) => [size, randomBytes(size)]));

function transfer(size: number, times: number): Task[] {
  const bytes = bytesOf.get(size) ?? randomBytes(size);
  const placeOf = (turn: number) => ((turn * 7) % (FILE_BYTES / size)) * size;
  return [
    {
      name: `read ${size / 1024} KiB`,
      times,
      run: (folder, turn) => {
        const file = folder.open(["f"], { read: true, write: false, create: false });
        for (let n = 0; n < 16; n += 1) file.read(placeOf(turn + n), size);
        file.close();
      },
    },
    {
      name: `write ${size / 1024} KiB`,
      times,
      run: (folder, turn) => {
        const file = folder.open(["f"], { read: true, write: true, create: false });
        for (let n = 0; n < 16; n += 1) file.write(placeOf(turn + n), bytes);
        file.close();
      },
    },
  ];
}

const TASKS: readonly Task[] = [
  ...transfer(4096, 60),
  ...transfer(1024 * 1024, 1),
  { name: "look at a file", times: 300, run: (folder) => void folder.stat(["f"]) },
  {
    name: "list 500 names",
    times: 5,
    run: (folder) => void folder.list(["many"], 1000),
  },
  {
    name: "make, fill and remove a file",
    times: 60,
    run: (folder) => {
      const file = folder.open(["new"], { read: true, write: true, create: true });
      file.write(0, Buffer.from("some text"));
      file.close();
      folder.removeFile(["new"]);
    },
  },
];

function prepare(base: string, name: string, seal?: SealOptions): BeneathFolder {
  const folder = openBeneath(join(base, name), { writable: true, ...(seal ? { seal } : {}) });
  const file = folder.open(["f"], { read: true, write: true, create: true });
  for (let at = 0; at < FILE_BYTES; at += 1024 * 1024) file.write(at, randomBytes(1024 * 1024));
  file.close();
  folder.makeDirectory(["many"]);
  for (let n = 0; n < 500; n += 1)
    folder.open(["many", `file-${n}.txt`], { read: true, write: true, create: true }).close();
  return folder;
}

/** CPU time of this process in microseconds: other processes do not count. */
function cpuOf(work: () => void): number {
  const before = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(before);
  return user + system;
}

const median = (values: readonly number[]) =>
  values.toSorted((a, b) => a - b)[values.length >> 1] ?? 0;

const base = mkdtempSync(join(tmpdir(), "glovebox-bench-"));
try {
  const bytes = randomBytes(32);
  const key = { tenant: "t", id: "1", bytes: () => bytes };
  const kinds = [prepare(base, "plain"), prepare(base, "sealed", { key, store: "bench" })];
  console.log("| what | plain, µs of CPU | sealed, µs of CPU | ratio |\n|---|---:|---:|---:|");
  for (const { name, times, run } of TASKS) {
    const spent: number[][] = [[], []];
    for (let round = 0; round < ROUNDS; round += 1)
      for (const [kind, folder] of kinds.entries()) {
        const us = cpuOf(() => {
          for (let turn = 0; turn < times; turn += 1) run(folder, round + turn);
        });
        spent[kind]?.push(us / times);
      }
    const per = name.includes("KiB") ? 16 : 1;
    const [plain = 0, sealed = 0] = spent.map((values) => median(values) / per);
    console.log(
      `| ${name} | ${plain.toFixed(1)} | ${sealed.toFixed(1)} | ${(sealed / plain).toFixed(1)} |`,
    );
  }
  for (const folder of kinds) folder.close();
} finally {
  rmSync(base, { recursive: true });
}
