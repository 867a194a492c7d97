import { findProgram } from "../programs.ts";
import type { SealName } from "../sandbox.ts";
import { probeForm } from "./choose-seal.ts";
import type { ProcessPowers } from "./process-powers.ts";
import { makeSpawner } from "./sealed-process.ts";

/** What a form lets through before the runner has tightened its seal, when trusted code alone runs. */
const BEFORE_TIGHTENING: Readonly<Partial<Record<SealName, readonly string[]>>> = {
  bubblewrap: [
    "execute a program",
    "open itself to the broker's tracer",
    "exceed the limits it gave itself",
    "open a host folder",
  ],
  landlock: [
    "execute a program",
    "open itself to the broker's tracer",
    "exceed the limits it gave itself",
    "look at a host file",
    "see that the broker exists",
  ],
};

/**
 * What gets out of a form that nobody has tightened from inside, and must not. So the outer layer is seen to hold by itself,
 * which the usual probe cannot tell. Undefined for a form of which nobody has said what it holds; a sentence where there is no report.
 */
export async function probeOuter(
  powers: ProcessPowers,
  seal: SealName,
): Promise<readonly string[] | string | undefined> {
  const expected = BEFORE_TIGHTENING[seal];
  if (expected === undefined) return undefined;
  const program = findProgram(powers, "probe");
  const report = await probeForm(powers, makeSpawner(powers), seal, program, ["untightened"]);
  return typeof report === "string"
    ? report
    : report.allowed.filter((name) => !expected.includes(name));
}
