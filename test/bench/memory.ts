import { readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { wholeComponent } from "../../runtime/cli/machine.ts";
import { makeMachine } from "../../runtime/cli/make-machine.ts";
import { DEFAULT_LIMITS } from "../../runtime/sandbox/limits.ts";
import type { PluginCall, SealedPlugin } from "../../runtime/sandbox/sandbox.ts";
import { descendantsOf } from "../helpers/served-workspace.ts";
import { TOOLS } from "./calls.ts";
import type { Plan } from "./plan.ts";
import { connect, type Servers, type ServerUnderTest } from "./servers.ts";
import { spreadOf, type Spread } from "./statistics.ts";

/** Private memory in MiB: what the machine gets back when the process ends. */
export interface MemoryFigures {
  readonly plainServer: number;
  readonly broker: number;
  /** Broker, runners and spare runners together. */
  readonly sealedServer: number;
  readonly runnerEmpty: number;
  readonly runnerLoaded: number;
  readonly runnerAfterCalls: number;
}

/** Figures of one plugin in the sandbox room alone: no MCP, no client, no second runner. */
export interface RoomFigures {
  readonly memory: Pick<MemoryFigures, "runnerEmpty" | "runnerLoaded" | "runnerAfterCalls">;
  readonly loadMs: number;
  readonly backToBack: Spread;
  readonly afterGap: Spread;
}

const SPARE_READY_MS = 400;
const GAP_MS = 5;

export async function measureServerMemory(
  { plain, sealed }: Servers,
  plan: Plan,
): Promise<Pick<MemoryFigures, "plainServer" | "broker" | "sealedServer">> {
  const plainServer = await memoryAfterCalls(plain, plan);
  const sealedServer = await memoryAfterCalls(sealed, plan);
  return {
    plainServer: plainServer.own,
    broker: sealedServer.own,
    sealedServer: sealedServer.whole,
  };
}

async function memoryAfterCalls(
  server: Pick<ServerUnderTest, "command" | "nameOf">,
  plan: Plan,
): Promise<{ readonly own: number; readonly whole: number }> {
  const connected = await connect(server);
  try {
    for (let call = 0; call < plan.callsBeforeMemory; call += 1)
      await connected.call("convert", TOOLS.convert);
    await sleep(SPARE_READY_MS);
    const own = privateMib(connected.pid);
    const below = descendantsOf(connected.pid).map(privateMib);
    return { own, whole: below.reduce((sum, mib) => sum + mib, own) };
  } finally {
    await connected.close();
  }
}

export async function measureRoom({ workspace }: Servers, plan: Plan): Promise<RoomFigures> {
  const machine = makeMachine();
  const sandbox = await machine.openSandbox();
  try {
    await sleep(SPARE_READY_MS);
    const runnerEmpty = privateMib(innermostRunner());
    const pid = innermostRunner();
    const component = readFileSync(join(workspace.folder, "time/dist/plugin.wasm"));
    const cache = join(workspace.folder, "cache-of-bench");
    const transpiled = await machine.transpile(
      wholeComponent(component),
      sandbox,
      DEFAULT_LIMITS,
      cache,
    );
    const plugin = sandbox.openPlugin({
      plugin: "time",
      transpiled,
      limits: DEFAULT_LIMITS,
      granted: [],
      brokers: [],
    });
    const startMs = performance.now();
    await callOnce(plugin);
    const loadMs = performance.now() - startMs;
    await sleep(SPARE_READY_MS);
    const runnerLoaded = privateMib(pid);
    const backToBack: number[] = [];
    for (let call = 0; call < plan.callsBeforeMemory; call += 1)
      backToBack.push(await callOnce(plugin));
    const runnerAfterCalls = privateMib(pid);
    const afterGap: number[] = [];
    for (let call = 0; call < plan.callsAGap; call += 1) {
      await sleep(GAP_MS);
      afterGap.push(await callOnce(plugin));
    }
    return {
      memory: { runnerEmpty, runnerLoaded, runnerAfterCalls },
      loadMs,
      backToBack: spreadOf(backToBack),
      afterGap: spreadOf(afterGap),
    };
  } finally {
    await sandbox.close();
  }
}

async function callOnce(plugin: SealedPlugin): Promise<number> {
  const call: PluginCall = {
    scope: {
      callId: "bench",
      plugin: "time",
      tool: "convert",
      signal: new AbortController().signal,
    },
    export: ["tools", "callTool"],
    args: ["convert", JSON.stringify(TOOLS.convert)],
    context: {},
  };
  const startMs = performance.now();
  const { value } = await plugin.call(call);
  const ms = performance.now() - startMs;
  if (typeof value !== "string" || value.includes('"error"'))
    throw new Error(`answered ${JSON.stringify(value)}`);
  return ms;
}

/** The one process below this one that has none below itself: bubblewrap stands above it. */
function innermostRunner(): number {
  const below = descendantsOf(process.pid);
  const leaves = below.filter((pid) => descendantsOf(pid).length === 0);
  const [runner] = leaves;
  if (runner === undefined || leaves.length > 1)
    throw new Error(`${leaves.length} runners where one was expected`);
  return runner;
}

/** Not a number where the kernel does not tell: a sealed process shows its memory to root alone. */
function privateMib(pid: number): number {
  let text: string;
  try {
    text = readFileSync(`/proc/${pid}/smaps_rollup`, "latin1");
  } catch {
    return Number.NaN;
  }
  const kib = [...text.matchAll(/^Private_(?:Clean|Dirty):\s+(\d+) kB$/gm)].map(([, n]) =>
    Number(n),
  );
  return kib.reduce((sum, part) => sum + part, 0) / 1024;
}
