// What the kernel answers differently to root: tried as an ordinary user, by a broker of its own.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { statSync } from "node:fs";
import { test } from "node:test";
import type { SealName } from "../../runtime/sandbox/sandbox.ts";
import { NOBODY, nodeForEverybody, openSealBench } from "../helpers/seals.ts";

const bench = await openSealBench();
const USER = process.getuid!() === 0 ? NOBODY : process.getuid!();
const ROOT = 0;
const EAGAIN = 11;

for (const seal of bench.seals) {
  test(`${seal}: a tightened process is undumpable: the kernel gives what is known of it to root`, async () => {
    // The control: before, it is the user's, and so the test can see the difference.
    assert.equal(await ownerOf(seal, ["spin", "untightened"]), USER);
    assert.equal(await ownerOf(seal, ["spin"]), ROOT);
  });

  test(`${seal}: no thread starts beyond the limit of processes, without any filter against it`, async () => {
    const { report, end } = await actAsUser(seal, [
      "start threads beyond the limit",
      "untightened",
    ]);
    assert.deepEqual(report, { refused: -EAGAIN });
    await end();
  });
}

/** Who owns what /proc tells of a process: its user, or root where it may not be looked into. */
async function ownerOf(seal: SealName, act: readonly string[]): Promise<number> {
  const { pid, end } = await actAsUser(seal, act);
  const { uid } = statSync(`/proc/${pid}/maps`);
  await end();
  return uid;
}

async function actAsUser(seal: SealName, act: readonly string[]) {
  const args = ["--no-warnings", `${bench.folder}/broker.cjs`, bench.folder, seal, ...act];
  const broker = spawn(nodeForEverybody(bench.folder), args, {
    stdio: ["ignore", "pipe", "inherit"],
    cwd: "/",
    env: {},
    ...(process.getuid!() === 0 ? { uid: NOBODY, gid: NOBODY } : {}),
  });
  const [told] = (await once(broker.stdout, "data")) as [Buffer];
  const { pid, report } = JSON.parse(told.toString("utf8")) as { pid: number; report: object };
  const end = async (): Promise<void> => {
    broker.kill("SIGKILL");
    await once(broker, "exit");
  };
  return { pid, report, end };
}
