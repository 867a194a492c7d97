import { setTimeout as sleep } from "node:timers/promises";
import type { JsonValue } from "@glovebox/host-api/json";
import { Channel } from "../channel.ts";
import { SandboxError } from "../errors.ts";
import { DEFAULT_LIMITS } from "../limits.ts";
import { findProgram } from "../programs.ts";
import { collectOperations, type CallTerms } from "../running-call.ts";
import type { SealName } from "../sandbox.ts";
import { START_MS_MAX, RUNNER_DATA_BYTES_MAX } from "../open-sandbox.ts";
import type { ProcessPowers } from "../seal/process-powers.ts";
import { makeSpawner } from "../seal/sealed-process.ts";
import type { RunnerAttack } from "./attacks.ts";

/** A busy machine takes seconds to hand out the memory that is hoarded. */
const CALL_MS_MAX = 10_000;
const RESIDENT_BYTES_MAX = 128 * 1024 * 1024;
/** It will not answer, so nobody waits long for it. */
const STAY_MS = 100;
/** Whoever is not ended by the deadline is ended by this, and the answer says so. */
const LATE_MS = 1000;
/** What was killed is gone long before. */
const GONE_MS_MAX = 2000;

/** How an attack ended: with what it was answered, or with the code of the error that ended its runner. */
export interface RunnerEnd {
  readonly ended: JsonValue;
  /** Whether its process was gone soon after. */
  readonly gone: boolean;
}

/**
 * Starts the hostile program behind a form of the seal, as a runner that may ask for `env.get` and for nothing else, and
 * hands it one call. Its process is killed in any case.
 */
export async function attackAsRunner(
  powers: ProcessPowers,
  seal: SealName,
  attack: RunnerAttack,
): Promise<RunnerEnd> {
  const process = makeSpawner(powers)({
    seal,
    program: findProgram(powers, "hostile"),
    programArgs: [attack],
    dataBytesMax: RUNNER_DATA_BYTES_MAX,
    residentBytesMax: RESIDENT_BYTES_MAX,
  });
  const channel = new Channel(process, { startMsMax: START_MS_MAX, loadMsMax: START_MS_MAX });
  const ended = await play(channel, attack).catch((error: unknown) => {
    if (error instanceof SandboxError) return error.code;
    throw error;
  });
  channel.end(new SandboxError("ERR_CALL_CANCELLED", "the attack is over"));
  const gone = await Promise.race([channel.exited.then(() => true), sleep(GONE_MS_MAX, false)]);
  return { ended, gone };
}

async function play(channel: Channel, attack: RunnerAttack): Promise<JsonValue> {
  await channel.started;
  await channel.load({ script: new Uint8Array(), modules: [] }, ["env"]);
  const brokers = [{ operations: { "env.get": () => ({ value: "granted" }) } }];
  const deadlineMs = attack === "stay" ? STAY_MS : CALL_MS_MAX;
  const terms: CallTerms = {
    limits: { ...DEFAULT_LIMITS, deadlineMs },
    operations: collectOperations(brokers),
    brokers,
  };
  const signal = AbortSignal.timeout(deadlineMs + LATE_MS);
  const scope = { callId: attack, plugin: "hostile", tool: "attack", signal };
  const answer = await channel.call({ scope, export: ["attack"], args: [], context: null }, terms);
  return answer.value;
}
