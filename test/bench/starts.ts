import { setTimeout as sleep } from "node:timers/promises";
import type { Contestant } from "./contestants.ts";
import { listedName } from "./guest-tools.ts";
import { LineClient, type Command } from "./line-client.ts";
import type { Plan, StartCounts } from "./plan.ts";
import { medianOf } from "./statistics.ts";
import { CALLS } from "./turns.ts";

/** Medians in milliseconds. */
export interface StartFigures {
  /** From spawn until the client has the list of tools, with one plugin. */
  readonly toListMs: number;
  /** The first call, made the moment the list is there. */
  readonly firstCallMs: number;
  /** The first call when the server was left alone for a second after the list. */
  readonly settledFirstCallMs: number;
  /** Spawn to list with many plugins. */
  readonly many?: Readonly<Record<keyof StartCounts, number>>;
}

/** Starts of all servers in turns. */
export async function measureStarts(
  contestants: readonly Contestant[],
  plan: Plan,
): Promise<ReadonlyMap<Contestant, StartFigures>> {
  const times = new Map(contestants.map((contestant) => [contestant, new Times()]));
  const endMs = performance.now() + plan.startsMsMax;
  for (let start = 0; start < plan.starts; start += 1) {
    // Two at least: one called at once, one after a while.
    if (start > 1 && performance.now() > endMs) break;
    const settleMs = start % 2 === 1 ? plan.settleMs : 0;
    for (const [{ command, starts }, kept] of times) {
      const { toListMs, firstCallMs } = await startOnce(command, settleMs);
      kept.toList.push(toListMs);
      (settleMs > 0 ? kept.settled : kept.first).push(firstCallMs);
      if (starts === undefined) continue;
      kept.start20.push((await startOnce(starts.start20)).toListMs);
      kept.start100.push((await startOnce(starts.start100)).toListMs);
    }
  }
  return new Map([...times].map(([contestant, kept]) => [contestant, kept.figures()]));
}

async function startOnce(
  command: Command,
  settleMs = 0,
): Promise<{ readonly toListMs: number; readonly firstCallMs: number }> {
  const startMs = performance.now();
  const client = await LineClient.open(command);
  const toListMs = performance.now() - startMs;
  try {
    if (settleMs > 0) await sleep(settleMs);
    const callMs = performance.now();
    await client.call(listedName(0, "convert"), CALLS.convert);
    return { toListMs, firstCallMs: performance.now() - callMs };
  } finally {
    await client.close();
  }
}

class Times {
  readonly toList: number[] = [];
  readonly first: number[] = [];
  readonly settled: number[] = [];
  readonly start20: number[] = [];
  readonly start100: number[] = [];

  figures(): StartFigures {
    return {
      toListMs: medianOf(this.toList),
      firstCallMs: medianOf(this.first),
      settledFirstCallMs: medianOf(this.settled),
      ...(this.start20.length > 0 && {
        many: { start20: medianOf(this.start20), start100: medianOf(this.start100) },
      }),
    };
  }
}
