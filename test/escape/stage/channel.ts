// The broker's end of the channel against hostile code in the runner's place. Unguarded, the broker believes every word.
import { mkdtempSync, realpathSync, rmSync, writeFileSync, chmodSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { HostOperation } from "@glovebox/host-api/capability";
import { Channel } from "../../../runtime/sandbox/channel.ts";
import { SandboxError } from "../../../runtime/sandbox/errors.ts";
import { DEFAULT_LIMITS } from "../../../runtime/sandbox/limits.ts";
import { CHANNEL_PRELUDE } from "../../helpers/hostile-channel.ts";
import { escaped, stopped, type Outcome } from "../attack.ts";
import type { Stage } from "./stage.ts";

/** What the attacker's plugin was granted: a store with one value, and an operation that never ends. */
const OPERATIONS: Readonly<Record<string, HostOperation>> = {
  "kv.get": () => ({ value: "held" }),
  "kv.slow": (_request, { signal }) =>
    new Promise((resolve) => signal.addEventListener("abort", () => resolve({ value: 0 }))),
  "kv.large": () => ({ value: null, body: new Uint8Array(8 * 1024 * 1024) }),
};
const DEADLINE_MS = 600;
/** Unguarded: what is not over by now goes on. */
const WAIT_MS = 500;

/** What the attacker does with its turn: `start` and `load` before any call, else with the first call. */
export type Turn = "start" | "load" | "call";

export async function attackChannel(
  stage: Stage,
  turn: Turn,
  program: string,
  args: readonly string[] = [],
): Promise<Outcome> {
  const process = stage.start(program, args);
  const Type = stage.guarded ? Channel : stage.programs.NakedChannel;
  const channel = new Type(process, {
    startMsMax: turn === "start" ? 2000 : 10_000,
    loadMsMax: turn === "load" ? DEADLINE_MS : 10_000,
  });
  const logs: string[] = [];
  try {
    const answer = await Promise.race([
      play(channel, turn, logs),
      ...(stage.guarded ? [] : [sleep(WAIT_MS).then(() => "it went on without an end")]),
    ]);
    if (answer === "a first answer") {
      await Promise.race([channel.exited, sleep(stage.guarded ? DEADLINE_MS : WAIT_MS)]);
      if (channel.state === "ended") return stopped("the runner was killed after its answer");
    }
    return escaped(answer);
  } catch (error) {
    const { code = "no code", message } = error as Error & { code?: string };
    if (channel.state !== "ended" && code !== "ERR_CALL_OUTPUT")
      return escaped(`${code}, and the runner lives on`);
    return stopped(code, message);
  } finally {
    channel.end(new SandboxError("ERR_CALL_CANCELLED", "the attack is over"));
    await channel.exited;
  }
}

async function play(channel: Channel, turn: Turn, logs: string[]): Promise<string> {
  await channel.started;
  if (turn === "start") return "it counts as started";
  await channel.load({ script: Buffer.from("()=>{}"), modules: [] }, ["kv"]);
  if (turn === "load") return "it counts as loaded";
  const { signal } = new AbortController();
  const { value } = await channel.call(
    {
      scope: { callId: "escape", plugin: "attacker", tool: "t", signal },
      export: ["run"],
      args: [],
      context: null,
      onLog: (_level, message) => void logs.push(message),
    },
    {
      limits: { ...DEFAULT_LIMITS, deadlineMs: DEADLINE_MS, hostCalls: 200 },
      operations: new Map(Object.entries(OPERATIONS)),
      brokers: [{ operations: OPERATIONS }],
    },
  );
  return value === "first" ? "a first answer" : `the call was answered: ${JSON.stringify(value)}`;
}

/** The same with code of the attack's own, behind the prelude that starts and loads as an honest runner does. */
export async function attackChannelWith(stage: Stage, code: string): Promise<Outcome> {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), "glovebox-hostile-")));
  try {
    chmodSync(folder, 0o755);
    const program = join(folder, "hostile.cjs");
    writeFileSync(program, CHANNEL_PRELUDE + code);
    return await attackChannel(stage, "call", program);
  } finally {
    rmSync(folder, { recursive: true });
  }
}
