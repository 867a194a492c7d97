// bubblewrap binds its child to its own death only some milliseconds after the child's birth. Killed in between,
// it left a sealed process behind in one of four tries, with the end of its channel still open.
import { test } from "node:test";
import { makeProcessPowers } from "../../../runtime/powers/process.ts";
import { findProgram, SEALED_FOLDER } from "../../../runtime/sandbox/programs.ts";
import { makeSpawner } from "../../../runtime/sandbox/seal/sealed-process.ts";
import { chooseSeal } from "../../../runtime/sandbox/seal/choose-seal.ts";

const powers = makeProcessPowers(SEALED_FOLDER);
const spawn = makeSpawner(powers);

test("kills a sealed process however young it is", { timeout: 20_000 }, async () => {
  const { name: seal } = await chooseSeal(powers, spawn, { probe: findProgram(powers, "probe") });
  const limits = { dataBytesMax: 2 ** 30, residentBytesMax: 2 ** 28 };
  for (let ageMs = 0; ageMs < 25; ageMs += 1) {
    const young = spawn({ seal, program: findProgram(powers, "runner"), ...limits });
    await new Promise((resolve) => setTimeout(resolve, ageMs));
    young.kill();
    // The channel stays open: an honest survivor would end by itself when it closes, and a hostile one would not.
    await young.exited;
    young.channel.destroy();
  }
});
