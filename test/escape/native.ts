// The kernel's whole surface, by native code in the runner's place: what the probe tries at every start, judged by errors.
import { ATTEMPTS } from "../../runtime/sandbox/launch/attempts.ts";
import type { Attack, Family } from "./attack.ts";

/** What a machine may refuse to anybody, by the name of the attempt. */
const MACHINE_MAY_REFUSE: Readonly<Record<string, string>> = {
  "leave its session": "who leads a session cannot leave it, and unprotected attackers do",
  "load a kernel module": "some kernels are built without modules",
};

export const NATIVE: Family = {
  name: "native",
  attacks: Object.keys(ATTEMPTS).map((name): Attack => ({
    name: `native code, as the probe: ${name}`,
    threat: "T10",
    ...(MACHINE_MAY_REFUSE[name] === undefined ? {} : { withoutControl: MACHINE_MAY_REFUSE[name] }),
    attack: (stage) => stage.native(`probe: ${name}`),
  })),
};
