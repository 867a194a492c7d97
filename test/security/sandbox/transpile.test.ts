// Transpile of hostile bytes, in a sealed process that is thrown away: bombs, damage, and a process that was taken over.
import assert from "node:assert/strict";
import { join } from "node:path";
import { before, test } from "node:test";
import { parse } from "@bytecodealliance/jco-transpile/wasm-tools";
import { makeProcessPowers } from "../../../runtime/powers/process.ts";
import type { SandboxErrorCode } from "../../../runtime/sandbox/errors.ts";
import { findProgram, SEALED_FOLDER } from "../../../runtime/sandbox/programs.ts";
import { chooseSeal } from "../../../runtime/sandbox/seal/choose-seal.ts";
import { makeSpawner, type SealedProcess } from "../../../runtime/sandbox/seal/sealed-process.ts";
import type { SealName } from "../../../runtime/sandbox/sandbox.ts";
import { TRANSPILE_LIMITS } from "../../../runtime/sandbox/transpile/exchange.ts";
import { transpileSealed } from "../../../runtime/sandbox/transpile/transpile.ts";
import { runWat } from "../../helpers/tools-guest.ts";

const powers = makeProcessPowers(SEALED_FOLDER);
const spawn = makeSpawner(powers);
let seal: SealName;
let honest: Uint8Array;
before(async () => {
  seal = (await chooseSeal(powers, spawn, { probe: findProgram(powers, "probe") })).name;
  honest = await parse(runWat('(func (export "run") (result i32) i32.const 7)'));
});

const { dataBytesMax } = TRANSPILE_LIMITS;
function start(residentBytesMax: number = TRANSPILE_LIMITS.residentBytesMax): SealedProcess {
  return spawn({ seal, program: findProgram(powers, "transpile"), dataBytesMax, residentBytesMax });
}

function startSmall(): SealedProcess {
  return start(100 * 1024 * 1024);
}

function startNever(): never {
  assert.fail("a process was started");
}

function startHostile(mode: string): SealedProcess {
  const program = join(import.meta.dirname, "../../helpers/hostile-transpile.cjs");
  return spawn({
    seal: "none",
    program,
    programArgs: [mode],
    dataBytesMax,
    residentBytesMax: 2 ** 28,
  });
}

function rejectsWith(promise: Promise<unknown>, code: SandboxErrorCode): Promise<void> {
  return assert.rejects(promise, { name: "SandboxError", code });
}

/** A type that doubles at every level: each costs a few bytes, and doubles the code that lifts it, for each function. */
function typeBomb(levels: number, functions: number): string {
  const lift = `(canon lift (core func $i "f") (memory (core memory $i "memory")) (realloc (core func $i "realloc")))`;
  const lifted = Array.from(
    { length: functions },
    (_, index) =>
      `(func $f${index} (result $t${levels}) ${lift}) (export "f${index}" (func $f${index}))`,
  );
  const types = Array.from(
    { length: levels },
    (_, level) => `(type $t${level + 1} (tuple $t${level} $t${level}))`,
  );
  return `(component
    (core module $m (memory (export "memory") 1)
      (func (export "realloc") (param i32 i32 i32 i32) (result i32) i32.const 0)
      (func (export "f") (result i32) i32.const 0))
    (core instance $i (instantiate $m))
    (type $t0 (tuple u32 u32)) ${types.join(" ")}
    ${lifted.join(" ")})`;
}

test("gives a script and its modules, the same every time", async () => {
  const [first, second] = await Promise.all([
    transpileSealed(start, honest),
    transpileSealed(start, honest),
  ]);
  assert.deepEqual(first, second);
  assert.deepEqual(
    first.modules.map(({ name }) => name),
    ["p.core.wasm"],
  );
  assert.match(
    Buffer.from(first.script).toString(),
    /^\(function \(\$glovebox_glue, DataView, .+, BigUint64Array\) \{ "use strict";/,
  );
});

test("refuses what is no component before anything runs", async () => {
  const core = Buffer.from("0061736d01000000", "hex");
  for (const bytes of [Buffer.alloc(0), Buffer.from("(component)"), core, honest.subarray(0, 7)]) {
    await rejectsWith(transpileSealed(startNever, bytes), "ERR_TRANSPILE_FAILED");
  }
});

test("refuses a component beyond the size limit before anything runs", async () => {
  const bytes = Buffer.alloc(TRANSPILE_LIMITS.componentBytesMax + 1);
  bytes.set(honest.subarray(0, 8));
  await rejectsWith(transpileSealed(startNever, bytes), "ERR_TRANSPILE_LIMIT");
});

test("refuses a damaged component", async () => {
  const damaged = Buffer.from(honest);
  damaged.fill(0xff, 20, 40);
  await rejectsWith(transpileSealed(start, damaged), "ERR_TRANSPILE_FAILED");
});

test("stops a component of less than 2 kB that becomes far too much code", async () => {
  const bomb = await parse(typeBomb(14, 12));
  assert.ok(bomb.length < 2000);
  await rejectsWith(transpileSealed(start, bomb), "ERR_TRANSPILE_LIMIT");
});

test("stops a transpile that takes too long", async () => {
  await rejectsWith(
    transpileSealed(start, await parse(typeBomb(14, 12)), 500),
    "ERR_TRANSPILE_LIMIT",
  );
});

test("stops a transpile that takes too much memory", async () => {
  await rejectsWith(
    transpileSealed(startSmall, await parse(typeBomb(14, 12))),
    "ERR_TRANSPILE_LIMIT",
  );
});

for (const [mode, code] of [
  ["a module named as a path", "ERR_TRANSPILE_FAILED"],
  ["a module named twice", "ERR_TRANSPILE_FAILED"],
  ["lengths beyond the body", "ERR_TRANSPILE_FAILED"],
  ["lengths below the body", "ERR_TRANSPILE_FAILED"],
  ["a negative length", "ERR_TRANSPILE_FAILED"],
  ["modules that are no list", "ERR_TRANSPILE_FAILED"],
  ["no known type", "ERR_TRANSPILE_FAILED"],
  ["an early exit", "ERR_TRANSPILE_FAILED"],
  ["2 GiB", "ERR_TRANSPILE_LIMIT"],
  ["300 modules", "ERR_TRANSPILE_LIMIT"],
  ["no answer", "ERR_TRANSPILE_LIMIT"],
] as const) {
  test(`refuses a taken-over transpile that answers: ${mode}`, async () => {
    const durationMsMax = mode === "no answer" ? 300 : 5000;
    await rejectsWith(
      transpileSealed(() => startHostile(mode), honest, durationMsMax),
      code,
    );
  });
}
