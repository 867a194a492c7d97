// A broker of its own, for tests that need another user, other descriptors, or a broker that dies.
import process from "node:process";
import { makeProcessPowers } from "../../../runtime/powers/process.ts";
import type { SealName } from "../../../runtime/sandbox/sandbox.ts";
import { chooseSeal } from "../../../runtime/sandbox/seal/choose-seal.ts";
import { makeSpawner } from "../../../runtime/sandbox/seal/sealed-process.ts";

const [folder, seal, spin] = process.argv.slice(2) as [string, SealName, string | undefined];
const powers = makeProcessPowers(folder);
const spawn = makeSpawner(powers);

if (spin === undefined) void choose();
else startSpinning();

async function choose(): Promise<void> {
  const probe = `${folder}/probe.cjs`;
  const { name, allowed } = await chooseSeal(powers, spawn, { probe, forms: [seal] });
  process.stdout.write(JSON.stringify({ name, allowed }), () => process.exit(0));
}

function startSpinning(): void {
  const program = `${folder}/hostile.cjs`;
  const limits = { dataBytesMax: 1024 ** 3, residentBytesMax: 1024 ** 3 };
  const sealed = spawn({ seal, program, programArgs: ["spin"], ...limits });
  sealed.channel.once("data", () => process.stdout.write(JSON.stringify({ pid: sealed.pid })));
}
