// npm run soak [-- SECONDS] [--json] [--seed N]: calls for an hour, while runners are killed. Exit 1 when anything must not be.
import { parseArgs } from "node:util";
import { runSoak, type SoakReport } from "./soak.ts";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { json: { type: "boolean", default: false }, seed: { type: "string" } },
});
const seconds = Number(positionals[0] ?? 3600);
const seed = Number(values.seed ?? Math.floor(Math.random() * 2 ** 32));
console.error(`soak of ${seconds} s, seed ${seed}`);
const report = await runSoak({
  seconds,
  seed,
  warmUpSeconds: Math.min(300, Math.max(10, seconds / 10)),
  inFlight: 12,
  growthMax: growthMaxOf(seconds),
  onProgress: (line) => console.error(line),
});
console.log(values.json ? JSON.stringify(report) : show(report));
process.exitCode = report.problems.length === 0 ? 0 : 1;

/** Windows of a few seconds hold one garbage collection or two: the shorter the run, the less its trend says. */
function growthMaxOf(seconds: number): { readonly broker: number; readonly runners: number } {
  if (seconds >= 1200) return { broker: 0.05, runners: 0.05 };
  return seconds >= 60 ? { broker: 0.2, runners: 0.5 } : { broker: 0.4, runners: 1 };
}

function show({
  calls,
  broker,
  runners,
  descriptors,
  kills,
  processesLeft,
  problems,
}: SoakReport): string {
  const percent = (share: number): string => `${(share * 100).toFixed(1)} %`;
  const rows: readonly (readonly [string, string])[] = [
    [
      "calls",
      `${calls.sent}, answered ${calls.answered}, taken back ${calls.cancelled} (${calls.crossed} answers crossed)`,
    ],
    [
      "answers",
      Object.entries(calls.byCode)
        .map(([code, count]) => `${code} ${count}`)
        .join(", "),
    ],
    ["kill -9", String(kills)],
    [
      "broker",
      `${broker.medianMib} MiB, grew by ${percent(broker.growth)}: ${broker.windows.join(" ")}`,
    ],
    [
      "runners",
      `${runners.medianMib} MiB, grew by ${percent(runners.growth)}: ${runners.windows.join(" ")}`,
    ],
    ["descriptors", `${descriptors.before} at rest before, ${descriptors.after} after`],
    ["left behind", `${processesLeft} processes`],
    ["problems", problems.length === 0 ? "none" : problems.join("\n             ")],
  ];
  return rows.map(([name, value]) => `${name.padEnd(12)} ${value}`).join("\n");
}
