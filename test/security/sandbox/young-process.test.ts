// bubblewrap binds its child to its own death only some milliseconds after the child's birth. Killed in between,
// it left a sealed process behind in one of four tries, with the end of its channel still open.
import { test } from "node:test";
import { makeProcessPowers } from "../../../runtime/powers/process.ts";
import { findProgram, SEALED_FOLDER } from "../../../runtime/sandbox/programs.ts";
import { makeSpawner } from "../../../runtime/sandbox/seal/sealed-process.ts";
import { chooseSeal } from "../../../runtime/sandbox/seal/choose-seal.ts";

const powers = makeProcessPowers(SEALED_FOLDER);
let outerPid = 0;
const spawn = makeSpawner({
  ...powers,
  startProcess(...args) {
    const started = powers.startProcess(...args);
    outerPid = started.pid ?? 0;
    return started;
  },
});

const WAYS = {
  "by us": (kill: () => void) => kill(),
  "from outside, and only its outermost part": () => process.kill(outerPid, "SIGKILL"),
};

for (const [way, end] of Object.entries(WAYS)) {
  test(
    `leaves nothing of a sealed process that is killed ${way}, however young`,
    { timeout: 20_000 },
    async () => {
      const { name: seal } = await chooseSeal(powers, spawn, {
        probe: findProgram(powers, "probe"),
      });
      const limits = { dataBytesMax: 2 ** 30, residentBytesMax: 2 ** 28 };
      for (let ageMs = 0; ageMs < 25; ageMs += 1) {
        const young = spawn({ seal, program: findProgram(powers, "runner"), ...limits });
        await new Promise((resolve) => setTimeout(resolve, ageMs));
        end(() => young.kill());
        // The channel stays open: an honest survivor would end by itself when it closes, and a hostile one would not.
        // `exited` waits for the end of stderr, which a survivor would hold open.
        await young.exited;
        young.channel.destroy();
      }
    },
  );
}
