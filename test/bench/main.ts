// npm run bench [-- --json] [-- --small]: what sealing costs, on this machine, in one run.
import { cpus, totalmem } from "node:os";
import { measureCalls } from "./calls.ts";
import { measureRoom, measureServerMemory } from "./memory.ts";
import { SMALL_PLAN, WHOLE_PLAN } from "./plan.ts";
import { makeReport, showReport } from "./report.ts";
import { makeServers } from "./servers.ts";
import { measureStarts } from "./starts.ts";
import { measureStops } from "./stops.ts";

// node:ffi is announced as experimental.
process.removeAllListeners("warning");

const plan = process.argv.includes("--small") ? SMALL_PLAN : WHOLE_PLAN;
const startedMs = performance.now();
const servers = await makeServers(plan.deadlineMs);
try {
  const report = makeReport({
    machine: {
      node: process.version,
      platform: `${process.platform}-${process.arch}`,
      cpus: cpus().length,
      memoryGib: Math.round(totalmem() / 2 ** 30),
    },
    calls: await measureCalls(servers, plan),
    starts: await measureStarts(servers, plan),
    stops: await measureStops(servers, plan),
    serverMemory: await measureServerMemory(servers, plan),
    room: await measureRoom(servers, plan),
    tookSeconds: (performance.now() - startedMs) / 1000,
  });
  console.log(process.argv.includes("--json") ? JSON.stringify(report) : showReport(report));
} finally {
  servers.remove();
}
