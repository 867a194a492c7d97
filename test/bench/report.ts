import type { Contestant } from "./contestants.ts";
import type { StartCounts } from "./plan.ts";
import { ratiosOf, type ServerFigures } from "./ratios.ts";
import type { RoomFigures } from "./room.ts";
import type { StopFigures } from "./stops.ts";
import { LOADS, type LoadName } from "./turns.ts";

export interface Measured {
  readonly machine: Readonly<
    Record<"node" | "platform", string> & Record<"cpus" | "memoryGib" | "load", number>
  >;
  readonly figures: ReadonlyMap<Contestant, ServerFigures>;
  readonly startCounts: StartCounts;
  readonly stops: StopFigures;
  readonly room: RoomFigures;
  readonly tookSeconds: number;
}

/** One figure of every server that has it, by the server's name. */
export interface Row {
  readonly what: string;
  readonly unit: "ms" | "MiB" | "calls/s";
  readonly values: Readonly<Record<string, number>>;
}

/** What `--json` prints. */
export interface Report extends Omit<Measured, "figures"> {
  readonly servers: readonly string[];
  readonly rows: readonly Row[];
  readonly ratios: Readonly<Record<string, number>>;
}

export function makeReport({ figures, ...measured }: Measured): Report {
  const servers = [...figures].map(([{ name }]) => name);
  const row = (
    what: string,
    unit: Row["unit"],
    pick: (one: ServerFigures) => number | undefined,
  ): Row => {
    const values = [...figures].flatMap(([{ name }, one]) => {
      const value = pick(one);
      return value === undefined ? [] : [[name, value]];
    });
    return { what, unit, values: Object.fromEntries(values) };
  };
  const loads = (Object.keys(LOADS) as LoadName[]).flatMap((load) => [
    row(`${LOADS[load].what}: p50`, "ms", (one) => one.loads[load]?.ms.p50),
    row(`${LOADS[load].what}: p99`, "ms", (one) => one.loads[load]?.ms.p99),
    row(`${LOADS[load].what}: by CPU second`, "calls/s", (one) => one.loads[load]?.callsACpuSecond),
  ]);
  const { start20, start100 } = measured.startCounts;
  const rows = [
    ...loads,
    row("private memory: server or broker", "MiB", (one) => one.memory.server),
    row("private memory: runner", "MiB", (one) => one.memory.runner),
    row("private memory: runner, empty", "MiB", (one) => one.memory.spare),
    row("private memory: all", "MiB", (one) => one.memory.all),
    row("first call, at once", "ms", (one) => one.starts.firstCallMs),
    row("first call, 1 s later", "ms", (one) => one.starts.settledFirstCallMs),
    row("start, 1 plugin", "ms", (one) => one.starts.toListMs),
    row(`start, ${start20} plugins`, "ms", (one) => one.starts.many?.start20),
    row(`start, ${start100} plugins`, "ms", (one) => one.starts.many?.start100),
  ];
  return { ...measured, servers, rows, ratios: ratiosOf(figures) };
}
