// Hostile native code in the runner's place, tightened as a runner is: it does what each line on descriptor 3 says
// (`Order`) and answers what it brought home. `untightened` as argument is for the run without any protection.
import fs from "node:fs";
import process from "node:process";
import { askAgain, ATTEMPTS } from "../../../runtime/sandbox/launch/attempts.ts";
import { openSystemCalls } from "../../../runtime/sandbox/launch/system-calls.ts";
import { tightenSystemCalls } from "../../../runtime/sandbox/launch/tighten.ts";
import { FILE_ACTS } from "./files.ts";
import { PROCESS_ACTS } from "./processes.ts";
import { GREEDY_ACTS, SELF_ACTS } from "./self.ts";
import { call, struct } from "./system.ts";
import { SOCKET_ACTS } from "./sockets.ts";
import type { Act, Order } from "./world.ts";

const CHANNEL = 3;
const systemCall = openSystemCalls();
if (process.argv[2] !== "untightened") tightenSystemCalls(systemCall);

const ACTS: Readonly<Record<string, Act>> = {
  ...FILE_ACTS,
  ...SOCKET_ACTS,
  ...PROCESS_ACTS,
  ...SELF_ACTS,
  ...GREEDY_ACTS,
  nothing: () => "",
  "find an environment": () => JSON.stringify(process.env),
  ...Object.fromEntries(
    Object.entries(ATTEMPTS).map(([name, attempt]): [string, Act] => [
      `probe: ${name}`,
      (world) =>
        attempt({ call: askAgain(systemCall), brokerPid: world.victim.pid })
          ? "canary-let-through"
          : "denied",
    ]),
  ),
};

let text = "";
const chunk = Buffer.alloc(64 * 1024);

function nextOrder(): Order {
  for (;;) {
    const end = text.indexOf("\n");
    if (end >= 0) {
      const line = text.slice(0, end);
      text = text.slice(end + 1);
      return JSON.parse(line) as Order;
    }
    const count = fs.readSync(CHANNEL, chunk);
    if (count === 0) process.exit(0);
    text += chunk.toString("utf8", 0, count);
  }
}

function say(value: object): void {
  const bytes = Buffer.from(`${JSON.stringify(value)}\n`);
  for (let sent = 0; sent < bytes.length;) sent += fs.writeSync(CHANNEL, bytes, sent);
}

say({ ready: true, pid: process.pid });
for (;;) {
  const { act, target, world } = nextOrder();
  say({ home: ACTS[act]!(world, world[target]) });
  // The kernel signals nobody for bytes that somebody waits for.
  if (act === "have the broker's messages signal it")
    call("nanosleep", struct(16, [8, 8, 200_000_000]), 0);
}
