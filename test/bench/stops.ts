import { setTimeout as sleep } from "node:timers/promises";
import type { Plan } from "./plan.ts";
import { connect, type Servers } from "./servers.ts";
import { spreadOf, type Spread } from "./statistics.ts";

export interface StopFigures {
  /** From the deadline until the client has the answer that says so. */
  readonly overshootMs: Spread;
  /** The next call of the same plugin, made at once: its runner was killed, and another takes its place. */
  readonly nextCallMs: Spread;
}

const SETTLE_MS = 200;

/** Calls that never end, each followed at once by an honest one. */
export async function measureStops({ stopping }: Servers, plan: Plan): Promise<StopFigures> {
  const nameOf = (tool: string): string => `fixture__${tool}`;
  const connected = await connect({ command: stopping.command, nameOf });
  const echo = (): Promise<number> => connected.call("echo", { text: "here" });
  const overshoots: number[] = [];
  const nexts: number[] = [];
  try {
    await echo();
    for (let stop = 0; stop < plan.stops; stop += 1) {
      overshoots.push((await connected.fail("spin", "TIMEOUT")) - plan.deadlineMs);
      nexts.push(await echo());
      // A spare runner takes the place of the one that was taken.
      await sleep(SETTLE_MS);
    }
  } finally {
    await connected.close();
  }
  return { overshootMs: spreadOf(overshoots), nextCallMs: spreadOf(nexts) };
}
