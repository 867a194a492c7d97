import path from "node:path";
import type { JsonValue } from "@glovebox/host-api/json";
import { LOCAL_CALLER } from "../../call.ts";
import { reasonsOf, type ExitCode } from "../../errors.ts";
import { digestOfBytes } from "../../plugin/canonical.ts";
import type { LockedPlugin } from "../../plugin/formats.ts";
import { setBait, type Bait } from "../../powers/bait.ts";
import { copyFolder, makeScratchFolder } from "../../powers/scratch.ts";
import { PACKAGE_BYTES_MAX } from "../../supply/read-source.ts";
import { workspacePaths, type WorkspacePaths } from "../../workspace-paths.ts";
import { lockedPlugin, readWorkspace } from "../../workspace.ts";
import type { Machine } from "../machine.ts";
import type { Output } from "../output.ts";
import { runCommand } from "../run-command.ts";
import { replaceBytes } from "./change-files.ts";
import type { ProbeTerms } from "./probe-terms.ts";
import { makeStageMachine } from "./stage-machine.ts";
import { startRuntime, type Runtime } from "../serving/start-runtime.ts";

/** The hostile plugin under two names, so that each has a neighbour to attack; the second may only read its folder. */
export const HOSTILE = { whole: "hostile", reading: "neighbour" } as const;
export type Hostile = (typeof HOSTILE)[keyof typeof HOSTILE];

/** What a hostile plugin may use: small, so that exhausting it takes moments. */
export const STAGE_LIMITS = {
  deadlineMs: 1000,
  outputBytes: 64 * 1024,
  hostCalls: 100,
  logBytes: 4096,
  quotaBytes: 64 * 1024,
} as const;

const NOT_MADE: ReadonlySet<string> = new Set([
  "UNKNOWN_TOOL",
  "INVALID_ARGUMENTS",
  "OVERLOADED",
  "FLOW_HELD",
  "APPROVAL_REQUIRED",
  "CANCELLED",
  "INTERNAL",
]);
/** Attempts that end at their deadline, where one that does not has not been made. */
const ENDLESS: ReadonlySet<string> = new Set(["loop"]);
const AUDIT_BYTES_MAX = 16 * 1024 * 1024;
const ATTEMPT_MS_MAX = 5000;
const SEAL_WAIVER = `waivers:
  - gate: ring5
    reason: a probe's own workspace; what the seal does not hold is reported by itself
    until: 2999-12-31
`;
const CONFIGURATION = `version: 1
limits:
  deadline: ${STAGE_LIMITS.deadlineMs}ms
  output: ${STAGE_LIMITS.outputBytes / 1024}KiB
  host_calls: ${STAGE_LIMITS.hostCalls}
  log: ${STAGE_LIMITS.logBytes / 1024}KiB
flow:
  accept:
    - { path: hostile>hostile, reason: what a probe sends has nowhere to go, until: 2999-12-31 }
    - { path: neighbour>hostile, reason: what a probe sends has nowhere to go, until: 2999-12-31 }
`;
const GRANTS = {
  [HOSTILE.whole]: [
    `filesystem=read-write,quota=${STAGE_LIMITS.quotaBytes / 1024}KiB`,
    "http=probe.invalid:443",
    `kv=${STAGE_LIMITS.quotaBytes / 1024}KiB`,
    "env=PROBE=granted",
  ],
  [HOSTILE.reading]: ["filesystem=read", `kv=${STAGE_LIMITS.quotaBytes / 1024}KiB`],
} as const satisfies Record<Hostile, readonly string[]>;

/** What came back of one attempt, as a client would get it. */
export interface Attempted {
  /** The error code, where there is one. */
  readonly error: string | undefined;
  readonly text: string;
}

/** A workspace of the probes' own with a hostile plugin in it: made, signed, approved and served as any other. */
export interface ProbeStage {
  readonly bait: Bait;
  readonly machine: Machine;
  attempt(plugin: Hostile, what: string, ...words: readonly string[]): Promise<Attempted>;
  /** A call with arguments of any shape. */
  call(tool: string, args: JsonValue): Promise<Attempted>;
  auditText(): string;
  /** Codes with which `verify` refuses a copy of the workspace that `change` has changed; empty when it does not. */
  refusals(
    change: (paths: WorkspacePaths, locked: LockedPlugin) => void,
  ): Promise<readonly string[]>;
  close(): Promise<void>;
}

export interface StageSetting {
  /** The hostile plugin's, and its `plugin.json`. */
  readonly component: Uint8Array;
  readonly manifest: Uint8Array;
  readonly terms: ProbeTerms;
}

