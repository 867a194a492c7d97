import type { Report, Row } from "./report.ts";

const WHAT_WIDTH = 44;
const CELL_WIDTH = 9;
const GAP = 2;

/** The report for people: a line for each figure, a column for each server. */
export function showReport(report: Report): string {
  const { machine, servers, rows, ratios, stops, room, tookSeconds } = report;
  const widths = servers.map((server) => Math.max(CELL_WIDTH, server.length) + GAP);
  const line = (what: string, unit: string, cells: readonly string[]): string => {
    const padded = cells.map((cell, column) => cell.padStart(widths[column] ?? CELL_WIDTH));
    return `${what.padEnd(WHAT_WIDTH)}${padded.join("")}  ${unit}`.trimEnd();
  };
  return [
    `Node ${machine.node}, ${machine.platform}, ${machine.cpus} processors, ${machine.memoryGib} GiB, load ${machine.load.toFixed(1)}; ${tookSeconds.toFixed(0)} s`,
    "",
    line("", "", servers),
    ...rows.map((row) =>
      line(
        row.what,
        row.unit,
        servers.map((server) => cellOf(row, server)),
      ),
    ),
    "",
    `sealed C guest, past its deadline: p50 ${figure(stops.overshootMs.p50)}, max ${figure(stops.overshootMs.max)} ms; the call after: p50 ${figure(stops.nextCallMs.p50)}, max ${figure(stops.nextCallMs.max)} ms`,
    `sandbox alone, C guest: load and first call ${figure(room.loadMs)} ms, calls p50 ${figure(room.callMs.p50)}, p99 ${figure(room.callMs.p99)} ms`,
    "",
    "by plain, of the same run",
    ...Object.entries(ratios).map(([name, ratio]) =>
      line(name, "", [Number.isNaN(ratio) ? "-" : ratio.toFixed(2)]),
    ),
  ].join("\n");
}

function cellOf({ values }: Row, server: string): string {
  const value = values[server];
  return value === undefined ? "" : figure(value);
}

function figure(value: number): string {
  if (Number.isNaN(value)) return "-";
  return value.toFixed(value < 10 ? 3 : value < 100 ? 1 : 0);
}
