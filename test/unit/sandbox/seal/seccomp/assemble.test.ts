import assert from "node:assert/strict";
import { test } from "node:test";
import { ALLOWED_CALLS, REFUSALS } from "../../../../../runtime/sandbox/seal/seccomp/allowed.ts";
import { assembleFilter } from "../../../../../runtime/sandbox/seal/seccomp/assemble.ts";
import {
  AUDIT_ARCH,
  SYSCALLS,
  syscallNumber,
  type Arch,
  type SyscallName,
} from "../../../../../runtime/sandbox/seal/seccomp/numbers.ts";
import { runFilter, type Verdict } from "../../../../helpers/bpf.ts";

const ARCHES = ["x64", "arm64"] as const satisfies readonly Arch[];
const STAGES = ["start", "tight"] as const;
const OWN_PID = 4711;
const NUMBERS_SEARCHED = 1024;
/** What a seccomp program may have at most: BPF_MAXINSNS. */
const INSTRUCTIONS_MAX = 4096;

const EPERM = { errno: 1 };
const EACCES = { errno: 13 };
const ENOSYS = { errno: 38 };

for (const arch of ARCHES) {
  for (const stage of STAGES) {
    const filter = assembleFilter({ arch, stage, ownPid: OWN_PID });

    test(`${arch}, ${stage}: of all numbers only those of the table pass`, () => {
      const free = new Set(
        ALLOWED_CALLS.filter(
          (call) => call.checks === undefined && (stage === "start" || call.until === undefined),
        )
          .map((call) => syscallNumber(call.name, arch))
          .filter((number) => number !== undefined),
      );
      const passed = new Set<number>();
      // Arguments that no check lets through.
      const args = Array.from({ length: 6 }, () => 0xffff_ffffn);
      for (let number = 0; number < NUMBERS_SEARCHED; number += 1) {
        if (runFilter(filter, { number, arch: AUDIT_ARCH[arch], args }) === "allow")
          passed.add(number);
      }
      assert.deepEqual(passed, free);
    });

    test(`${arch}, ${stage}: a call of another processor's interface kills`, () => {
      const foreign = [AUDIT_ARCH[arch === "x64" ? "arm64" : "x64"], 0x40000003, 0x40000028, 0];
      for (const other of foreign)
        assert.equal(runFilter(filter, { number: 0, arch: other }), "kill");
    });

    test(`${arch}, ${stage}: fits into one program and ends in a verdict`, () => {
      assert.ok(filter.length / 8 <= INSTRUCTIONS_MAX);
    });
  }

  const decide = (
    stage: "start" | "tight",
    name: SyscallName,
    ...args: readonly bigint[]
  ): Verdict =>
    runFilter(assembleFilter({ arch, stage, ownPid: OWN_PID }), {
      number: syscallNumber(name, arch)!,
      arch: AUDIT_ARCH[arch],
      args,
    });

  test(`${arch}: openat passes for reading at the start, and never later`, () => {
    const cloexec = 0o2000000n;
    assert.equal(decide("start", "openat", 0n, 0n, cloexec), "allow");
    for (const flag of [0o1n, 0o2n, 0o3n, 0o100n, 0o1000n, 0o2000n, 0o20000000n, 0o10000000n]) {
      assert.deepEqual(decide("start", "openat", 0n, 0n, cloexec | flag), EACCES);
    }
    assert.deepEqual(decide("tight", "openat", 0n, 0n, 0n), EACCES);
  });

  test(`${arch}: clone makes threads at the start, never a process or namespace, and nothing later`, () => {
    assert.equal(decide("start", "clone", 0x3d0f00n), "allow");
    for (const flags of [
      17n,
      0n,
      0x4111n,
      0x3d0f00n | 0x10000000n,
      0x3d0f00n | 0x2000n,
      0x3c0f00n,
    ]) {
      assert.deepEqual(decide("start", "clone", flags), EPERM);
    }
    assert.deepEqual(decide("tight", "clone", 0x3d0f00n), EPERM);
    assert.deepEqual(decide("start", "clone3"), ENOSYS);
  });

  test(`${arch}: memory is private`, () => {
    assert.equal(decide("tight", "mmap", 0n, 4096n, 3n, 0x22n), "allow");
    for (const flags of [0x21n, 0x23n, 0x01n, 0x03n, 0x40022n, 0x2022n]) {
      assert.deepEqual(decide("tight", "mmap", 0n, 4096n, 3n, flags), EPERM);
    }
  });

  test(`${arch}: pages are readable, writable or executable, and nothing beyond the named range`, () => {
    for (const [name, arg] of [
      ["mmap", 2],
      ["mprotect", 2],
      ["pkey_mprotect", 2],
    ] as const) {
      const decideWith = (value: bigint): Verdict => {
        const args = [0n, 4096n, 0n, 0x22n];
        args[arg] = value;
        return decide("tight", name, ...args);
      };
      for (const protection of [0n, 1n, 3n, 5n, 7n]) assert.equal(decideWith(protection), "allow");
      for (const protection of [0x01000000n, 0x02000000n, 8n])
        assert.deepEqual(decideWith(protection), EPERM);
    }
    assert.equal(decide("tight", "mremap", 0n, 0n, 0n, 3n), "allow");
    assert.deepEqual(decide("tight", "mremap", 0n, 0n, 0n, 5n), EPERM);
  });

  test(`${arch}: only the machine's clocks can be asked, not those of processes and devices`, () => {
    for (const name of ["clock_gettime", "clock_getres", "clock_nanosleep"] as const) {
      for (const clock of [0n, 1n, 2n, 3n, 4n, 7n, 11n])
        assert.equal(decide("tight", name, clock), "allow");
      const processorTimeOf1 = (~1n << 3n) | 2n;
      const clockOfDescriptor3 = (~3n << 3n) | 3n;
      for (const clock of [processorTimeOf1, clockOfDescriptor3, -1n, 16n])
        assert.deepEqual(decide("tight", name, clock), EPERM);
    }
  });

  test(`${arch}: locks wait and wake, and lend no priority`, () => {
    for (const operation of [0n, 1n, 3n, 4n, 5n, 9n, 10n, 128n, 129n, 131n, 132n, 133n])
      assert.equal(decide("tight", "futex", 0n, operation), "allow");
    for (const operation of [9n | 128n, 9n | 128n | 256n, 10n | 128n, 9n | 256n])
      assert.equal(decide("tight", "futex", 0n, operation), "allow");
    for (const operation of [2n, 6n, 7n, 8n, 11n, 12n, 13n, 134n, 135n, 136n, 139n, 140n, 141n])
      assert.deepEqual(decide("tight", "futex", 0n, operation), EPERM);
  });

  test(`${arch}: a pipe is a pipe and no watch queue`, () => {
    assert.equal(decide("tight", "pipe2", 0n, 0o2004000n), "allow");
    for (const flag of [0o200n, 0o40000n])
      assert.deepEqual(decide("tight", "pipe2", 0n, 0o2000000n | flag), EPERM);
  });

  test(`${arch}: signals and limits reach the process itself only`, () => {
    assert.equal(decide("tight", "tgkill", BigInt(OWN_PID), BigInt(OWN_PID), 6n), "allow");
    for (const pid of [1n, 0n, -1n])
      assert.deepEqual(decide("tight", "tgkill", pid, 1n, 9n), EPERM);
    assert.equal(decide("tight", "prlimit64", 0n, 7n), "allow");
    assert.deepEqual(decide("tight", "prlimit64", BigInt(OWN_PID + 1), 7n), EPERM);
  });

  test(`${arch}: fcntl cannot make a descriptor send signals, nor ioctl write to a terminal`, () => {
    for (const command of [8n, 10n, 15n, 1026n, 1031n])
      assert.deepEqual(decide("start", "fcntl", 3n, command), EPERM);
    for (const command of [0x5412n, 0x8901n, 0x8902n, 0x5452n, 0x541cn])
      assert.deepEqual(decide("start", "ioctl", 3n, command), EPERM);
  });

  test(`${arch}: a process in the middle of its start may tighten its filter, and not afterwards`, () => {
    assert.equal(decide("start", "seccomp", 1n, 1n), "allow");
    assert.deepEqual(decide("start", "seccomp", 1n, 8n), EPERM);
    assert.deepEqual(decide("start", "seccomp", 0n, 0n), EPERM);
    assert.deepEqual(decide("tight", "seccomp", 1n, 1n), EPERM);
    assert.deepEqual(decide("tight", "execve"), EPERM);
    assert.deepEqual(decide("tight", "prctl", 4n, 1n), EPERM);
  });
}

