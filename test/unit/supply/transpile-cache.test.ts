import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import fs from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, test } from "node:test";
import * as fc from "fast-check";
import { makeCachePowers } from "../../../runtime/powers/cache-files.ts";
import type { Transpiled } from "../../../runtime/sandbox/sandbox.ts";
import {
  CACHE_BYTES_MAX,
  ENTRY_BYTES_MAX,
  makeTranspileCache,
} from "../../../runtime/supply/transpile-cache.ts";
import type { CachePowers } from "../../../runtime/supply/cache-secret.ts";
import type { CacheKey } from "../../../runtime/supply/transpile-cache.ts";
import { decodeTranspiled, encodeTranspiled } from "../../../runtime/supply/transpiled-frame.ts";

const KEY: CacheKey = {
  component: `sha256:${"a".repeat(64)}`,
  engine: { jco: "1", node: "26" },
  memoryBytes: 1,
};
const CODE: Transpiled = {
  script: Buffer.from("export function instantiate() {}"),
  modules: [
    { name: "p.core.wasm", bytes: Buffer.from([0, 1, 2]) },
    { name: "p.core2.wasm", bytes: Buffer.alloc(0) },
  ],
};

let folder: string;
beforeEach(() => {
  folder = path.join(fs.mkdtempSync(path.join(tmpdir(), "glovebox-cache-")), "cache");
});
afterEach(() => fs.rmSync(path.dirname(folder), { recursive: true, force: true }));

/** Loads through a fresh cache, as another process would, and says whether the code had to be made. */
async function load(
  key: CacheKey = KEY,
  powers: CachePowers = makeCachePowers(),
  code = CODE,
): Promise<{ made: boolean; code: Transpiled }> {
  let made = false;
  const loaded = await makeTranspileCache(folder, powers).load(key, async () => {
    made = true;
    return code;
  });
  return { made, code: loaded };
}

function entryFile(): string {
  const name = fs.readdirSync(folder).find((file) => file.endsWith(".bin"));
  assert.ok(name !== undefined);
  return path.join(folder, name);
}

function mode(file: string): number {
  return fs.statSync(file).mode & 0o777;
}

function broken(part: Partial<CachePowers>): CachePowers {
  return { ...makeCachePowers(), ...part };
}

function fail(): never {
  throw Object.assign(new Error("no space"), { code: "ENOSPC" });
}

function same(left: Transpiled, right: Transpiled): void {
  assert.deepEqual(Buffer.from(encodeTranspiled(left)), Buffer.from(encodeTranspiled(right)));
}

test("makes the code once and gives it back from disk after that", async () => {
  assert.equal((await load()).made, true);
  const again = await load();
  assert.equal(again.made, false);
  same(again.code, CODE);
});

test("keeps other components, engines and limits apart", async () => {
  await load();
  for (const other of [
    { ...KEY, component: `sha256:${"b".repeat(64)}` },
    { ...KEY, engine: { jco: "2", node: "26" } },
    { ...KEY, engine: { jco: "1", node: "26", more: "1" } },
    { ...KEY, memoryBytes: 2 },
  ] satisfies CacheKey[]) {
    assert.equal((await load(other)).made, true);
  }
  assert.equal((await load({ ...KEY, engine: { node: "26", jco: "1" } })).made, false);
});

test("passes on the failure to make the code, and keeps nothing", async () => {
  const cache = makeTranspileCache(folder, makeCachePowers());
  await assert.rejects(
    cache.load(KEY, () => Promise.reject(new RangeError("no"))),
    RangeError,
  );
  assert.equal((await load()).made, true);
});

test("is for this user alone: folder 0700, secret and entries 0600", async () => {
  await load();
  assert.equal(mode(folder), 0o700);
  assert.equal(mode(path.join(folder, "cache.key")), 0o600);
  assert.equal(mode(entryFile()), 0o600);
});

describe("never loads", () => {
  beforeEach(() => load());

  const SPOILS: Readonly<Record<string, (file: string, secret: string) => void>> = {
    "an entry with its first byte changed": (file) =>
      fs.writeFileSync(file, fs.readFileSync(file).with(0, 1 ^ (fs.readFileSync(file)[0] ?? 0))),
    "an entry with its last byte changed": (file) => {
      const bytes = fs.readFileSync(file);
      fs.writeFileSync(file, bytes.with(bytes.length - 1, 1 ^ (bytes.at(-1) ?? 0)));
    },
    "an entry that was cut": (file) => fs.truncateSync(file, 40),
    "an empty entry": (file) => fs.truncateSync(file, 0),
    "an entry with bytes added": (file) => fs.appendFileSync(file, "x"),
    "an entry whose secret was replaced": (_file, secret) =>
      fs.writeFileSync(secret, Buffer.alloc(32, 7)),
    "an entry whose secret was removed": (_file, secret) => fs.rmSync(secret),
    "an entry whose secret was cut": (_file, secret) => fs.truncateSync(secret, 31),
    "an entry whose secret everyone could read": (_file, secret) => fs.chmodSync(secret, 0o644),
    "an entry that others could write": (file) => fs.chmodSync(file, 0o666),
    "an entry that is a link": (file) => {
      fs.renameSync(file, `${file}.moved`);
      fs.symlinkSync(`${file}.moved`, file);
    },
    "a secret that is a link": (_file, secret) => {
      fs.renameSync(secret, `${secret}.moved`);
      fs.symlinkSync(`${secret}.moved`, secret);
    },
    "an entry that is larger than any": (file) => fs.truncateSync(file, ENTRY_BYTES_MAX + 1),
    "a folder in the place of an entry": (file) => {
      fs.rmSync(file);
      fs.mkdirSync(file);
    },
  };
  for (const [title, spoil] of Object.entries(SPOILS)) {
    test(title, async () => {
      spoil(entryFile(), path.join(folder, "cache.key"));
      const next = await load();
      assert.equal(next.made, true);
      same(next.code, CODE);
    });
  }

  test("a valid entry under another key's name", async () => {
    const other: CacheKey = { ...KEY, memoryBytes: 99 };
    const mine = entryFile();
    await load(other, makeCachePowers(), { script: Buffer.from("evil"), modules: [] });
    const theirs = fs
      .readdirSync(folder)
      .map((name) => path.join(folder, name))
      .find((file) => file.endsWith(".bin") && file !== mine);
    assert.ok(theirs !== undefined);
    fs.copyFileSync(theirs, mine);
    fs.chmodSync(mine, 0o600);
    assert.equal((await load()).made, true);
  });

  test("after damage, anything but the newly made entry", async () => {
    fs.truncateSync(entryFile(), 10);
    await load();
    assert.equal((await load()).made, false);
  });
});

