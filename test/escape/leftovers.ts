// From one call to the next: what a call left must not be there when another begins in the same runner.
import { escaped, stopped, type Attack, type Family, type Outcome } from "./attack.ts";
import { openDisk } from "./stage/disk.ts";
import { CALL_TOOL, machineOf } from "./stage/machine.ts";
import { callOnce, openPlugin, scriptOf, withPlugin, type Ended } from "./stage/plugins.ts";
import type { Stage } from "./stage/stage.ts";

const DIGIT = "7";

interface Trail {
  /** The letter of the machine that puts the digit away, and the one that looks for it. */
  readonly put: string;
  readonly look: string;
  /** What an untouched instance says. Default: `0`. */
  readonly untouched?: string;
  readonly putText?: string;
  readonly lookText?: string;
}

const TRAILS: Readonly<Record<string, Trail>> = {
  "data of the module": { put: "A", look: "a" },
  "the far end of the memory": { put: "B", look: "b" },
  "a page that it grew": { put: "C", look: "c" },
  "the size of the memory": { put: "D", look: "d", untouched: "2" },
  "what lay on the stack": { put: "S", look: "s" },
  "a global": { put: "E", look: "e" },
  "a wide global": { put: "F", look: "f" },
  "a global of a real number": { put: "G", look: "g" },
  "a function in a table": { put: "H", look: "h" },
  "a copy inside a table": { put: "I", look: "h" },
  "what a table was filled with": { put: "K", look: "h" },
  "the size of a table": { put: "J", look: "j" },
  "elements that it dropped": { put: "L", look: "l" },
  "data that it dropped": { put: "M", look: "m" },
  "the arguments of the call before": {
    put: "N",
    look: "n",
    untouched: "\0",
    putText: "07",
    lookText: "0",
  },
  "a global, and a trap": { put: "O", look: "e" },
  "data, and a trap": { put: "O", look: "a" },
  "a global, and an answer beyond the limit": { put: "P", look: "e" },
  "a grown memory, and an answer beyond the limit": { put: "P", look: "d", untouched: "2" },
  "a global, and a stack without end": { put: "Q", look: "e" },
};

/** Looks once before, so that a runner which has just started is not taken for one that was restored. */
async function follow(
  stage: Stage,
  { put, look, untouched = "0", putText = DIGIT, lookText = DIGIT }: Trail,
): Promise<Outcome> {
  const plugin = openPlugin(stage, await machineOf(stage));
  return withPlugin(plugin, async () => {
    const call = (name: string, text: string): Promise<Ended> =>
      callOnce(plugin, CALL_TOOL, [name, text]);
    const first = stage.guarded ? await call(look, lookText) : { value: untouched };
    if (first.value !== untouched)
      throw new Error(`an untouched instance says ${JSON.stringify(first)}`);
    for (let round = 0; round < 3; round += 1) {
      await call(put, putText);
      const after = await call(look, lookText);
      if (after.value !== untouched)
        return escaped(`the next call found ${after.code ?? String(after.value)}`);
    }
    return stopped("an instance that no other call has touched", "three rounds in one runner");
  });
}

const trail = (name: string, of: Trail): Attack => ({
  name: `from one call to the next: ${name}`,
  threat: "T12",
  attack: (stage) => follow(stage, of),
});

/** JavaScript that keeps in its realm what a call had open, and uses it in the next. */
const KEPT_FILE = `
  const [folder] = imports["wasi:filesystem/preopens"].getDirectories()[0];
  globalThis.kept ??= folder.openAt({}, "mine.txt", {}, { read: true });
  return new TextDecoder().decode(globalThis.kept.read(10n, 0n)[0]);`;
const HALF_A_LINE = `
  imports["wasi:cli/stdout"].getStdout().blockingWriteAndFlush(new TextEncoder().encode(world));
  return "written";`;

export const LEFTOVERS: Family = {
  name: "leftovers",
  attacks: [
    ...Object.entries(TRAILS).map(([name, of]) => trail(name, of)),
    {
      name: "from one call to the next: a file that it left open",
      threat: "T12",
      async attack(stage) {
        const disk = openDisk(stage);
        const options = { brokers: [disk.broker], granted: ["filesystem"] };
        const plugin = openPlugin(stage, scriptOf(KEPT_FILE), options);
        try {
          const first = await callOnce(plugin, ["run"], ["null"]);
          if (first.value !== "mine") throw new Error(`the first call was refused: ${first.words}`);
          const second = await callOnce(plugin, ["run"], ["null"]);
          if (second.value === "mine") return escaped("the next call read through it");
          return stopped(second.code ?? "refused", second.words);
        } finally {
          await plugin.close();
          disk.close();
        }
      },
    },
    {
      name: "from one call to the next: half a line of standard output",
      threat: "T12",
      async attack(stage) {
        const plugin = openPlugin(stage, scriptOf(HALF_A_LINE));
        return withPlugin(plugin, async () => {
          await callOnce(plugin, ["run"], [JSON.stringify("half a line")]);
          const { words } = await callOnce(plugin, ["run"], [JSON.stringify(" and its end\n")]);
          if (words.includes("half a line")) return escaped("the next call's log has it");
          return stopped("an instance that no other call has touched", words);
        });
      },
    },
  ],
};
