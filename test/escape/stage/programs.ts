// Builds what the attacks need: hostile programs, and builds of our own from which the protection was taken.
import { mkdtempSync, realpathSync, rmSync, chmodSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { rolldown, type Plugin } from "rolldown";
import type { Channel } from "../../../runtime/sandbox/channel.ts";

const ROOT = join(import.meta.dirname, "../../..");

export interface Programs {
  /** The hostile programs, one file each. */
  readonly native: string;
  readonly victim: string;
  readonly hostileRunner: string;
  /** The runner with nothing around the code it runs, and one instance for all calls. */
  readonly nakedRunner: string;
  /** The runner as it is, but for its lockdown of JavaScript: what is left is the operating system's seal. */
  readonly unlockedRunner: string;
  /** The broker's end of the channel with every check taken out. */
  readonly NakedChannel: typeof Channel;
  close(): void;
}

/** What to write instead of what, by the end of a file's path. Each must be found, or the build fails. */
type Cuts = Readonly<Record<string, readonly (readonly [from: string | RegExp, to: string])[]>>;

const LOCKDOWN_CUTS: Cuts = {
  "runner/lockdown.ts": [
    [
      /export function lockGlobals[\s\S]*$/,
      "import { createRequire } from 'node:module';\nexport function lockGlobals() { globalThis.require = createRequire('/'); }",
    ],
  ],
};
const RUNNER_CUTS: Cuts = {
  ...LOCKDOWN_CUTS,
  "launch/tighten.ts": [[/export function tighten\(\): void \{/, "$& return;"]],
  "runner/instances.ts": [
    [
      /export function makeFreshInstances[\s\S]*$/,
      "export function makeFreshInstances(instantiate) { const only = instantiate().exports; return { take: () => only, done() {} }; }\nexport const makeResetInstances = makeFreshInstances;",
    ],
  ],
  "runner/serve.ts": [[/for \(const act of this\.#endings\) act\(\);/, ""]],
  "runner/component.ts": [
    [/CORE_INSTANCES_MAX = 256/, "CORE_INSTANCES_MAX = 1e9"],
    [
      /filename: "plugin.js"/,
      "$&, importModuleDynamically: constants.USE_MAIN_CONTEXT_DEFAULT_LOADER",
    ],
    [/import \{ Script \} from "node:vm";/, 'import { Script, constants } from "node:vm";'],
  ],
};

/** A broker that believes: no breach is a breach, no limit a limit, no deadline a deadline. */
const BELIEVE = [
  [/throw breach\(/g, "void breach("],
  [/throw new SandboxError\(/g, "void new SandboxError("],
] as const;
const CHANNEL_CUTS: Cuts = {
  "sandbox/channel.ts": [
    ...BELIEVE,
    [/\} catch \(error\) \{\s+this\.end\(/, "} catch (error) { ((..._all: unknown[]) => {})("],
  ],
  "sandbox/outlet.ts": [[/else this\.#refuse\(\);/, ""]],
  "sandbox/deadline.ts": [[/this\.#timer = setTimeout\(.*$/m, ""]],
  "sandbox/running-call.ts": [...BELIEVE],
  "sandbox/messages.ts": [BELIEVE[0]],
  "sandbox/frames.ts": [[/throw new SandboxError\(/g, "void new SandboxError("]],
};

function cutting(cuts: Cuts): Plugin {
  return {
    name: "take-the-protection-out",
    transform(code, id) {
      const found = Object.entries(cuts).find(([end]) => id.endsWith(end));
      if (found === undefined) return null;
      let text = code;
      for (const [from, to] of found[1]) {
        const cut = text.replace(from, to);
        if (cut === text) throw new Error(`${id} holds no ${String(from)} to take out`);
        text = cut;
      }
      return text;
    },
  };
}

async function bundle(
  entry: string,
  file: string,
  format: "cjs" | "esm",
  cuts: Cuts = {},
): Promise<void> {
  const build = await rolldown({
    input: join(ROOT, entry),
    platform: "node",
    plugins: [cutting(cuts)],
  });
  await build.write({ file, format, codeSplitting: false });
  await build.close();
}

export async function buildPrograms(): Promise<Programs> {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), "glovebox-attackers-")));
  chmodSync(folder, 0o755);
  const file = (name: string): string => join(folder, name);
  await Promise.all([
    bundle("test/escape/inside/native.ts", file("native.cjs"), "cjs"),
    bundle("test/escape/inside/victim.ts", file("victim.cjs"), "cjs"),
    bundle("runtime/sandbox/runner/main.ts", file("naked-runner.cjs"), "cjs", RUNNER_CUTS),
    bundle("runtime/sandbox/runner/main.ts", file("unlocked-runner.cjs"), "cjs", LOCKDOWN_CUTS),
    bundle("runtime/sandbox/channel.ts", file("naked-channel.mjs"), "esm", CHANNEL_CUTS),
  ]);
  const loaded = (await import(pathToFileURL(file("naked-channel.mjs")).href)) as {
    Channel: typeof Channel;
  };
  return {
    native: file("native.cjs"),
    victim: file("victim.cjs"),
    hostileRunner: join(ROOT, "test/helpers/hostile-runner.cjs"),
    nakedRunner: file("naked-runner.cjs"),
    unlockedRunner: file("unlocked-runner.cjs"),
    NakedChannel: loaded.Channel,
    close: () => rmSync(folder, { recursive: true, force: true }),
  };
}