test("x64: the x32 interface kills, for every call", () => {
  const filter = assembleFilter({ arch: "x64", stage: "start" });
  for (const number of [0, 59, 520, 545]) {
    assert.equal(runFilter(filter, { number: 0x40000000 + number, arch: AUDIT_ARCH.x64 }), "kill");
  }
});

test("x64: a thread's storage is set at the start, and the kernel's other doors of that call stay shut", () => {
  const decideAt = (stage: "start" | "tight", option: bigint): Verdict =>
    runFilter(assembleFilter({ arch: "x64", stage }), {
      number: syscallNumber("arch_prctl", "x64")!,
      arch: AUDIT_ARCH.x64,
      args: [option],
    });
  assert.equal(decideAt("start", 0x1002n), "allow");
  for (const option of [0x1012n, 0x1023n, 0x2001n, 0x4002n, 0x5001n])
    assert.deepEqual(decideAt("start", option), EPERM);
  assert.deepEqual(decideAt("tight", 0x1002n), EPERM);
});

test("without a process number, tgkill is left to the pid namespace", () => {
  const filter = assembleFilter({ arch: "x64", stage: "start" });
  assert.equal(
    runFilter(filter, { number: 234, arch: AUDIT_ARCH.x64, args: [9n, 9n, 6n] }),
    "allow",
  );
});

