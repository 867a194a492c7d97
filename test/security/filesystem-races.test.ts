import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test, type TestContext } from "node:test";
import { fileURLToPath } from "node:url";
import type { BeneathFolder } from "@glovebox/host-api/powers";
import { openBeneath } from "../../runtime/powers/beneath/open-beneath.ts";
import { makeScratch, MECHANISMS, type Scratch, SECRET, tagOf } from "../helpers/sandbox-folder.ts";

const ATTACKER = fileURLToPath(new URL("../helpers/exchange-attacker.ts", import.meta.url));
/** Each race runs this long, and on until it has met both faces of the name, at most `RACE_MS_MAX`. */
const RACE_MS = 500;
const RACE_MS_MAX = 20_000;
const READ = { read: true, write: false, create: false };
const WRITE = { read: true, write: true, create: false };
const CREATE = { read: true, write: true, create: true };

async function startAttacker(t: TestContext, first: string, second: string): Promise<void> {
  const stdio: ["ignore", "pipe", "ignore"] = ["ignore", "pipe", "ignore"];
  const attacker = spawn(process.execPath, ["--no-warnings", ATTACKER, first, second], { stdio });
  const gone = once(attacker, "exit");
  t.after(async () => {
    attacker.kill("SIGKILL");
    await gone;
  });
  await once(attacker.stdout, "data");
}

/** Runs `attempt` against the exchanging process. It must meet refusals (the link) and passages (the real thing). */
function race(attempt: (round: number) => unknown): void {
  const startMs = performance.now();
  const met = { link: 0, real: 0 };
  for (let round = 0; ; round += 1) {
    const tag = tagOf(() => attempt(round));
    if (tag === "not-permitted") met.link += 1;
    else met.real += 1;
    const elapsedMs = performance.now() - startMs;
    if (elapsedMs > RACE_MS_MAX) break;
    if (elapsedMs > RACE_MS && met.link > 0 && met.real > 0) break;
  }
  assert.ok(met.link > 0 && met.real > 0, `the race never met both faces: ${JSON.stringify(met)}`);
}

/** `d` in the box is now a real directory, now a link to the folder outside; both hold the same names. */
async function raceDirectory(t: TestContext, scratch: Scratch): Promise<void> {
  mkdirSync(join(scratch.box, "d"));
  for (const folder of [join(scratch.box, "d"), scratch.outside]) mkdirSync(join(folder, "sub"));
  writeFileSync(join(scratch.box, "d/secret.txt"), "inside");
  writeFileSync(join(scratch.box, "loose"), "inside");
  writeFileSync(join(scratch.outside, "victim"), SECRET);
  symlinkSync(scratch.outside, join(scratch.base, "link"));
  await startAttacker(t, join(scratch.box, "d"), join(scratch.base, "link"));
}

function assertOutsideUntouched(scratch: Scratch): void {
  assert.deepEqual(readdirSync(scratch.outside), ["secret.txt", "sub", "victim"]);
  assert.deepEqual(readdirSync(join(scratch.outside, "sub")), []);
  for (const name of ["secret.txt", "victim"])
    assert.equal(readFileSync(join(scratch.outside, name), "utf8"), SECRET);
}

const DIRECTORY_RACES: Readonly<Record<string, (folder: BeneathFolder, round: number) => void>> = {
  read(folder) {
    const file = folder.open(["d", "secret.txt"], READ);
    const text = Buffer.from(file.read(0, 100)).toString();
    file.close();
    assert.equal(text, "inside");
  },
  "write and truncate"(folder) {
    const file = folder.open(["d", "secret.txt"], WRITE);
    file.setSize(0);
    file.write(0, Buffer.from("inside"));
    file.close();
  },
  "create a file"(folder, round) {
    folder.open(["d", `new-${round}`], CREATE).close();
  },
  "make a directory"(folder, round) {
    folder.makeDirectory(["d", "sub", `new-${round}`]);
  },
  "remove a file"(folder) {
    folder.removeFile(["d", "victim"]);
  },
  "remove a directory"(folder, round) {
    if (round % 2 === 0) folder.makeDirectory(["d", "again"]);
    else folder.removeDirectory(["d", "again"]);
  },
  "rename out of it"(folder) {
    folder.rename(["d", "victim"], ["stolen"]);
  },
  "rename into it"(folder, round) {
    if (round % 2 === 0) folder.rename(["loose"], ["d", "loose"]);
    else folder.rename(["d", "loose"], ["loose"]);
  },
  list(folder) {
    const names = folder.list(["d"], 100).map(({ name }) => name);
    assert.ok(!names.includes("victim"));
  },
};

for (const mechanism of MECHANISMS) {
  test(`${mechanism.name}: no operation leaves through a directory that is exchanged with a link`, async (t) => {
    const scratch = makeScratch(t);
    await raceDirectory(t, scratch);
    const folder = openBeneath(scratch.box, { writable: true }, mechanism);
    for (const [name, attempt] of Object.entries(DIRECTORY_RACES)) {
      await t.test(`${mechanism.name}: ${name}`, () => {
        race((round) => attempt(folder, round));
        assertOutsideUntouched(scratch);
        assert.ok(!readdirSync(scratch.box).includes("stolen"));
      });
    }
    folder.close();
  });

  test(`${mechanism.name}: no read or write leaves through a file that is exchanged with a link`, async (t) => {
    const scratch = makeScratch(t);
    const secret = join(scratch.outside, "secret.txt");
    writeFileSync(join(scratch.box, "f"), "inside");
    symlinkSync(secret, join(scratch.base, "link"));
    await startAttacker(t, join(scratch.box, "f"), join(scratch.base, "link"));
    const folder = openBeneath(scratch.box, { writable: true }, mechanism);
    race(() => {
      const file = folder.open(["f"], READ);
      const text = Buffer.from(file.read(0, 100)).toString();
      file.close();
      assert.equal(text, "inside");
    });
    race(() => {
      const file = folder.open(["f"], WRITE);
      file.setSize(0);
      file.write(0, Buffer.from("inside"));
      file.close();
    });
    folder.close();
    assert.equal(readFileSync(secret, "utf8"), SECRET);
  });
}
