import { join } from "node:path";
import { compileC } from "./c-guest.ts";

const FOLDER = join(import.meta.dirname, "../fixtures/servlet");
/** The kit has more than each of them uses. */
const FLAGS = ["-Wno-unused-function", "-fno-builtin"];

/** A servlet that does what servlets do, in hyper-mcp's first or second form. Built from source, in C. */
export function honestServlet(form: 1 | 2): Uint8Array {
  return compileC(["honest.c"], {}, { from: FOLDER, flags: [...FLAGS, `-DFORM=${form}`] });
}

/** One that attacks its host: `how` names the attack. */
export function hostileServlet(): Uint8Array {
  return compileC(["hostile.c"], {}, { from: FOLDER, flags: FLAGS });
}
