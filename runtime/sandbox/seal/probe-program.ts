// A program of its own: stands where the runner stands, sealed and tightened like it, and acts as native code would
// after it had left the engine. It reports by name what was denied and what was not.
import process from "node:process";
import { ATTEMPTS } from "../launch/attempts.ts";
import { openSystemCalls } from "../launch/system-calls.ts";
import { tightenSystemCalls } from "../launch/tighten.ts";
import type { ProbeReport } from "./probe-report.ts";

const CHANNEL = 3;

main();

/** Arguments: the broker's process number, and `untightened` to try the outer seal alone. */
function main(): void {
  const [brokerPid, untightened] = process.argv.slice(2);
  const call = openSystemCalls();
  if (untightened === undefined) tightenSystemCalls(call);
  // A broker in a container may be process 1, as the probe is inside: what it may do to itself says nothing.
  const target = Number(brokerPid) === process.pid ? process.pid + 1 : Number(brokerPid);
  const denied: string[] = [];
  const allowed: string[] = [];
  for (const [name, attempt] of Object.entries(ATTEMPTS)) {
    (attempt({ call, brokerPid: target }) ? allowed : denied).push(name);
  }
  const report = new TextEncoder().encode(
    JSON.stringify({ denied, allowed } satisfies ProbeReport),
  );
  const bytes = new Uint8Array(new ArrayBuffer(report.length));
  bytes.set(report);
  call("write", CHANNEL, bytes, bytes.length);
  // Not by itself: Node 26.10 can crash when it tears down while V8 optimises a function that uses node:ffi.
  process.exit(0);
}
