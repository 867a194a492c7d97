import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { between, makeRandom } from "../helpers/random.ts";
import {
  descendantsOf,
  FIXTURE,
  makeServedWorkspace,
  runGlovebox,
  stillAlive,
  until,
} from "../helpers/served-workspace.ts";
import { SETTINGS } from "./operations.ts";
import { Traffic, type Tally } from "./traffic.ts";
import { trendOf, type Trend } from "./trend.ts";

const TESTS = join(import.meta.dirname, "..");
const PLUGINS = [
  FIXTURE,
  {
    folder: join(TESTS, "helpers/greedy-plugin"),
    grants: ["kv=128KiB", "filesystem=read-write,quota=128KiB,files_max=20"],
  },
  { folder: join(TESTS, "../plugins/time"), grants: ["clock"] },
];
const PATIENCE_MS = 20_000;
const SAMPLE_MS = 200;
const KILL_MS = { least: 100, most: 1200 };
const WINDOWS = 12;
const WARM = ["ok", "KV_QUOTA", "FILES_QUOTA", "OUTPUT_LIMIT", "HOST_CALL_LIMIT", "MEMORY_LIMIT"];
const WARM_ANSWERS = 500;

export interface SoakPlan {
  readonly seconds: number;
  /** Of calls, and no kill, before anything is measured: code is compiled, caches and heaps have their size. */
  readonly warmUpSeconds: number;
  readonly inFlight: number;
  readonly seed: number;
  /** How much of its median each memory may have grown by the end. */
  readonly growthMax: { readonly broker: number; readonly runners: number };
  readonly onProgress?: (line: string) => void;
}

export interface SoakReport {
  readonly seed: number;
  readonly seconds: number;
  readonly calls: Tally;
  readonly kills: number;
  /** Anonymous memory: what nobody shares, and what the machine gets back. */
  readonly broker: Trend;
  readonly runners: Trend;
  readonly descriptors: { readonly before: number; readonly after: number };
  readonly processesLeft: number;
  /** Everything that must not be. Empty means passed. */
  readonly problems: readonly string[];
}

/** Mixed calls over three plugins through the real server, while runners are killed at random moments. */
export async function runSoak(plan: SoakPlan): Promise<SoakReport> {
  const workspace = await makeServedWorkspace(PLUGINS, SETTINGS);
  // The same code under a second name: nothing that is asked of it ends its runners, so that they live as long as the killer lets them.
  const file = "fixture/dist/fixture-1.0.0.tgz";
  const calm = ["--as", "calm", "--accept", "name-overlap"];
  runGlovebox(["add", file, ...calm, "--yes", "--grant", "clock"], workspace.folder);
  const text = readFileSync(workspace.configFile, "utf8");
  const isolated = text.replace(/^( *)time:\n/m, "$&$1$1isolation: call\n");
  if (isolated === text) throw new Error("no plugin got a process for each call");
  writeFileSync(workspace.configFile, isolated);
  const random = makeRandom(plan.seed);
  const traffic = new Traffic(workspace, random);
  try {
    return await soak(plan, traffic, random);
  } finally {
    traffic.child.kill("SIGKILL");
    await traffic.exited;
    workspace.remove();
  }
}

async function soak(plan: SoakPlan, traffic: Traffic, random: () => number): Promise<SoakReport> {
  const server = traffic.child.pid ?? 0;
  const killer = makeKiller(server, random, (plan.seconds * 1000) / WINDOWS);
  const problems = traffic.problems;
  traffic.initialize();
  traffic.flow(plan.inFlight);
  plan.onProgress?.(
    `warming up: ${plan.warmUpSeconds} s, and until every kind of answer was seen, for minutes on a busy machine`,
  );
  await sleep(plan.warmUpSeconds * 1000);
  // What is opened once, by the first call that needs it, is open now.
  await until(() => traffic.hasSeen(WARM, WARM_ANSWERS), "everything was called once", 300_000);
  const before = await countAtRest(traffic, killer, server);

  traffic.flow(plan.inFlight);
  killer.go();
  const samples = await sample(plan, server, traffic);
  const after = await countAtRest(traffic, killer, server);
  if (after > before) problems.push(`${after} descriptors at rest, ${before} before`);

  const processesLeft = await close(traffic, server, problems);
  const broker = trendOf(samples.broker, WINDOWS);
  const runners = trendOf(samples.runners, WINDOWS);
  for (const [name, { growth }] of Object.entries({ broker, runners }))
    if (!(growth <= plan.growthMax[name as "broker" | "runners"]))
      problems.push(`memory of ${name} grew by ${(growth * 100).toFixed(1)} %`);
  return {
    seed: plan.seed,
    seconds: plan.seconds,
    calls: traffic.tally,
    kills: killer.count,
    broker,
    runners,
    descriptors: { before, after },
    processesLeft,
    problems,
  };
}

