// Plugins as attackers: components by the real path, and what they ask of real brokers.
import type { CapabilityBroker } from "@glovebox/host-api/capability";
import { generateCode } from "../../../runtime/sandbox/transpile/generate-code.ts";
import { stripDocs } from "../../../runtime/plugin/component/inspect.ts";
import { verifyComponent } from "../../../runtime/plugin/component/verify-component.ts";
import { DEFAULT_LIMITS, type Limits } from "../../../runtime/sandbox/limits.ts";
import type {
  PluginCall,
  Sandbox,
  SealedPlugin,
  Transpiled,
} from "../../../runtime/sandbox/sandbox.ts";
import { prepareCode } from "../../../runtime/supply/prepare-code.ts";
import { NO_TRUST } from "../../../runtime/supply/signatures/trust.ts";
import { rulesOf } from "../../../runtime/workspace.ts";
import { fromWat } from "../../helpers/component-samples.ts";
import { escaped, stopped, type Outcome } from "../attack.ts";
import type { Stage } from "./stage.ts";

const GIB = 1024 ** 3;
/** No limit that an attack could meet: what an operator who protects nothing would set. */
const NO_LIMITS: Limits = {
  deadlineMs: 600_000,
  memoryBytes: 4 * GIB - 65_536,
  residentBytes: 64 * GIB,
  outputBytes: GIB,
  hostCalls: 1e9,
  logBytes: GIB,
  concurrentCalls: 1,
  queuedCalls: 1e6,
};
/** Unguarded, what has not ended by then goes on for as long as it likes. */
const WAIT_MS = 700;

export interface PluginOptions {
  /** Over the defaults, where something protects. */
  readonly limits?: Partial<Limits>;
  readonly granted?: readonly string[];
  readonly brokers?: readonly CapabilityBroker[];
  /** Another than the stage's own. */
  readonly sandbox?: Sandbox;
}

/** How one call ended, seen from the broker. */
export interface Ended {
  readonly value?: unknown;
  /** The code of a refusal, or `pending` for a call that nothing ended. */
  readonly code?: string;
  /** All words that came out, for people and for the search for secrets. */
  readonly words: string;
  readonly logBytesDropped?: number;
}

/** Verifies a component as an installation does, and turns it into code. Unguarded, nobody looks at it first. */
export async function admit(
  stage: Stage,
  component: Uint8Array | string,
  limits: Partial<Limits> = {},
): Promise<Transpiled> {
  const bytes = typeof component === "string" ? await fromWat(component) : component;
  if (!stage.guarded) return transpileHere(bytes);
  verifyComponent(bytes, { capabilities: { kv: true } as never }, rulesOf(NO_TRUST));
  const transpiled = await stage.sandbox.transpile(stripDocs(bytes));
  return prepareCode(transpiled, { ...DEFAULT_LIMITS, ...limits });
}

/** As the sealed transpiler does it, but in this very process: only for what this suite wrote itself. */
async function transpileHere(component: Uint8Array): Promise<Transpiled> {
  const { script, modules } = await generateCode(component);
  return { script: Buffer.from(script), modules };
}

/** A script in the place of jco's: hostile JavaScript in the runner, as an injection through a name would have it. */
export function scriptOf(body: string): Transpiled {
  const script = `(function () { return function (getCoreModule, imports, instantiateCore) {
    return { run(world) { world = JSON.parse(world); ${body} } };
  }; })`;
  return { script: Buffer.from(script), modules: [] };
}

export function openPlugin(
  stage: Stage,
  transpiled: Transpiled,
  { limits = {}, granted = [], brokers = [], sandbox = stage.sandbox }: PluginOptions = {},
): SealedPlugin {
  const given = stage.guarded
    ? { ...DEFAULT_LIMITS, concurrentCalls: 1, ...limits }
    : {
        ...NO_LIMITS,
        ...(limits.concurrentCalls ? { concurrentCalls: limits.concurrentCalls } : {}),
      };
  return sandbox.openPlugin({
    plugin: "attacker",
    transpiled,
    limits: given,
    granted,
    brokers,
  });
}

let calls = 0;

/** Calls once and waits for its end, but not for ever. */
export async function callOnce(
  plugin: SealedPlugin,
  path: readonly string[],
  args: readonly string[],
  rest: Partial<PluginCall> = {},
  waitMs = 20_000,
): Promise<Ended> {
  const controller = new AbortController();
  const timer = setTimeout(() => controller.abort(), waitMs);
  const logs: string[] = [];
  calls += 1;
  try {
    const answer = await plugin.call({
      scope: {
        callId: `escape-${calls}`,
        plugin: "attacker",
        tool: "t",
        signal: controller.signal,
      },
      export: path,
      args,
      context: { call_id: `escape-${calls}` },
      onLog: (level, message) => void logs.push(`${level}: ${message.slice(0, 2000)}`),
      ...rest,
    });
    const { value, err, logBytesDropped } = answer;
    return {
      value,
      words: `${JSON.stringify(value)} ${JSON.stringify(err)} ${logs.join("\n")}`,
      logBytesDropped,
    };
  } catch (error) {
    const { code = "no code", message, cause } = error as Error & { code?: string };
    const words = `${message} ${(cause as Error | undefined)?.message ?? ""} ${logs.join("\n")}`;
    return { code: controller.signal.aborted ? "pending" : code, words };
  } finally {
    clearTimeout(timer);
  }
}

export async function withPlugin<Result>(
  plugin: SealedPlugin,
  act: (plugin: SealedPlugin) => Promise<Result>,
): Promise<Result> {
  try {
    return await act(plugin);
  } finally {
    await plugin.close();
  }
}

/** An attack on a limit: it has to end with this code, and where nothing limits it has to go on or get its way. */
export async function againstLimit(
  stage: Stage,
  transpiled: Transpiled,
  call: readonly [path: readonly string[], args: readonly string[]],
  codes: readonly string[],
  options: PluginOptions = {},
): Promise<Outcome> {
  const plugin = openPlugin(stage, transpiled, options);
  return withPlugin(plugin, async () => {
    const ended = await callOnce(plugin, ...call, {}, stage.guarded ? 20_000 : WAIT_MS);
    if (ended.code !== undefined && codes.includes(ended.code))
      return stopped(ended.code, ended.words);
    return escaped(
      ended.code === "pending"
        ? "it went on without an end"
        : `it got an answer, or another end: ${ended.code ?? ended.words}`,
    );
  });
}

/** Calls a script in the runner's realm, `times` in a row, and says what it brought home. */
export async function runScript(
  stage: Stage,
  body: string,
  times = 1,
  sandbox: Sandbox = stage.sandbox,
): Promise<Outcome> {
  return stage.judge(async () => {
    const plugin = openPlugin(stage, scriptOf(body), { limits: { deadlineMs: 1500 }, sandbox });
    const ends: Ended[] = [];
    for (let count = 0; count < times; count += 1) {
      ends.push(await callOnce(plugin, ["run"], [JSON.stringify(stage.canaries.world)]));
      if (times > 1) await new Promise((resolve) => setTimeout(resolve, 60));
    }
    return {
      home: ends.map(({ words }) => words).join(" "),
      by: ends.at(-1)?.code ?? `${stage.form}: the answer holds no secret`,
      close: () => plugin.close(),
    };
  });
}
