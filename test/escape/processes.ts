// Other processes, of the host and of other plugins, and processes of the attacker's own.
import type { Attack, Family } from "./attack.ts";
import { PROCESS_ACTS } from "./inside/processes.ts";
import { SELF_ACTS } from "./inside/self.ts";

const MACHINE_MAY_REFUSE: Readonly<Record<string, string>> = {
  "kill by the numbers of the x32 interface": "most kernels are built without that interface",
  "kill through the 32-bit gate": "some kernels are built without it",
};
/** For a runner it is the same signal, and its Node was started without that debugger. */
const VICTIM_ONLY = new Set(["open its debugger by SIGUSR1"]);

const TARGETS = { victim: "a process of the host", runner: "another plugin's runner" } as const;

export const PROCESSES: Family = {
  name: "processes",
  attacks: [
    ...(["victim", "runner"] as const).flatMap((target) =>
      Object.keys(PROCESS_ACTS)
        .filter((act) => target === "victim" || !VICTIM_ONLY.has(act))
        .map((act): Attack => ({
          name: `native code on ${TARGETS[target]}: ${act}`,
          threat: "T10",
          attack: (stage) => stage.native(act, { target, alone: true }),
        })),
    ),
    ...Object.keys(SELF_ACTS).map((act): Attack => ({
      name: `native code: ${act}`,
      threat: "T10",
      ...(MACHINE_MAY_REFUSE[act] === undefined ? {} : { withoutControl: MACHINE_MAY_REFUSE[act] }),
      attack: (stage) => stage.native(act, { alone: true }),
    })),
  ],
};