test("no number stands for two calls of a processor", () => {
  for (const index of [0, 1]) {
    const numbers = Object.values(SYSCALLS)
      .map((pair) => pair[index])
      .filter((number) => number !== undefined);
    assert.equal(new Set(numbers).size, numbers.length);
  }
});

test("every call is justified: why it is needed, and what an attacker gets from it", () => {
  for (const { name, why, yields, until } of ALLOWED_CALLS) {
    assert.ok(why.length > 0 && yields.length > 0, name);
    assert.equal(yields.includes("once tightened"), until === "start", name);
  }
});

test("a call that names a process, a clock, a command or a kind of memory is looked at", () => {
  const looksAt: Readonly<Record<string, readonly number[]>> = {
    tgkill: [0],
    prlimit64: [0],
    sched_getaffinity: [0],
    clock_gettime: [0],
    clock_getres: [0],
    clock_nanosleep: [0],
    clone: [0],
    prctl: [0],
    arch_prctl: [0],
    seccomp: [0, 1],
    membarrier: [0],
    fcntl: [1],
    ioctl: [1],
    futex: [1],
    pipe2: [1],
    openat: [2],
    madvise: [2],
    mprotect: [2],
    pkey_mprotect: [2],
    mmap: [2, 3],
    mremap: [3],
  };
  const looked = ALLOWED_CALLS.filter(({ checks }) => checks !== undefined).map(
    ({ name, checks }) => [name, checks!.map(({ arg }) => arg)] as const,
  );
  assert.deepEqual(Object.fromEntries(looked), looksAt);
});

test("a call stands in the table once, and is allowed or refused with an answer of its own", () => {
  const names = ALLOWED_CALLS.map((call) => call.name);
  assert.equal(new Set(names).size, names.length);
  assert.deepEqual(
    Object.keys(REFUSALS).filter((name) => !names.includes(name as SyscallName)),
    ["clone3", "faccessat2"],
  );
});
