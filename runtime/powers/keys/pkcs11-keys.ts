import { spawn, type ChildProcess } from "node:child_process";
import type { Socket } from "node:net";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { AtRestError } from "../../at-rest/errors.ts";
import { isKeyIdOf, type KeyProvider } from "../../at-rest/key-provider.ts";
import type { AgentAnswer, AgentOpening, AgentQuestion } from "./pkcs11-agent.ts";

/** Where the bundle stands, this module's own ending says how the agent's file ends. */
const ENDING = import.meta.url.endsWith(".ts") ? "ts" : "js";
const AGENT = fileURLToPath(new URL(`./pkcs11-agent.${ENDING}`, import.meta.url));
const ANSWER_MS_MAX = 5000;
const ANSWER_CHARS_MAX = 64 * 1024;
const QUESTIONS_MAX = 256;
/** A token that let nobody in is not asked again at once: many lock after a few wrong PINs. */
const SHUT_MS = 60_000;

export interface Pkcs11Setting {
  /** The module's file, an absolute path. */
  readonly module: string;
  /** The token's label. */
  readonly token: string;
  /** Read when a process is started, and kept nowhere. */
  readonly readPin: () => string;
  /** The variable of the environment that holds the PIN, if one does. */
  readonly pinVariable?: string | undefined;
  readonly answerMsMax?: number;
}

/** What modules are set up by. Everything else of this process's environment may be a secret, and none of the vendor's. */
const VARIABLES = /^(PATH|HOME|LANG|LD_LIBRARY_PATH|ChrystokiConfigurationPath)$/;
const VENDORS = /^(SOFTHSM2|PKCS11|YUBIHSM|CKNFAST)_/;

/** The environment of the process that a module runs in. */
export function agentEnvironment(
  own: NodeJS.ProcessEnv,
  pinVariable: string | undefined,
): NodeJS.ProcessEnv {
  return Object.fromEntries(
    Object.entries(own).filter(
      ([name]) => name !== pinVariable && (VARIABLES.test(name) || VENDORS.test(name)),
    ),
  );
}

interface Agent {
  readonly process: ChildProcess;
  readonly waiting: Map<number, PromiseWithResolvers<AgentAnswer["value"]>>;
  ask(question: AgentQuestion): void;
}

/**
 * Wrapping keys in a token behind PKCS #11: an HSM, or SoftHSM. The vendor's module runs in a process of its own, which is
 * started when it is first asked and again after it died. An answer that takes over 5 s ends that process, and everything
 * that waits for it is refused.
 */
export function openPkcs11Keys(setting: Pkcs11Setting): KeyProvider {
  const { answerMsMax = ANSWER_MS_MAX } = setting;
  let agent: Agent | undefined;
  let number = 0;
  let shut: { readonly why: string; readonly untilMs: number } | undefined;
  const ask = async (
    verb: AgentQuestion["verb"],
    id = "",
    bytes: Uint8Array = new Uint8Array(),
    associated: Uint8Array = new Uint8Array(),
  ): Promise<AgentAnswer["value"]> => {
    if (shut && performance.now() < shut.untilMs) throw failed(shut.why);
    agent ??= startAgent(setting, {
      onShut: (why) => (shut = { why, untilMs: performance.now() + SHUT_MS }),
      onEnd: (ended) => {
        if (agent === ended) agent = undefined;
      },
    });
    const one = agent;
    if (one.waiting.size >= QUESTIONS_MAX) throw failed("too much is asked of it");
    number += 1;
    const answer = Promise.withResolvers<AgentAnswer["value"]>();
    one.waiting.set(number, answer);
    const [given, bound] = [toBase64(bytes), toBase64(associated)];
    one.ask({ number, verb, id, bytes: given, associated: bound });
    const late = setTimeout(() => stop(one, `no answer in ${answerMsMax} ms`), answerMsMax);
    try {
      return await answer.promise;
    } finally {
      clearTimeout(late);
    }
  };
  const askBytes = async (...words: Parameters<typeof ask>): Promise<Uint8Array> => {
    const value = await ask(...words);
    if (typeof value !== "string") throw failed("an answer is of another kind");
    return Buffer.from(value, "base64");
  };
  return {
    kind: "pkcs11",
    create: async (id) => void (await ask("create", id)),
    wrap: (...words) => askBytes("wrap", ...words),
    unwrap: (...words) => askBytes("unwrap", ...words),
    list: async (tenant) => {
      const value = await ask("list", tenant);
      if (!Array.isArray(value)) throw failed("an answer is of another kind");
      return value.filter((id): id is string => typeof id === "string" && isKeyIdOf(id, tenant));
    },
    destroy: async (id) => void (await ask("destroy", id)),
    check: async () => String(await ask("check")),
    close: async () => {
      if (agent) stop(agent, "it was closed");
    },
  };
}

