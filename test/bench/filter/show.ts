import type { ClassFigures, Share } from "./classes.ts";
import type { ErrorFigures } from "./errors.ts";
import type { MegabyteFigures } from "./speed.ts";

export interface FilterReport {
  readonly classes: readonly ClassFigures[];
  readonly errors: ErrorFigures;
  /** MB a second of processor time, of outputs that nothing is found in. */
  readonly benign: number;
  readonly adversarial: Readonly<Record<string, MegabyteFigures>>;
  /** Microseconds of processor time for one small answer. */
  readonly small: Readonly<Record<string, number>>;
}

const NAME_WIDTH = 34;

/** The report for people. */
export function showFilterReport({
  classes,
  errors,
  benign,
  adversarial,
  small,
}: FilterReport): string {
  const worst = Object.entries(adversarial).toSorted(
    ([, left], [, right]) => right.medianMs - left.medianMs,
  );
  const slowest = classes.toSorted(
    (left, right) => left.megabytesPerSecond - right.megabytesPerSecond,
  )[0];
  return [
    row(["", "records", "found", "tuned on", "held out", "MB/s"], ""),
    ...classes.map(showClass),
    "",
    `errors: of ${errors.toRemove} spans that must go ${errors.removed} are gone, of ${errors.toKeep} that must stay ${errors.kept} are there; ${errors.known} of ${errors.count} are known by their form`,
    ...errors.wrong.map((line) => `  ${line}`),
    "",
    `benign outputs of 1 MB: ${benign.toFixed(0)} MB/s; the slowest class, ${slowest?.name}: ${slowest?.megabytesPerSecond.toFixed(1)} MB/s, small texts one by one`,
    `small answers: ${Object.entries(small)
      .map(([size, us]) => `${size} ${us.toFixed(1)} us`)
      .join(", ")}`,
    "inputs of 1 MB that are made to take long, processor time at first and then:",
    ...worst.map(
      ([name, { firstMs, medianMs }]) =>
        `  ${name.padEnd(NAME_WIDTH)}${firstMs.toFixed(1).padStart(8)} ms${medianMs.toFixed(1).padStart(8)} ms`,
    ),
  ].join("\n");
}

function showClass({ name, all, tuned, heldOut, megabytesPerSecond, rules }: ClassFigures): string {
  const top = Object.entries(rules)
    .toSorted(([, left], [, right]) => right - left)
    .slice(0, 4)
    .map(([id, times]) => `${id} ${times}`);
  return row(
    [
      name,
      String(all.count),
      share(all),
      share(tuned),
      share(heldOut),
      megabytesPerSecond.toFixed(1),
    ],
    top.join(", "),
  );
}

function share({ count, found }: Share): string {
  return count === 0 ? "-" : `${((100 * found) / count).toFixed(1)} %`;
}

function row([name = "", ...cells]: readonly string[], rest: string): string {
  return `${name.padEnd(NAME_WIDTH)}${cells.map((cell) => cell.padStart(10)).join("")}  ${rest}`.trimEnd();
}
