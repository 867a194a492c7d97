// npm run bench [-- --json] [-- --small]: what sealing costs, on this machine, in one run.
import { cpus, loadavg, totalmem } from "node:os";
import { makeSharedMachine } from "../helpers/run-glovebox.ts";
import { makeContest } from "./contestants.ts";
import { SMALL_PLAN, WHOLE_PLAN } from "./plan.ts";
import { makeReport } from "./report.ts";
import { measureRoom } from "./room.ts";
import { measureStarts } from "./starts.ts";
import { measureStops } from "./stops.ts";
import { showReport } from "./table.ts";
import { takeTurns } from "./turns.ts";

const plan = process.argv.includes("--small") ? SMALL_PLAN : WHOLE_PLAN;
const startedMs = performance.now();
const machine = {
  node: process.version,
  platform: `${process.platform}-${process.arch}`,
  cpus: cpus().length,
  memoryGib: Math.round(totalmem() / 2 ** 30),
  load: loadavg()[0] ?? Number.NaN,
};
const shared = await makeSharedMachine();
const contest = await makeContest(shared.machine, plan.startCounts, plan.deadlineMs);
try {
  const turns = await takeTurns(contest.contestants, plan);
  const starts = await measureStarts(contest.contestants, plan);
  const report = makeReport({
    machine,
    figures: new Map(
      [...turns].map(([one, figures]) => [one, { ...figures, starts: starts.get(one)! }]),
    ),
    startCounts: plan.startCounts,
    stops: await measureStops(contest.stopping, plan),
    room: await measureRoom(shared.machine, plan),
    tookSeconds: (performance.now() - startedMs) / 1000,
  });
  if (plan === SMALL_PLAN) console.error("a handful of calls: that it runs, and no figures");
  console.log(process.argv.includes("--json") ? JSON.stringify(report) : showReport(report));
} finally {
  contest.remove();
  await shared.close();
}
