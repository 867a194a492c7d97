import type { CapabilityBroker, CapabilityName } from "@glovebox/host-api/capability";
import { HostError } from "@glovebox/host-api/errors";
import type { JsonValue } from "@glovebox/host-api/json";
import { watchBrokers } from "../../runtime/audit/watch-brokers.ts";
import { parseOutcome, type ToolOutcome } from "../../runtime/firewall/outcome.ts";
import { makeProcessPowers } from "../../runtime/powers/process.ts";
import { DEFAULT_LIMITS, type Limits } from "../../runtime/sandbox/limits.ts";
import { openSandbox } from "../../runtime/sandbox/open-sandbox.ts";
import { SEALED_FOLDER } from "../../runtime/sandbox/programs.ts";
import type { Isolation, Sandbox } from "../../runtime/sandbox/sandbox.ts";
import { prepareServlet } from "../../runtime/supply/prepare-servlet.ts";

export interface ServletSetting {
  readonly brokers?: Partial<Record<CapabilityName, CapabilityBroker>>;
  readonly limits?: Partial<Limits>;
  readonly isolation?: Isolation;
}

/** A servlet behind the real seal. */
export interface SealedServlet extends AsyncDisposable {
  /** The text that it lists its tools with. */
  list(): Promise<string>;
  /** What it answered, as the broker reads it. Throws `SandboxError`. */
  call(tool: string, args: JsonValue): Promise<ToolOutcome | undefined>;
  /** The text of its answer, or the words of its error. */
  text(tool: string, args?: JsonValue): Promise<string>;
  readonly logs: string[];
  readonly progress: (readonly unknown[])[];
  /** Operations that were refused to the last call. */
  readonly denied: readonly string[];
}

const PATIENCE_MS = 60_000;

/** Needs the tree to be built. */
export function openSealed(): Promise<Sandbox> {
  // No test of these is about time, and the machine may be busy.
  return openSandbox(makeProcessPowers(SEALED_FOLDER), { loadMsMax: PATIENCE_MS });
}

const SURFACE: CapabilityBroker = {
  operations: {
    "surface.change"() {
      throw new HostError("refused-by-policy", "as the composition root refuses it");
    },
  },
};

export function openServlet(
  sandbox: Sandbox,
  module: Uint8Array,
  { brokers = {}, limits = {}, isolation = "plugin" }: ServletSetting = {},
): SealedServlet {
  const all = { ...DEFAULT_LIMITS, deadlineMs: PATIENCE_MS, ...limits };
  const watch = watchBrokers([...Object.values(brokers), SURFACE]);
  const plugin = sandbox.openPlugin({
    plugin: "servlet",
    isolation,
    transpiled: prepareServlet(module, all),
    limits: all,
    granted: Object.keys(brokers),
    brokers: watch.brokers,
  });
  const logs: string[] = [];
  const progress: (readonly unknown[])[] = [];
  let calls = 0;
  let denied: readonly string[] = [];
  const run = async (name: string, args: readonly JsonValue[]): Promise<string> => {
    calls += 1;
    const callId = `call-${calls}`;
    try {
      const { value } = await plugin.call({
        scope: { callId, plugin: "servlet", tool: name, signal: new AbortController().signal },
        export: ["tools", name],
        args,
        context: { call_id: callId },
        onLog: (level, message) => logs.push(`${level}: ${message}`),
        onProgress: (...said) => progress.push(said),
      });
      return typeof value === "string" ? value : "";
    } finally {
      denied = watch.take(callId).denied.map(({ operation, tag }) => `${operation} ${tag}`);
    }
  };
  const call = async (tool: string, args: JsonValue) =>
    parseOutcome(await run("callTool", [tool, JSON.stringify(args)]));
  return {
    list: () => run("listTools", []),
    call,
    async text(tool, args = {}) {
      const outcome = await call(tool, args);
      if (outcome?.error) return `${outcome.error.error_code}: ${outcome.error.message}`;
      return (outcome?.content ?? [])
        .map((block) => (block.type === "text" ? block.text : block.type))
        .join();
    },
    logs,
    progress,
    get denied() {
      return denied;
    },
    async [Symbol.asyncDispose]() {
      await plugin.close();
      for (const broker of Object.values(brokers)) await broker.close?.();
    },
  };
}
