import { medianOf } from "../bench/statistics.ts";

export interface Trend {
  readonly medianMib: number;
  /** How much more it is at the end of the measured time than at its beginning, as a share of the median. */
  readonly growth: number;
  /** Median of the samples of each window, in MiB, in order. */
  readonly windows: readonly number[];
}

/**
 * The trend of a noisy series: medians of equal windows, and the median of the slopes between all pairs of them
 * (Theil and Sen). One window in four may be anything without moving it far; a steady leak moves every slope.
 */
export function trendOf(samples: readonly number[], windowCount: number): Trend {
  const size = Math.max(1, Math.floor(samples.length / windowCount));
  const windows: number[] = [];
  for (let from = 0; from + size <= samples.length; from += size)
    windows.push(medianOf(samples.slice(from, from + size)));
  const slopes = windows.flatMap((value, index) =>
    windows.slice(index + 1).map((later, distance) => (later - value) / (distance + 1)),
  );
  const median = medianOf(windows);
  const growth = slopes.length === 0 ? 0 : (medianOf(slopes) * (windows.length - 1)) / median;
  return { medianMib: round(median), growth, windows: windows.map(round) };
}

function round(mib: number): number {
  return Math.round(mib * 10) / 10;
}