describe("costs time only", () => {
  test("when the folder cannot be made, written, listed or touched", async () => {
    for (const part of [
      { makeFolder: fail },
      { writeFile: fail },
      { createFile: fail },
      { list: fail },
    ]) {
      same((await load(KEY, broken(part))).code, CODE);
    }
    await load();
    assert.equal((await load(KEY, broken({ touch: fail }))).made, false);
  });

  test("when the folder's place is taken by a file", async () => {
    fs.writeFileSync(folder, "");
    same((await load()).code, CODE);
  });

  test("when the code is larger than an entry may be: it is not kept", async () => {
    const large = { script: Buffer.alloc(ENTRY_BYTES_MAX), modules: [] };
    assert.equal((await load(KEY, makeCachePowers(), large)).made, true);
    assert.ok(!fs.readdirSync(folder).some((name) => name.endsWith(".bin")));
  });
});

test("removes what was used longest ago when it is too large, and nothing that is not its own", async () => {
  await load();
  const [old, older] = ["b", "c"].map((digit) => path.join(folder, `${digit.repeat(64)}.bin`));
  assert.ok(old !== undefined && older !== undefined);
  const foreign = path.join(folder, "notes.txt");
  for (const [file, secondsAgo] of [
    [old, 100],
    [older, 200],
    [foreign, 300],
  ] as const) {
    fs.writeFileSync(file, "");
    fs.truncateSync(file, CACHE_BYTES_MAX / 2);
    fs.utimesSync(file, new Date(), new Date(Date.now() - secondsAgo * 1000));
  }
  const abandoned = path.join(folder, `.${"d".repeat(24)}.tmp`);
  fs.writeFileSync(abandoned, "");
  fs.utimesSync(abandoned, new Date(), new Date(Date.now() - 2 * 60 * 60 * 1000));
  await load({ ...KEY, memoryBytes: 3 });
  assert.deepEqual(
    [old, older, foreign, abandoned].map((file) => fs.existsSync(file)),
    [true, false, true, false],
  );
  assert.equal((await load()).made, false);
});

test(
  "two processes at once agree on one secret and leave valid entries",
  { timeout: 30_000 },
  async () => {
    const program = `
    import { makeTranspileCache } from ${JSON.stringify(path.resolve("runtime/supply/transpile-cache.ts"))};
    import { makeCachePowers } from ${JSON.stringify(path.resolve("runtime/powers/cache-files.ts"))};
    for (let round = 0; round < 20; round += 1) {
      const key = { ...${JSON.stringify(KEY)}, memoryBytes: round };
      const loaded = await makeTranspileCache(${JSON.stringify(folder)}, makeCachePowers()).load(key, async () => (
        { script: Buffer.alloc(100_000, round), modules: [] }));
      if (loaded.script.length !== 100_000 || loaded.script.some((byte) => byte !== round)) process.exit(9);
    }`;
    const runs = Array.from({ length: 3 }, () =>
      once(
        spawn(
          process.execPath,
          ["--input-type=module-typescript", "--no-warnings", "-e", program],
          { stdio: "inherit" },
        ),
        "exit",
      ),
    );
    assert.deepEqual(
      (await Promise.all(runs)).map(([code]): unknown => code),
      [0, 0, 0],
    );
    for (let round = 0; round < 20; round += 1)
      assert.equal((await load({ ...KEY, memoryBytes: round })).made, false);
    assert.ok(!fs.readdirSync(folder).some((name) => name.endsWith(".tmp")));
  },
);

test("the frame gives back what was put in, and nothing for damaged bytes", () => {
  const part = fc.record({
    name: fc.string({ unit: "grapheme", maxLength: 20 }),
    bytes: fc.uint8Array({ maxLength: 50 }),
  });
  fc.assert(
    fc.property(
      fc.uint8Array({ maxLength: 50 }),
      fc.array(part, { maxLength: 5 }),
      fc.option(fc.nat(), { nil: undefined }),
      (script, modules, kernelBytes) => {
        const code =
          kernelBytes === undefined ? { script, modules } : { script, modules, kernelBytes };
        const frame = encodeTranspiled(code);
        const back = decodeTranspiled(frame);
        assert.ok(back !== undefined);
        same(back, code);
        assert.equal(back.kernelBytes, kernelBytes);
        for (let length = 0; length < frame.length; length += 1)
          assert.equal(decodeTranspiled(frame.subarray(0, length)), undefined);
      },
    ),
  );
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => void decodeTranspiled(bytes)),
  );
});