async function sample(
  { seconds, onProgress }: SoakPlan,
  server: number,
  traffic: Traffic,
): Promise<{ broker: number[]; runners: number[] }> {
  const broker: number[] = [];
  const runners: number[] = [];
  const startMs = performance.now();
  for (let lastMs = startMs; performance.now() - startMs < seconds * 1000; await sleep(SAMPLE_MS)) {
    broker.push(anonymousMib(server));
    runners.push(descendantsOf(server).reduce((sum, pid) => sum + anonymousMib(pid), 0));
    if (performance.now() - lastMs < 10_000) continue;
    lastMs = performance.now();
    const passed = Math.round((lastMs - startMs) / 1000);
    onProgress?.(
      `${passed} s: ${traffic.tally.answered} answered, broker ${broker.at(-1)?.toFixed(1)} MiB, runners ${runners.at(-1)?.toFixed(1)} MiB`,
    );
  }
  return { broker, runners };
}

/** Descriptors of the server when nothing runs and no runner is left: what it keeps for nobody. */
async function countAtRest(traffic: Traffic, killer: Killer, server: number): Promise<number> {
  await traffic.ebb(PATIENCE_MS);
  killer.rest();
  // What was asked for before the rest may still be starting.
  await sleep(500);
  await until(() => killer.killAll() === 0, "no runner is left at rest", PATIENCE_MS);
  await sleep(500);
  const left = descendantsOf(server).length;
  if (left > 0) traffic.problems.push(`${left} processes are left at rest, or were not waited for`);
  return readdirSync(`/proc/${server}/fd`).length;
}

async function close(traffic: Traffic, server: number, problems: string[]): Promise<number> {
  // In the middle of work again: what is running must not stay either.
  traffic.flow(4);
  await sleep(1000);
  const processes = descendantsOf(server);
  traffic.leave();
  const code = await Promise.race([traffic.exited, sleep(PATIENCE_MS).then(() => "never")]);
  if (code !== 0) problems.push(`the server ended with ${code}`);
  await sleep(200);
  const left = stillAlive(processes).length;
  if (left > 0) problems.push(`${left} processes outlived the server`);
  return left;
}

interface Killer {
  readonly count: number;
  go(): void;
  rest(): void;
  /** Kills whatever runs below the server, and says how many there were. */
  killAll(): number;
}

/**
 * `kill -9` of a random process below the server, at random moments in the first third of each window:
 * in the rest of it runners live long enough to show what they would leak.
 */
function makeKiller(server: number, random: () => number, windowMs: number): Killer {
  const startMs = performance.now();
  let count = 0;
  let timer: NodeJS.Timeout | undefined;
  const kill = (pid: number): void => {
    try {
      process.kill(pid, "SIGKILL");
      count += 1;
    } catch {
      // It ended by itself in the meantime.
    }
  };
  const next = (): void => {
    timer = setTimeout(
      () => {
        const victims = stillAlive(descendantsOf(server));
        const victim = victims[Math.floor(random() * victims.length)];
        const isCalm = (performance.now() - startMs) % windowMs > windowMs / 3;
        if (victim !== undefined && !isCalm) kill(victim);
        next();
      },
      between(random, KILL_MS.least, KILL_MS.most),
    );
  };
  return {
    get count() {
      return count;
    },
    go: next,
    rest: () => clearTimeout(timer),
    killAll() {
      const victims = stillAlive(descendantsOf(server));
      for (const pid of victims) kill(pid);
      return victims.length;
    },
  };
}

/** A process that has just ended holds nothing. */
function anonymousMib(pid: number): number {
  try {
    const status = readFileSync(`/proc/${pid}/status`, "latin1");
    return Number(/^RssAnon:\s+(\d+) kB$/m.exec(status)?.[1] ?? 0) / 1024;
  } catch {
    return 0;
  }
}
