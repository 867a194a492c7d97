import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readFileSync } from "node:fs";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { openSealBench } from "../helpers/seals.ts";

const bench = await openSealBench();
const MIB = 1024 * 1024;
const limits = { dataBytesMax: 1024 * MIB, residentBytesMax: 1024 * MIB };
const program = `${bench.folder}/hostile.cjs`;

for (const seal of bench.seals) {
  test(`${seal}: kill ends every process of a seal, while it spins`, async () => {
    const sealed = bench.spawn({ seal, program, programArgs: ["spin"], ...limits });
    await once(sealed.channel, "data");
    const innermost = sealed.pid;
    const outermost = parentOf(innermost) === process.pid ? innermost : parentOf(innermost);
    assert.equal(parentOf(outermost), process.pid);
    sealed.kill();
    assert.equal((await sealed.exited).reason, "killed");
    await gone(innermost);
    await gone(outermost);
  });

  test(`${seal}: nothing sealed outlives the broker, however it died`, async () => {
    const args = ["--no-warnings", `${bench.folder}/broker.cjs`, bench.folder, seal, "spin"];
    const broker = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "inherit"] });
    const [told] = (await once(broker.stdout, "data")) as [Buffer];
    const { pid } = JSON.parse(told.toString("utf8")) as { pid: number };
    assert.ok(isRunning(pid));
    broker.kill("SIGKILL");
    await gone(pid);
  });

  test(`${seal}: tells how many bytes the innermost process holds, and nothing once it has ended`, async () => {
    const sealed = bench.spawn({ seal, program, programArgs: ["spin"], ...limits });
    await once(sealed.channel, "data");
    const held = sealed.residentBytes()!;
    assert.ok(held > 16 * MIB && held < 256 * MIB, String(held));
    sealed.kill();
    await sealed.exited;
    await gone(sealed.pid);
    // Until it has been waited for, the kernel still tells of it.
    assert.equal(sealed.residentBytes() ?? 0, 0);
  });

  test(`${seal}: a program that cannot be read ends without running`, async () => {
    const sealed = bench.spawn({ seal, program: "/nonexistent/program.cjs", ...limits });
    const exit = await sealed.exited;
    assert.notEqual(exit.code, 0);
  });

  test(`${seal}: is out of the broker's session, so that no terminal reaches it`, async () => {
    const sealed = bench.spawn({ seal, program, programArgs: ["spin"], ...limits });
    await once(sealed.channel, "data");
    assert.notEqual(sessionOf(sealed.pid), sessionOf(process.pid));
    sealed.kill();
    await sealed.exited;
  });

  test(`${seal}: the innermost process is the first to go when memory runs out, and dumps no core`, async () => {
    const sealed = bench.spawn({ seal, program, programArgs: ["spin"], ...limits });
    await once(sealed.channel, "data");
    assert.equal(readFileSync(`/proc/${sealed.pid}/oom_score_adj`, "utf8").trim(), "1000");
    const core = /^Max core file size +(\d+) +(\d+)/m.exec(
      readFileSync(`/proc/${sealed.pid}/limits`, "utf8"),
    );
    assert.deepEqual(core?.slice(1), ["0", "0"]);
    const status = readFileSync(`/proc/${sealed.pid}/status`, "utf8");
    assert.match(status, /^NoNewPrivs:\t1$/m);
    assert.match(status, /^Seccomp:\t2$/m);
    assert.match(status, /^CapEff:\t0+$/m);
    sealed.kill();
    await sealed.exited;
  });
}

function statOf(pid: number): readonly string[] {
  const stat = readFileSync(`/proc/${pid}/stat`, "latin1");
  return stat.slice(stat.lastIndexOf(")") + 2).split(" ");
}

function parentOf(pid: number): number {
  return Number(statOf(pid)[1]);
}

function sessionOf(pid: number): number {
  return Number(statOf(pid)[3]);
}

/** A zombie that its parent has not waited for runs no more. */
function isRunning(pid: number): boolean {
  return existsSync(`/proc/${pid}`) && statOf(pid)[0] !== "Z";
}

async function gone(pid: number): Promise<void> {
  while (isRunning(pid)) await sleep(5);
}
