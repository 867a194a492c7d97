import type { CallFigures } from "./calls.ts";
import type { RoomFigures, MemoryFigures } from "./memory.ts";
import type { StartFigures } from "./starts.ts";
import type { StopFigures } from "./stops.ts";

type Both<Figures> = Readonly<Record<"plain" | "sealed", Figures>>;

export interface Measured {
  readonly machine: Readonly<
    Record<"node" | "platform", string> & Record<"cpus" | "memoryGib", number>
  >;
  readonly calls: Both<CallFigures>;
  readonly starts: Both<StartFigures>;
  readonly stops: StopFigures;
  readonly serverMemory: Pick<MemoryFigures, "plainServer" | "broker" | "sealedServer">;
  readonly room: RoomFigures;
  readonly tookSeconds: number;
}

/** Milliseconds, MiB and calls a second. `ratio` is sealed by plain. */
export interface Row {
  readonly what: string;
  readonly unit: "ms" | "MiB" | "calls/s";
  readonly plain?: number;
  readonly sealed: number;
  readonly ratio?: number;
}

/** `ratios` are sealed by plain of the same run, by the name of the row. */
export interface Report extends Measured {
  readonly rows: readonly Row[];
  readonly ratios: Readonly<Record<string, number>>;
}

export function makeReport(measured: Measured): Report {
  const rows = [
    ...callRows(measured.calls),
    ...startRows(measured.starts),
    ...memoryRows(measured),
    ...stopRows(measured.stops),
    ...roomRows(measured.room),
  ];
  const ratios = rows.flatMap(({ what, ratio }) => (ratio === undefined ? [] : [[what, ratio]]));
  return { ...measured, rows, ratios: Object.fromEntries(ratios) };
}

function callRows({ plain, sealed }: Both<CallFigures>): Row[] {
  const pairs = [
    ["convert, back to back", plain.backToBack.convert, sealed.backToBack.convert],
    ["now, back to back", plain.backToBack.now, sealed.backToBack.now],
    ...Object.entries(plain.afterGap).map(
      ([gapMs, spread]) =>
        [`convert, ${gapMs} ms between calls`, spread, sealed.afterGap[gapMs]!] as const,
    ),
    ["convert, 8 in flight", plain.inFlight, sealed.inFlight],
  ] as const;
  return [
    ...pairs.flatMap(([what, left, right]) => [
      compare(`${what}: p50`, "ms", left.p50, right.p50),
      compare(`${what}: p99`, "ms", left.p99, right.p99),
    ]),
    compare(
      "convert, 8 in flight: rate",
      "calls/s",
      plain.inFlight.callsASecond,
      sealed.inFlight.callsASecond,
    ),
  ];
}

function startRows({ plain, sealed }: Both<StartFigures>): Row[] {
  return [
    compare("spawn to tools/list", "ms", plain.toListMs, sealed.toListMs),
    compare("first call, at once", "ms", plain.firstCallMs, sealed.firstCallMs),
    compare("first call, 1 s later", "ms", plain.settledFirstCallMs, sealed.settledFirstCallMs),
  ];
}

function memoryRows({ serverMemory, room }: Measured): Row[] {
  const { plainServer, broker, sealedServer } = serverMemory;
  const { runnerEmpty, runnerLoaded, runnerAfterCalls } = room.memory;
  return [
    compare("private memory: server or broker", "MiB", plainServer, broker),
    compare("private memory: with all runners", "MiB", plainServer, sealedServer),
    only("private memory: runner, empty", "MiB", runnerEmpty),
    only("private memory: runner, loaded", "MiB", runnerLoaded),
    only("private memory: runner, after 1,000 calls", "MiB", runnerAfterCalls),
  ];
}

function stopRows({ overshootMs, nextCallMs }: StopFigures): Row[] {
  return [
    only("past the deadline: p50", "ms", overshootMs.p50),
    only("past the deadline: max", "ms", overshootMs.max),
    only("next call after a kill: p50", "ms", nextCallMs.p50),
    only("next call after a kill: max", "ms", nextCallMs.max),
  ];
}

function roomRows({ loadMs, backToBack, afterGap }: RoomFigures): Row[] {
  return [
    only("sandbox alone: load and first call", "ms", loadMs),
    only("sandbox alone, back to back: p50", "ms", backToBack.p50),
    only("sandbox alone, 5 ms between calls: p50", "ms", afterGap.p50),
  ];
}

function compare(what: string, unit: Row["unit"], plain: number, sealed: number): Row {
  return { what, unit, plain, sealed, ratio: sealed / plain };
}

function only(what: string, unit: Row["unit"], sealed: number): Row {
  return { what, unit, sealed };
}

export function showReport({ rows, machine, tookSeconds }: Report): string {
  const cell = (value: number | undefined): string =>
    (value === undefined ? "" : value.toFixed(value < 10 ? 3 : value < 100 ? 1 : 0)).padStart(9);
  const lines = rows.map(
    ({ what, unit, plain, sealed, ratio }) =>
      `${what.padEnd(44)}${cell(plain)}${cell(sealed)}  ${unit.padEnd(8)}${ratio === undefined ? "" : `${ratio.toFixed(2)} ×`.padStart(9)}`,
  );
  return [
    `Node ${machine.node}, ${machine.platform}, ${machine.cpus} processors, ${machine.memoryGib} GiB; ${tookSeconds.toFixed(0)} s`,
    "",
    `${"".padEnd(44)}${"plain".padStart(9)}${"sealed".padStart(9)}${"ratio".padStart(19)}`,
    ...lines,
  ].join("\n");
}