export async function openStage(
  whole: Machine,
  out: Output,
  setting: StageSetting,
): Promise<ProbeStage> {
  const scratch = makeScratchFolder("glovebox-probes-");
  const machine = makeStageMachine(whole);
  const type = (words: readonly string[], configFile: string): Promise<ExitCode> =>
    runCommand([...words, "--config", configFile], { out: quiet(out), machine });
  try {
    const bait = await setBait(scratch.folder);
    const paths = workspacePaths(path.join(scratch.folder, "workspace", "glovebox.yaml"));
    await furnish(scratch.folder, paths, machine, type, setting);
    isolate(paths.configFile, machine, setting.terms);
    for (const alias of Object.values(HOSTILE))
      bait.lay(path.join(paths.homeFolder(alias), "files"));
    const runtime = await startRuntime(readWorkspace(paths.configFile, machine.files), machine);
    let copies = 0;
    return {
      bait,
      machine,
      async attempt(plugin, what, ...words) {
        const attempted = await callTool(runtime, `${plugin}__attempt`, { what, words });
        // An attempt that never reached the plugin would look as if it had been refused.
        const { error = "" } = attempted;
        if (NOT_MADE.has(error) || (error === "TIMEOUT" && !ENDLESS.has(what)))
          throw new Error(`not made: ${error}`);
        return attempted;
      },
      call: (tool, args) => callTool(runtime, tool, args),
      auditText: () => text(machine.files.readFile(paths.auditFile, AUDIT_BYTES_MAX)),
      async refusals(change) {
        const root = path.join(scratch.folder, `copy-${(copies += 1)}`);
        copyFolder(paths.root, root);
        const copy = workspacePaths(path.join(root, "glovebox.yaml"));
        const locked = lockedPlugin(HOSTILE.whole, readWorkspace(copy.configFile, machine.files));
        change(copy, locked);
        try {
          await type(["verify"], copy.configFile);
          return [];
        } catch (error) {
          return reasonsOf(error).map(({ code }) => code);
        }
      },
      async close() {
        await runtime.close();
        await machine.close();
        await bait.close();
        scratch.remove();
      },
    };
  } catch (error) {
    await machine.close();
    scratch.remove();
    throw error;
  }
}

/** The way of every plugin: packed, signed, trusted, looked at and approved. */
async function furnish(
  folder: string,
  { configFile }: WorkspacePaths,
  { files }: Machine,
  type: (words: readonly string[], configFile: string) => Promise<ExitCode>,
  { component, manifest, terms }: StageSetting,
): Promise<void> {
  const plugin = path.join(folder, "probe");
  files.makeFolder(path.join(plugin, "dist"));
  files.writeFile(path.join(plugin, "plugin.json"), manifest);
  files.writeFile(path.join(plugin, "dist", "plugin.wasm"), component);
  files.makeFolder(path.dirname(configFile));
  const seal = terms.withoutSeal ? SEAL_WAIVER : "";
  files.writeFile(configFile, `${CONFIGURATION}mode: ${terms.mode}\n${seal}`);
  const key = path.join(folder, "author");
  const packed = path.join(plugin, "dist", "probe-1.0.0.tgz");
  await type(["keygen", key], configFile);
  await type(["pack", plugin], configFile);
  await type(["sign", packed, "--key", `${key}.key`], configFile);
  await type(["trust", "add", `${key}.pub`, "--plugins", "probe"], configFile);
  const digest = digestOfBytes(files.readFile(packed, PACKAGE_BYTES_MAX) ?? new Uint8Array());
  for (const [alias, grants] of Object.entries(GRANTS)) {
    const granted = grants.flatMap((grant) => ["--grant", grant]);
    await type(["add", packed, "--as", alias, ...granted, "--yes", "--digest", digest], configFile);
  }
}

/** As the operator's plugins are: `hostile` as the weakest, and its neighbour as the strongest. */
function isolate(configFile: string, { files }: Machine, { isolation }: ProbeTerms): void {
  const [weakest, strongest] = isolation;
  const degrees = { [HOSTILE.whole]: weakest, [HOSTILE.reading]: strongest };
  replaceBytes(configFile, files, (bytes) => {
    let text = Buffer.from(bytes).toString("utf8");
    for (const [alias, degree] of Object.entries(degrees)) {
      const entry = `\n  ${alias}:\n`;
      if (!text.includes(entry)) throw new Error("a probe's plugin has no place to be isolated at");
      text = text.replace(entry, `${entry}    isolation: ${degree}\n`);
    }
    return Buffer.from(text);
  });
}

async function callTool(runtime: Runtime, name: string, args: JsonValue): Promise<Attempted> {
  const { content, error } = await runtime.callTool({
    name,
    arguments: args,
    caller: LOCAL_CALLER,
    signal: AbortSignal.timeout(ATTEMPT_MS_MAX),
  });
  const said = content.map((block) => (block.type === "text" ? block.text : "")).join("");
  return { error: error?.error_code, text: said };
}

function text(bytes: Uint8Array | undefined): string {
  return Buffer.from(bytes ?? []).toString("utf8");
}

/** Commands say nothing here, and nobody is asked. */
function quiet(out: Output): Output {
  const silent = (): undefined => undefined;
  return {
    ...out,
    json: false,
    line: silent,
    table: silent,
    result: silent,
    data: silent,
    progress: silent,
    progressDone: silent,
    ask: () => Promise.resolve(false),
  };
}
