import type { Contestant } from "./contestants.ts";
import type { StartFigures } from "./starts.ts";
import type { TurnFigures } from "./turns.ts";

export interface ServerFigures extends TurnFigures {
  readonly starts: StartFigures;
}

/**
 * Every server by the plain one of the same run: `p50.c` and `p99.c` are times of calls with one in flight,
 * `sdk-client.p50.c` is the same with the SDK's client in front, `cpu32.c` is calls by processor second with 32 in flight, `start20` and `start100` are times to the list of tools.
 */
export function ratiosOf(
  figures: ReadonlyMap<Contestant, ServerFigures>,
): Readonly<Record<string, number>> {
  const plain = [...figures].find(([{ ratio }]) => ratio === undefined)?.[1];
  if (plain === undefined) throw new Error("there is no server to compare with");
  const ratios: Record<string, number> = {};
  for (const [{ ratio }, { loads, starts }] of figures) {
    if (ratio === undefined) continue;
    const { prefix, suffix } = ratio;
    ratios[`${prefix}p50.${suffix}`] = loads.one!.ms.p50 / plain.loads.one!.ms.p50;
    ratios[`${prefix}p99.${suffix}`] = loads.one!.ms.p99 / plain.loads.one!.ms.p99;
    ratios[`${prefix}sdk-client.p50.${suffix}`] = loads.sdk!.ms.p50 / plain.loads.sdk!.ms.p50;
    ratios[`${prefix}cpu32.${suffix}`] =
      loads.thirtyTwo!.callsACpuSecond / plain.loads.thirtyTwo!.callsACpuSecond;
    if (starts.many === undefined) continue;
    ratios[`${prefix}start20`] = starts.many.start20 / plain.starts.many!.start20;
    ratios[`${prefix}start100`] = starts.many.start100 / plain.starts.many!.start100;
  }
  return ratios;
}
