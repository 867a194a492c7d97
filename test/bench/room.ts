import { wholeComponent, type Machine } from "../../runtime/cli/machine.ts";
import { DEFAULT_LIMITS } from "../../runtime/sandbox/limits.ts";
import type { PluginCall } from "../../runtime/sandbox/sandbox.ts";
import { cGuest } from "../helpers/c-guest.ts";
import type { Plan } from "./plan.ts";
import { spreadOf, type Spread } from "./statistics.ts";
import { CALLS } from "./turns.ts";

/** The sandbox room alone with the C guest: no MCP, no validation, no audit, no client. */
export interface RoomFigures {
  readonly loadMs: number;
  readonly callMs: Spread;
}

/** In this process, which is the broker then: what a call costs less this is what the rest of the broker costs. */
export async function measureRoom(machine: Machine, plan: Plan): Promise<RoomFigures> {
  const sandbox = await machine.openSandbox();
  try {
    const transpiled = await machine.transpile(
      wholeComponent(await cGuest()),
      sandbox,
      DEFAULT_LIMITS,
    );
    const plugin = sandbox.openPlugin({
      plugin: "guest",
      transpiled,
      limits: DEFAULT_LIMITS,
      granted: [],
      brokers: [],
    });
    const callOnce = async (): Promise<number> => {
      const startMs = performance.now();
      const { value } = await plugin.call(CONVERT);
      if (typeof value !== "string" || value.includes('"error"'))
        throw new Error(`answered ${JSON.stringify(value)}`);
      return performance.now() - startMs;
    };
    const loadMs = await callOnce();
    const times: number[] = [];
    for (let call = 0; call < plan.callsInRoom; call += 1) times.push(await callOnce());
    await plugin.close();
    return { loadMs, callMs: spreadOf(times) };
  } finally {
    await sandbox.close();
  }
}

const CONVERT: PluginCall = {
  scope: {
    callId: "bench",
    plugin: "guest",
    tool: "convert",
    signal: new AbortController().signal,
  },
  export: ["tools", "callTool"],
  args: ["convert", JSON.stringify(CALLS.convert)],
  context: {},
};
