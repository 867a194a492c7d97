import { setTimeout as sleep } from "node:timers/promises";
import { listedName } from "./guest-tools.ts";
import { LineClient, type Command } from "./line-client.ts";
import type { Plan } from "./plan.ts";
import { spreadOf, type Spread } from "./statistics.ts";
import { CALLS } from "./turns.ts";

export interface StopFigures {
  /** From the deadline until the client has the answer that says so. */
  readonly overshootMs: Spread;
  /** The next call of the same plugin, made at once: its runner was killed, and another takes its place. */
  readonly nextCallMs: Spread;
}

const SETTLE_MS = 200;

/** Calls that never end, each followed at once by an honest one. */
export async function measureStops(command: Command, plan: Plan): Promise<StopFigures> {
  const client = await LineClient.open(command);
  const time = async (tool: string, args: object, errorCode?: string): Promise<number> => {
    const startMs = performance.now();
    const { structuredContent } = await client.call(listedName(0, tool), args);
    if (structuredContent?.["error_code"] !== errorCode)
      throw new Error(`${tool} answered ${JSON.stringify(structuredContent)}`);
    return performance.now() - startMs;
  };
  const overshoots: number[] = [];
  const nexts: number[] = [];
  try {
    await time("convert", CALLS.convert);
    for (let stop = 0; stop < plan.stops; stop += 1) {
      overshoots.push((await time("spin", {}, "TIMEOUT")) - plan.deadlineMs);
      nexts.push(await time("convert", CALLS.convert));
      // A spare runner takes the place of the one that was taken.
      await sleep(SETTLE_MS);
    }
  } finally {
    await client.close();
  }
  return { overshootMs: spreadOf(overshoots), nextCallMs: spreadOf(nexts) };
}
