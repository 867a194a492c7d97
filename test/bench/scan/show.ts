import type { ClassFigures, ScanReport } from "./measure.ts";

const NAME_WIDTH = 46;

/** The report for people. */
export function showScanReport({ classes, pairs, speed, megabytes }: ScanReport): string {
  return [
    row(["", "records", "high", "medium+", "any"], "found by"),
    ...classes.map(showClass),
    "",
    ...total("all malicious", classes, true),
    ...total("all benign", classes, false),
    "",
    `rug pulls: of ${pairs.malicious} malicious changes the diff names ${pairs.named}, a new finding stops ${pairs.stoppedByFinding}, an approval is needed for ${pairs.stoppedByApproval}`,
    `           of ${pairs.benign} benign changes a new finding stops ${pairs.benignStoppedByFinding}`,
    `speed: ${(speed.bytes / 1e6).toFixed(2)} MB in ${speed.cpuSeconds.toFixed(2)} s of processor time, ${speed.megabytesPerSecond.toFixed(1)} MB/s; the slowest record took ${speed.slowestMs.toFixed(1)} ms (${speed.slowest})`,
    ...Object.entries(megabytes).map(
      ([name, { firstMs, medianMs }]) =>
        `1 MB, ${name}: ${firstMs.toFixed(0)} ms of processor time at first, ${medianMs.toFixed(0)} ms then`,
    ),
  ].join("\n");
}

function showClass({ name, count, high, medium, any, rules }: ClassFigures): string {
  const top = Object.entries(rules)
    .toSorted(([, left], [, right]) => right - left)
    .slice(0, 4)
    .map(([id, times]) => `${id} ${times}`);
  return row(
    [name, String(count), share(high, count), share(medium, count), share(any, count)],
    top.join(", "),
  );
}

function total(name: string, classes: readonly ClassFigures[], malicious: boolean): string[] {
  const members = classes.filter((one) => one.malicious === malicious);
  const sum = (key: "count" | "high" | "medium" | "any"): number =>
    members.reduce((all, one) => all + one[key], 0);
  const count = sum("count");
  return [
    row(
      [
        name,
        String(count),
        ...(["high", "medium", "any"] as const).map((key) => share(sum(key), count)),
      ],
      "",
    ),
  ];
}

function share(part: number, whole: number): string {
  return whole === 0 ? "-" : `${((100 * part) / whole).toFixed(1)} %`;
}

function row([name = "", ...cells]: readonly string[], rest: string): string {
  return `${name.padEnd(NAME_WIDTH)}${cells.map((cell) => cell.padStart(9)).join("")}  ${rest}`.trimEnd();
}
