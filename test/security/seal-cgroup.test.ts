// A sealed process in a cgroup of its own, by the kernel where this machine lets a test write to its tree of cgroup v2,
// and by a plain folder in its place everywhere.
import assert from "node:assert/strict";
import { once } from "node:events";
import {
  existsSync,
  globSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmdirSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { makeCgroupsIn } from "../../runtime/powers/cgroup.ts";
import { SandboxError } from "../../runtime/sandbox/errors.ts";
import type { Cgroups } from "../../runtime/sandbox/seal/cgroup.ts";
import { makeSpawner } from "../../runtime/sandbox/seal/sealed-process.ts";
import { openSealBench } from "../helpers/seals.ts";

const bench = await openSealBench();
const MIB = 1024 * 1024;
const hostile = {
  program: `${bench.folder}/hostile.cjs`,
  dataBytesMax: 1024 * MIB,
  residentBytesMax: 512 * MIB,
};
const scratch = mkdtempSync(path.join(tmpdir(), "glovebox-cgroup-"));
after(() => rmSync(scratch, { recursive: true }));
const kernel = makeKernelFolder();

test("what of cgroup v2 this machine lets the tests try is said", () => {
  console.log(
    `cgroup v2 under test: ${kernel === undefined ? "a plain folder only" : "the kernel's"}`,
  );
});

for (const seal of bench.seals) {
  test(`${seal}: a process joins its group before anything else of it runs`, async () => {
    const plain = mkdtempSync(path.join(scratch, "tree-"));
    const spawn = makeSpawner({ ...bench.powers, cgroups: makeCgroupsIn(plain) });
    const sealed = spawn({ seal, programArgs: ["report"], ...hostile });
    await sealed.exited;
    const [joined] = globSync(`${plain}/glovebox-*/cgroup.procs`);
    assert.equal(readFileSync(joined!, "utf8").trim(), "0");
  });

  test(`${seal}: nothing runs when the group cannot be joined`, async () => {
    const cgroups: Cgroups = {
      writable: true,
      make: () => ({ joinFile: "/proc/nowhere", ranOut: () => false, remove: () => {} }),
    };
    const spawn = makeSpawner({ ...bench.powers, cgroups });
    const { reason } = await spawn({ seal, programArgs: ["report"], ...hostile }).exited;
    assert.equal(reason, "unsealed");
  });

  test(`${seal}: nothing starts when the group cannot be made`, () => {
    const spawn = makeSpawner({ ...bench.powers, cgroups: makeCgroupsIn("/proc/nowhere") });
    assert.throws(
      () => spawn({ seal, ...hostile }),
      (error) => error instanceof SandboxError && error.code === "ERR_SEAL_UNAVAILABLE",
    );
  });

  test(`${seal}: a process that the kernel ended for its group's memory ended for memory`, async () => {
    const made = makeCgroupsIn(mkdtempSync(path.join(scratch, "tree-")));
    const cgroups: Cgroups = {
      writable: true,
      make: (...files) => {
        const group = made.make(...files);
        writeFileSync(path.join(path.dirname(group.joinFile), "memory.events"), "oom_kill 1\n");
        return group;
      },
    };
    const spawn = makeSpawner({ ...bench.powers, cgroups });
    assert.equal(
      (await spawn({ seal, programArgs: ["report"], ...hostile }).exited).reason,
      "memory",
    );
  });

  if (kernel !== undefined) {
    test(`${seal}: the kernel holds the process in its group, and the group goes with it`, async () => {
      const spawn = makeSpawner({ ...bench.powers, cgroups: kernel });
      const sealed = spawn({ seal, programArgs: ["spin"], ...hostile });
      await once(sealed.channel, "data");
      const group = /^0::(.*\/glovebox-.*)$/m.exec(
        readFileSync(`/proc/${sealed.pid}/cgroup`, "utf8"),
      );
      assert.ok(group !== null);
      const folder = globSync(`/sys/fs/cgroup/**${group[1]}`)[0] ?? "";
      assert.ok(existsSync(folder));
      sealed.kill();
      await sealed.exited;
      while (existsSync(folder)) await sleep(5);
    });
  }
}

/**
 * A folder of this machine's tree, where one can be made. Its controllers may be bound elsewhere: groups then get a limit that
 * each of them knows, in place of those on memory and tasks.
 */
function makeKernelFolder(): Cgroups | undefined {
  const mount = /^\d+ \d+ \S+ \S+ (\S+) .* - cgroup2 /m.exec(
    readFileSync("/proc/self/mountinfo", "utf8"),
  )?.[1];
  const folder = path.join(mount ?? "", `glovebox-test-${process.pid}`);
  try {
    mkdirSync(folder);
  } catch {
    return undefined;
  }
  after(() => rmdirSync(folder));
  const { make } = makeCgroupsIn(folder);
  return { writable: true, make: () => make({ "cgroup.max.descendants": "0" }, {}) };
}
