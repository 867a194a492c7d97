import { join } from "node:path";
import { compileC } from "./c-guest.ts";

const FOLDER = join(import.meta.dirname, "../fixtures/servlet");
/** The kit has more than each of them uses. */
const FLAGS = ["-Wno-unused-function", "-fno-builtin"];

const compiled = new Map<string, Uint8Array>();

/** Each is built once in a process: the compiler keeps its thread for as long as it runs. */
function compile(source: string, flags: readonly string[] = []): Uint8Array {
  const key = [source, ...flags].join(" ");
  const known = compiled.get(key);
  if (known !== undefined) return known;
  const module = compileC([source], {}, { from: FOLDER, flags: [...FLAGS, ...flags] });
  compiled.set(key, module);
  return module;
}

/** A servlet that does what servlets do, in hyper-mcp's first or second form. Built from source, in C. */
export function honestServlet(form: 1 | 2): Uint8Array {
  return compile("honest.c", [`-DFORM=${form}`]);
}

/** One that attacks its host: `how` names the attack. */
export function hostileServlet(): Uint8Array {
  return compile("hostile.c");
}