interface AgentEvents {
  onShut(why: string): void;
  onEnd(agent: Agent): void;
}

function startAgent(
  { module, token, readPin, pinVariable }: Pkcs11Setting,
  events: AgentEvents,
): Agent {
  const pin = readPinOf(readPin);
  // What the module prints goes nowhere.
  const env = agentEnvironment(process.env, pinVariable);
  const child = spawn(process.execPath, ["--no-warnings", AGENT], {
    stdio: ["ignore", "ignore", "ignore", "pipe"],
    env,
  });
  const channel = child.stdio[3] as Socket;
  const agent: Agent = {
    process: child,
    waiting: new Map(),
    ask: (question) => void channel.write(`${JSON.stringify(question)}\n`),
  };
  let heard = 0;
  channel.on("error", () => undefined);
  // A line without an end must not fill this process.
  channel.on("data", (piece: Buffer) => {
    const end = piece.lastIndexOf("\n");
    heard = end < 0 ? heard + piece.length : piece.length - end;
    if (heard > ANSWER_CHARS_MAX) stop(agent, "an answer is too long");
  });
  const lines = createInterface({ input: channel, crlfDelay: Infinity });
  lines.on("line", (line) => hear(agent, line, events));
  // A process that crashes breaks the channel off, which is an error of the channel and of what reads it.
  lines.on("error", () => undefined);
  child.on("error", () => stop(agent, "its process cannot be started"));
  child.on("close", () => {
    stop(agent, "its process ended");
    events.onEnd(agent);
  });
  child.unref();
  channel.unref();
  const opening: AgentOpening = { module, token, pin };
  channel.write(`${JSON.stringify(opening)}\n`);
  return agent;
}

function readPinOf(readPin: () => string): string {
  try {
    return readPin();
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : "it cannot be read";
    throw failed(`its PIN: ${why}`);
  }
}

function hear(agent: Agent, line: string, events: AgentEvents): void {
  const answer = parseAnswer(line);
  if (answer === undefined) return stop(agent, "an answer is none");
  const { number, value, refused, words } = answer;
  // Of the opening only a refusal is told, and then there is nobody to ask.
  if (number === 0) {
    const why = words ?? "it let nobody in";
    events.onShut(why);
    return stop(agent, why);
  }
  const waiting = agent.waiting.get(number);
  agent.waiting.delete(number);
  if (refused === "gone")
    waiting?.reject(new AtRestError("ERR_TENANT_KEY_GONE", "The token has no such key."));
  else if (refused === "closed")
    waiting?.reject(new AtRestError("ERR_TENANT_KEY_RECORD", "A wrapped key does not open."));
  else if (refused !== undefined || value === undefined) waiting?.reject(failed(words ?? refused));
  else waiting?.resolve(value);
}

function parseAnswer(line: string): AgentAnswer | undefined {
  try {
    const value = JSON.parse(line) as AgentAnswer | null;
    return typeof value === "object" && typeof value?.number === "number" ? value : undefined;
  } catch {
    return undefined;
  }
}

/** Everything that waits is refused, with the first reason that there was. */
function stop(agent: Agent, why: string): void {
  for (const { reject } of agent.waiting.values()) reject(failed(why));
  agent.waiting.clear();
  agent.process.kill("SIGKILL");
}

function toBase64(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("base64");
}

function failed(why = "it refused"): AtRestError {
  return new AtRestError("ERR_KEY_PROVIDER", `The token of \`encryption.keys.pkcs11\`: ${why}.`);
}
