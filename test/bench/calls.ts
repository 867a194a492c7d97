import { setTimeout as sleep } from "node:timers/promises";
import type { Plan } from "./plan.ts";
import { connect, type Connected, type Servers, type ServerUnderTest } from "./servers.ts";
import { spreadOf, type Spread } from "./statistics.ts";

/** `convert` asks the host nothing, `now` asks it for the time. */
export const TOOLS = {
  convert: { time: "2027-01-15T09:00", from: "Europe/Paris", to: "America/New_York" },
  now: { zone: "Europe/Paris" },
} as const;
export type ToolName = keyof typeof TOOLS;

export interface CallFigures {
  readonly backToBack: Readonly<Record<ToolName, Spread>>;
  /** By think time in milliseconds, for `convert`. */
  readonly afterGap: Readonly<Record<string, Spread>>;
  readonly inFlight: Spread & { readonly callsASecond: number };
}

/** Calls of both servers in turns: plain, sealed, plain, sealed, … */
export async function measureCalls(
  servers: Servers,
  plan: Plan,
): Promise<Readonly<Record<ServerUnderTest["name"], CallFigures>>> {
  const contestants = [new Contestant(servers.plain, plan), new Contestant(servers.sealed, plan)];
  for (const contestant of contestants) await contestant.start();
  try {
    const endMs = performance.now() + plan.roundsMsMax;
    for (let round = 0; round < plan.rounds && performance.now() < endMs; round += 1) {
      for (const contestant of contestants) await contestant.backToBack("convert");
      for (const contestant of contestants) await contestant.backToBack("now");
      for (const gapMs of plan.gapMs)
        for (const contestant of contestants) await contestant.afterGap(gapMs);
      for (const contestant of contestants) await contestant.inFlight();
    }
  } finally {
    for (const contestant of contestants) await contestant.stop();
  }
  const [plain, sealed] = contestants.map((contestant) => contestant.figures());
  return { plain: plain!, sealed: sealed! };
}

class Contestant {
  readonly #server: ServerUnderTest;
  readonly #plan: Plan;
  readonly #backToBack: Record<ToolName, number[]> = { convert: [], now: [] };
  readonly #afterGap = new Map<number, number[]>();
  readonly #inFlight: number[] = [];
  #inFlightMs = 0;
  #connected: Connected | undefined;

  constructor(server: ServerUnderTest, plan: Plan) {
    this.#server = server;
    this.#plan = plan;
  }

  async start(): Promise<void> {
    this.#connected = await connect(this.#server);
    for (let call = 0; call < this.#plan.warmUpCalls; call += 1) await this.#call("convert");
  }

  async stop(): Promise<void> {
    await this.#connected?.close();
  }

  async backToBack(tool: ToolName): Promise<void> {
    for (let call = 0; call < this.#plan.callsARound; call += 1)
      this.#backToBack[tool].push(await this.#call(tool));
  }

  async afterGap(gapMs: number): Promise<void> {
    const times = this.#afterGap.get(gapMs) ?? [];
    this.#afterGap.set(gapMs, times);
    for (let call = 0; call < this.#plan.callsAGap; call += 1) {
      await sleep(gapMs);
      times.push(await this.#call("convert"));
    }
  }

  async inFlight(): Promise<void> {
    let left = this.#plan.callsInFlight;
    const startMs = performance.now();
    const caller = async (): Promise<void> => {
      while (left > 0) {
        left -= 1;
        this.#inFlight.push(await this.#call("convert"));
      }
    };
    await Promise.all(Array.from({ length: this.#plan.inFlight }, caller));
    this.#inFlightMs += performance.now() - startMs;
  }

  figures(): CallFigures {
    return {
      backToBack: {
        convert: spreadOf(this.#backToBack.convert),
        now: spreadOf(this.#backToBack.now),
      },
      afterGap: Object.fromEntries(
        [...this.#afterGap].map(([gapMs, times]) => [gapMs, spreadOf(times)]),
      ),
      inFlight: {
        ...spreadOf(this.#inFlight),
        callsASecond: (this.#inFlight.length / this.#inFlightMs) * 1000,
      },
    };
  }

  #call(tool: ToolName): Promise<number> {
    if (this.#connected === undefined) throw new Error("the server was not started");
    return this.#connected.call(tool, TOOLS[tool]);
  }
}
