// npm run bench:http [-- --json] [-- --small]: what a call over HTTP costs the server, in one run on this machine.
import { openContestant, type HttpContestant } from "./contestant.ts";
import { PRINCIPALS, SMALL_PLAN, WHOLE_PLAN } from "./plan.ts";

const plan = process.argv.includes("--small") ? SMALL_PLAN : WHOLE_PLAN;
const raw = await openContestant("raw node:http", "raw-server.ts");
const stock = await openContestant("stock handler of the SDK", "stock-server.ts");
const bare = await openContestant("glovebox, no plugin", "glovebox-server.ts", ["bare"]);
const full = await openContestant("glovebox, all on", "glovebox-server.ts", ["full"]);
const all = [raw, stock, bare, full];

/** The middle one of what was measured in turns, so that what else the machine does hits all alike. */
const turns = new Map<HttpContestant, number[]>(all.map((one) => [one, []]));
try {
  for (const one of all) await one.run(plan.warmupCalls, plan.inFlight);
  const heapBefore = await full.heapMib();
  for (let turn = 0; turn < plan.turns; turn++)
    for (const one of all) turns.get(one)?.push(await one.run(plan.callsPerTurn, plan.inFlight));
  const heapAfter = await full.heapMib();
  const micros = (one: HttpContestant): number => median(turns.get(one) ?? []);
  const report = {
    unit: "microseconds of the server's processor time for each tools/call of the era 2026-07-28",
    calls: plan.callsPerTurn * plan.turns,
    principals: PRINCIPALS,
    inFlight: plan.inFlight,
    micros: Object.fromEntries(all.map((one) => [one.name, round(micros(one))])),
    ratios: {
      cpuBare: round(micros(bare) / micros(raw)),
      cpuFull: round(micros(full) / micros(raw)),
      stock: round(micros(stock) / micros(raw)),
      bareOfStock: round(micros(bare) / micros(stock)),
    },
    heapMib: { before: round(heapBefore), after: round(heapAfter) },
  };
  if (plan === SMALL_PLAN) console.error("a handful of calls: that it runs, and no figures");
  console.log(process.argv.includes("--json") ? JSON.stringify(report) : show(report));
} finally {
  for (const one of all) one.close();
}

function show({
  micros,
  ratios,
  heapMib,
  calls,
}: {
  readonly micros: Readonly<Record<string, number>>;
  readonly ratios: Readonly<Record<string, number>>;
  readonly heapMib: { readonly before: number; readonly after: number };
  readonly calls: number;
}): string {
  return [
    "us of the server's processor time for each call:",
    ...Object.entries(micros).map(([name, value]) => `  ${name.padEnd(28)}${value}`),
    "by raw node:http:",
    ...Object.entries(ratios).map(([name, value]) => `  ${name.padEnd(28)}${value}`),
    `memory in use after ${calls} calls by ${PRINCIPALS} principals: ${heapMib.before} MiB before, ${heapMib.after} MiB after`,
  ].join("\n");
}

function median(values: readonly number[]): number {
  return (
    values.toSorted((left, right) => left - right)[Math.floor(values.length / 2)] ?? Number.NaN
  );
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}
