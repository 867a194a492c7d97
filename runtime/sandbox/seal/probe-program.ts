// A program of its own: stands where the runner stands, sealed and tightened like it, and acts as native code would
// after it had left the engine. It reports by name what was denied and what was not.
import fs from "node:fs";
import process from "node:process";
import { askAgain, ATTEMPTS } from "../launch/attempts.ts";
import { tryThroughLibc } from "../launch/libc-attempts.ts";
import { openSystemCalls } from "../launch/system-calls.ts";
import { tightenSystemCalls } from "../launch/tighten.ts";
import type { ProbeReport } from "./probe-report.ts";

const CHANNEL = 3;

main();

/** Arguments: the broker's process number, and `untightened` to try the outer seal alone. */
function main(): void {
  const [brokerPid, untightened] = process.argv.slice(2);
  const tried =
    process.platform === "linux"
      ? tryThroughSystemCalls(Number(brokerPid), untightened === undefined)
      : tryThroughLibc(Number(brokerPid));
  const named = (through: boolean): readonly string[] =>
    Object.keys(tried).filter((name) => tried[name] === through);
  const report = { denied: named(false), allowed: named(true) } satisfies ProbeReport;
  fs.writeSync(CHANNEL, JSON.stringify(report));
  // Not by itself: Node 26.10 can crash when it tears down while V8 optimises a function that uses node:ffi.
  process.exit(0);
}

function tryThroughSystemCalls(brokerPid: number, tightened: boolean): Record<string, boolean> {
  const call = openSystemCalls();
  if (tightened) tightenSystemCalls(call);
  // A broker in a container may be process 1, as the probe is inside: what it may do to itself says nothing.
  const target = brokerPid === process.pid ? process.pid + 1 : brokerPid;
  const world = { call: askAgain(call), brokerPid: target };
  return Object.fromEntries(
    Object.entries(ATTEMPTS).map(([name, attempt]) => [name, attempt(world)]),
  );
}
