// A broker of its own, for tests that need another user, other descriptors, or a broker that dies.
import process from "node:process";
import { makeProcessPowers } from "../../../runtime/powers/process.ts";
import type { SealName } from "../../../runtime/sandbox/sandbox.ts";
import { chooseSeal } from "../../../runtime/sandbox/seal/choose-seal.ts";
import { makeSpawner } from "../../../runtime/sandbox/seal/sealed-process.ts";

const [folder, seal, ...act] = process.argv.slice(2) as [string, SealName, ...string[]];
const powers = makeProcessPowers(folder);
const spawn = makeSpawner(powers);

if (act.length === 0) void choose();
else startHostile();

async function choose(): Promise<void> {
  const probe = `${folder}/probe.cjs`;
  const { name, allowed } = await chooseSeal(powers, spawn, { probe, forms: [seal] });
  process.stdout.write(JSON.stringify({ name, allowed }), () => process.exit(0));
}

/** Tells the number that the process has out here, and what it reported first. */
function startHostile(): void {
  const program = `${folder}/hostile.cjs`;
  const limits = { dataBytesMax: 1024 ** 3, residentBytesMax: 1024 ** 3 };
  const sealed = spawn({ seal, program, programArgs: act, ...limits });
  sealed.channel.once("data", (chunk: Buffer) => {
    const report = JSON.parse(chunk.toString("utf8")) as object;
    process.stdout.write(JSON.stringify({ pid: sealed.pid, report }));
  });
}
