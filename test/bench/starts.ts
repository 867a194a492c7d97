import { setTimeout as sleep } from "node:timers/promises";
import { TOOLS } from "./calls.ts";
import type { Plan } from "./plan.ts";
import { connect, type Servers, type ServerUnderTest } from "./servers.ts";
import { medianOf } from "./statistics.ts";

/** Medians in milliseconds. */
export interface StartFigures {
  /** From spawn until a client has the list of tools. */
  readonly toListMs: number;
  /** The first call, made the moment the list is there. */
  readonly firstCallMs: number;
  /** The first call when the server was left alone for a second after the list. */
  readonly settledFirstCallMs: number;
}

export async function measureStarts(
  { plain, sealed }: Servers,
  plan: Plan,
): Promise<Readonly<Record<ServerUnderTest["name"], StartFigures>>> {
  const times = { plain: emptyTimes(), sealed: emptyTimes() };
  const endMs = performance.now() + plan.startsMsMax;
  // Two at least: one called at once, one after a while.
  for (let start = 0; start < plan.starts && (start < 2 || performance.now() < endMs); start += 1) {
    for (const server of [plain, sealed]) {
      const kept = times[server.name];
      const startMs = performance.now();
      const connected = await connect(server);
      kept.toList.push(performance.now() - startMs);
      const settled = start % 2 === 1;
      if (settled) await sleep(plan.settleMs);
      (settled ? kept.settled : kept.first).push(await connected.call("convert", TOOLS.convert));
      await connected.close();
    }
  }
  return { plain: figuresOf(times.plain), sealed: figuresOf(times.sealed) };
}

interface Times {
  readonly toList: number[];
  readonly first: number[];
  readonly settled: number[];
}

function emptyTimes(): Times {
  return { toList: [], first: [], settled: [] };
}

function figuresOf({ toList, first, settled }: Times): StartFigures {
  return {
    toListMs: medianOf(toList),
    firstCallMs: medianOf(first),
    settledFirstCallMs: medianOf(settled),
  };
}
