import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import type { TestContext } from "node:test";
import { setImmediate as turn } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { tagOf } from "./sandbox-folder.ts";

export const EXCHANGES_PER_BYTE = 100;
const ATTACKER = fileURLToPath(new URL("exchange-attacker.ts", import.meta.url));

/** Each race runs this long, and on until it has met both faces of the name, at most `RACE_MS_MAX`. */
const { GLOVEBOX_RACE_SECONDS } = process.env;
const RACE_MS = Number(GLOVEBOX_RACE_SECONDS ?? "0.5") * 1000;
const RACE_MS_MAX = RACE_MS + 20_000;
const LIFETIME_MS = 40 * RACE_MS_MAX;
/** Rounds between two looks at what the attackers say. */
const ROUNDS = 200;

export interface Attackers {
  /** Exchanges that they have made by now. */
  swaps(): number;
}

/** One process for each pair of names; all of them go away with the test. */
export async function startAttackers(
  t: TestContext,
  pairs: readonly (readonly [first: string, second: string])[],
): Promise<Attackers> {
  let swaps = 0;
  for (const pair of pairs) {
    const args = ["--no-warnings", ATTACKER, ...pair, String(LIFETIME_MS)];
    const attacker = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "ignore"] });
    const gone = once(attacker, "exit");
    t.after(async () => {
      attacker.kill("SIGKILL");
      await gone;
    });
    await once(attacker.stdout, "data");
    attacker.stdout.on("data", (chunk: Buffer) => (swaps += chunk.length * EXCHANGES_PER_BYTE));
  }
  return { swaps: () => swaps };
}

export interface Race {
  readonly attackers: Attackers;
  readonly name: string;
  /** Throws where something came through. */
  readonly attempt: (round: number) => unknown;
  /** Throws where something outside has changed. */
  readonly verify: () => void;
  /** How long to go on at least, where `GLOVEBOX_RACE_SECONDS` does not say. */
  readonly seconds?: number;
}

/** Runs `attempt` against the attackers. It must meet refusals (the link) and passages (the real thing), and never a leak. */
export async function race({ attackers, name, attempt, verify, seconds }: Race): Promise<void> {
  const leastMs =
    seconds === undefined || GLOVEBOX_RACE_SECONDS !== undefined ? RACE_MS : seconds * 1000;
  const startMs = performance.now();
  const startSwaps = attackers.swaps();
  const met = { link: 0, real: 0 };
  const leaks: unknown[] = [];
  const look = (check: () => unknown): ReturnType<typeof tagOf> | "leak" => {
    try {
      return tagOf(check);
    } catch (leak) {
      leaks.push(leak);
      return "leak";
    }
  };
  for (let round = 0; ; round += 1) {
    if (look(() => attempt(round)) === "not-permitted") met.link += 1;
    else met.real += 1;
    if (round % ROUNDS !== 0) continue;
    look(verify);
    await turn();
    const elapsedMs = performance.now() - startMs;
    if (elapsedMs > RACE_MS_MAX || leaks.length > 0) break;
    if (elapsedMs > leastMs && met.link > 0 && met.real > 0) break;
  }
  look(verify);
  if (GLOVEBOX_RACE_SECONDS !== undefined) {
    const attempts = met.link + met.real;
    const swaps = attackers.swaps() - startSwaps;
    // Standard error: that is what the reporter passes on.
    process.stderr.write(
      `${name}: ${attempts} attempts (${met.link} met a link), ${swaps} swaps, ${leaks.length} leaks\n`,
    );
  }
  assert.deepEqual(leaks, []);
  assert.ok(met.link > 0 && met.real > 0, `the race never met both faces: ${JSON.stringify(met)}`);
}
