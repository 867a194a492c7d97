import { setTimeout as sleep } from "node:timers/promises";
import type { Contestant } from "./contestants.ts";
import { listedName } from "./guest-tools.ts";
import { LineClient, type ToolClient } from "./line-client.ts";
import type { Plan } from "./plan.ts";
import { privateMemoryOf, processorSecondsOf, type PrivateMemory } from "./processes.ts";
import { openSdkClient } from "./sdk-client.ts";
import { spreadOf, type Spread } from "./statistics.ts";

/** `convert` asks the host nothing, `now` asks it for the time. */
export const CALLS = {
  convert: { text: "The quick brown fox jumps over the lazy dog, twice.", to: "upper" },
  now: {},
} as const;

/** What is asked of every server in turn. */
export const LOADS = {
  one: { what: "1 in flight", client: "line", tool: "convert", inFlight: 1, gapMs: 0 },
  eight: { what: "8 in flight", client: "line", tool: "convert", inFlight: 8, gapMs: 0 },
  thirtyTwo: { what: "32 in flight", client: "line", tool: "convert", inFlight: 32, gapMs: 0 },
  sdk: { what: "1 in flight, SDK's client", client: "sdk", tool: "convert", inFlight: 1, gapMs: 0 },
  gap: { what: "1 ms between calls", client: "line", tool: "convert", inFlight: 1, gapMs: 1 },
  now: { what: "1 in flight, a host call", client: "line", tool: "now", inFlight: 1, gapMs: 0 },
} as const;
export type LoadName = keyof typeof LOADS;
const LOAD_NAMES = Object.keys(LOADS) as LoadName[];

export interface LoadFigures {
  readonly ms: Spread;
  /** Of all processes of the server, the runners included. Not a number when no tick of the clock was used. */
  readonly callsACpuSecond: number;
  readonly callsASecond: number;
}

export interface TurnFigures {
  /** What its tools allow. */
  readonly loads: Readonly<Partial<Record<LoadName, LoadFigures>>>;
  /** When all turns are over. */
  readonly memory: PrivateMemory;
}

/** Every load of every server, in turns: first load of the first server, first load of the second, … */
export async function takeTurns(
  contestants: readonly Contestant[],
  plan: Plan,
): Promise<ReadonlyMap<Contestant, TurnFigures>> {
  const players: Player[] = [];
  try {
    for (const contestant of contestants) players.push(await Player.start(contestant, plan));
    const endMs = performance.now() + plan.roundsMsMax;
    for (let round = 0; round < plan.rounds; round += 1) {
      if (round > 0 && performance.now() > endMs) break;
      for (const load of LOAD_NAMES) for (const player of players) await player.play(load);
    }
    return new Map(players.map((player) => [player.contestant, player.figures()]));
  } finally {
    for (const player of players) await player.stop();
  }
}

interface Tally {
  readonly times: number[];
  cpuSeconds: number;
  wallMs: number;
}

class Player {
  readonly contestant: Contestant;
  /** A server over stdio has one client: each of these started its own. */
  readonly #clients: Readonly<Record<"line" | "sdk", ToolClient>>;
  readonly #plan: Plan;
  readonly #tallies = new Map<LoadName, Tally>();

  private constructor(
    contestant: Contestant,
    clients: Record<"line" | "sdk", ToolClient>,
    plan: Plan,
  ) {
    this.contestant = contestant;
    this.#clients = clients;
    this.#plan = plan;
  }

  static async start(contestant: Contestant, plan: Plan): Promise<Player> {
    const { command } = contestant;
    const clients = { line: await LineClient.open(command), sdk: await openSdkClient(command) };
    const player = new Player(contestant, clients, plan);
    for (let call = 0; call < plan.warmUpCalls; call += 1) {
      await player.#call("one");
      await player.#call("sdk");
    }
    return player;
  }

  async play(load: LoadName): Promise<void> {
    if (LOADS[load].tool === "now" && !this.contestant.hasNow) return;
    const { leadMs, turnMs, callsATurnMin } = this.#plan;
    await this.#callFor(load, leadMs, 0);
    const { pid } = this.#clients[LOADS[load].client];
    const cpuBefore = processorSecondsOf(pid);
    const startMs = performance.now();
    const times = await this.#callFor(load, turnMs, callsATurnMin);
    const wallMs = performance.now() - startMs;
    const cpuSeconds = processorSecondsOf(pid) - cpuBefore;
    const tally = this.#tallies.get(load) ?? { times: [], cpuSeconds: 0, wallMs: 0 };
    this.#tallies.set(load, tally);
    for (const time of times) tally.times.push(time);
    tally.cpuSeconds += cpuSeconds;
    tally.wallMs += wallMs;
  }

  async #callFor(load: LoadName, lastsMs: number, callsMin: number): Promise<number[]> {
    const { inFlight, gapMs } = LOADS[load];
    const times: number[] = [];
    const endMs = performance.now() + lastsMs;
    let begun = 0;
    const caller = async (): Promise<void> => {
      while (begun < callsMin || performance.now() < endMs) {
        begun += 1;
        if (gapMs > 0) await sleep(gapMs);
        times.push(await this.#call(load));
      }
    };
    await Promise.all(Array.from({ length: inFlight }, caller));
    return times;
  }

  async #call(load: LoadName): Promise<number> {
    const { client, tool } = LOADS[load];
    const startMs = performance.now();
    const result = await this.#clients[client].call(listedName(0, tool), CALLS[tool]);
    const ms = performance.now() - startMs;
    const value = result.structuredContent?.[tool === "convert" ? "changed" : "now"];
    if (typeof value !== "number" || result.isError)
      throw new Error(`${this.contestant.name}: ${tool} answered ${JSON.stringify(result)}`);
    return ms;
  }

  figures(): TurnFigures {
    const loads = Object.fromEntries(
      [...this.#tallies].map(([load, { times, cpuSeconds, wallMs }]): [LoadName, LoadFigures] => [
        load,
        {
          ms: spreadOf(times),
          callsACpuSecond: cpuSeconds > 0 ? times.length / cpuSeconds : Number.NaN,
          callsASecond: (times.length / wallMs) * 1000,
        },
      ]),
    );
    return { loads, memory: privateMemoryOf(this.#clients.line.pid) };
  }

  async stop(): Promise<void> {
    await this.#clients.line.close();
    await this.#clients.sdk.close();
  }
}
