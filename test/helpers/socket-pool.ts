// A real pool of runners over real pairs of sockets; at the other ends honest runners, in this process.
import type { Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import type { JsonValue } from "@glovebox/host-api/json";
import type { CapabilityBroker, HostOperation } from "@glovebox/host-api/capability";
import type { Channel } from "../../runtime/sandbox/channel.ts";
import { FrameDecoder } from "../../runtime/sandbox/frames.ts";
import type { Limits } from "../../runtime/sandbox/limits.ts";
import { PluginPool } from "../../runtime/sandbox/pool.ts";
import type { CallMessage, ToRunner } from "../../runtime/sandbox/protocol.ts";
import type { Isolation } from "../../runtime/sandbox/sandbox.ts";
import { SpareRunners } from "../../runtime/sandbox/spare-runners.ts";
import { makeTerms } from "./hostile-channel.ts";
import { frameOf, openSocketRoom, type SocketPair } from "./socket-channel.ts";

const PREPARED = 24;
const ANY_SIZE = { headerBytesMax: 2 ** 30, bodyBytesMax: 2 ** 30 };

export interface SocketPool {
  readonly pool: PluginPool;
  /** Runners that were taken and have not ended. */
  alive(): readonly Channel[];
  /** The most that there were at one time. */
  aliveMax(): number;
  /** Runners that were taken so far. */
  started(): number;
  /** Calls that a runner was sent while it ran another. */
  behind(): number;
  close(): Promise<void>;
}

export interface SocketPoolOptions {
  readonly limits: Partial<Limits>;
  readonly isolation?: Isolation;
  readonly operations?: Readonly<Record<string, HostOperation>>;
  readonly watcher?: CapabilityBroker;
  /** Called before each runner is started. */
  readonly onStart?: () => void;
}

export async function openSocketPool(options: SocketPoolOptions): Promise<SocketPool> {
  const room = await openSocketRoom();
  const prepared: SocketPair[] = [];
  const alive = new Set<Channel>();
  let aliveMax = 0;
  let started = 0;
  let behind = 0;
  let refills: Promise<void> = Promise.resolve();
  const refill = async (): Promise<void> => {
    while (prepared.length < PREPARED)
      prepared.push(await room.open({ startMsMax: 60_000, loadMsMax: 60_000 }));
  };
  const start = (): Channel => {
    options.onStart?.();
    const pair = prepared.shift();
    if (!pair) throw new Error("runners are asked for faster than they can be made");
    refills = refills.then(refill);
    started += 1;
    alive.add(pair.channel);
    // One that was killed while it was idle holds no place while it goes.
    const living = [...alive].filter(({ state }) => state !== "ended");
    aliveMax = Math.max(aliveMax, living.length);
    void pair.channel.exited.then(() => alive.delete(pair.channel));
    void serveHonestly(pair.runner, () => (behind += 1));
    return pair.channel;
  };
  await refill();
  const { limits, brokers } = makeTerms(options.operations ?? {}, options.limits);
  const pool = new PluginPool(
    {
      plugin: "p",
      transpiled: { script: Buffer.from("()=>{}"), modules: [] },
      limits,
      granted: [],
      brokers: options.watcher ? [...brokers, options.watcher] : brokers,
      isolation: options.isolation ?? "plugin",
    },
    new SpareRunners(start, 0),
    { idleMsMax: 60_000, sweepMs: 1000 },
  );
  return {
    pool,
    alive: () => [...alive],
    aliveMax: () => aliveMax,
    started: () => started,
    behind: () => behind,
    async close() {
      await pool.close();
      await refills;
      for (const { runner } of prepared) runner.end();
      await Promise.all(prepared.map(({ channel }) => channel.exited));
      await room.close();
    },
  };
}

/**
 * One call after the other, as a runner does. What a call does is said by its arguments: `echo`, `sleep` for so many
 * milliseconds, `ask` the host, `trap`, or `die`.
 */
async function serveHonestly(runner: Socket, onBehind: () => void): Promise<void> {
  const inbox: { readonly message: ToRunner; readonly body: Buffer }[] = [];
  let wake = (): void => undefined;
  const decoder = new FrameDecoder(ANY_SIZE);
  let isRunning = false;
  runner.on("data", (chunk: Buffer) => {
    for (const { header, body } of decoder.push(chunk)) {
      const message: ToRunner = JSON.parse(header.toString());
      if (message.t === "call" && (isRunning || inbox.length > 0)) onBehind();
      inbox.push({ message, body });
    }
    wake();
  });
  const next = async (type: "any" | "answer"): Promise<(typeof inbox)[number]> => {
    for (;;) {
      const at = inbox.findIndex(({ message }) => type === "any" || message.t === type);
      if (at >= 0) return inbox.splice(at, 1)[0]!;
      await new Promise<void>((resolve) => (wake = resolve));
    }
  };
  const say = (header: object): void => void runner.write(frameOf(header));
  say({ t: "ready", protocol: 1 });
  while (!runner.destroyed) {
    const { message } = await next("any");
    if (message.t === "load") say({ t: "loaded" });
    else if (message.t === "call") {
      isRunning = true;
      await perform(message);
      isRunning = false;
    }
    // Each begins in a turn of its own.
    await new Promise((resolve) => setImmediate(resolve));
  }

  async function perform({ id, args }: CallMessage): Promise<void> {
    const [what, text = null, howMuch = 0] = args;
    let value: JsonValue = text;
    if (what === "sleep") await sleep(Number(howMuch));
    if (what === "die") return void runner.end();
    if (what === "trap") return say({ t: "result", id, trap: "trap" });
    if (what === "ask")
      for (let seq = 1; seq <= Number(howMuch); seq += 1) {
        say({ t: "host", id, seq, op: "kv.get", args: [text] });
        const { message, body } = await next("answer");
        if (message.t === "answer") value = [text, body.toString()];
      }
    say({ t: "result", id, value });
  }
}
