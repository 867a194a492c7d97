import { createHash } from "node:crypto";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { rolldown } from "rolldown";
import type { Machine } from "../../runtime/cli/machine.ts";
import type { Isolation } from "../../runtime/sandbox/sandbox.ts";
import { cExtismPlugin, cGuestPackage, GUEST_FOLDER } from "../helpers/c-guest.ts";
import { fixturePackage } from "../helpers/fixture-package.ts";
import type { Command } from "./line-client.ts";
import type { StartCounts } from "./plan.ts";
import {
  extendWorkspace,
  makeWorkspace,
  withIsolation,
  type SealedWorkspace,
} from "./sealed-workspaces.ts";

/** How a runner comes to untouched state. The first is the operator's default, which `ratios` names without the mode. */
const MODES: readonly { readonly name: string; readonly isolation: Isolation }[] = [
  { name: "reset", isolation: "plugin" },
  { name: "fresh", isolation: "instance" },
];

const GUESTS = ["c", "quickjs", "spidermonkey"] as const;

/** One server under test. All have the same tools under the same names. */
export interface Contestant {
  readonly name: string;
  /** In `ratios`: `p50.c`, `p50.c-fresh`, `extism.p50.c`. The server to compare with has none. */
  readonly ratio?: { readonly prefix: string; readonly suffix: string };
  readonly command: Command;
  /** Whether its plugin can ask the host for the time. */
  readonly hasNow: boolean;
  /** With as many plugins, where that is measured. */
  readonly starts?: Readonly<Record<keyof StartCounts, Command>>;
}

export interface Contest {
  readonly contestants: readonly Contestant[];
  /** The C guest with a short deadline, for calls that never end. */
  readonly stopping: Command;
  remove(): void;
}

export async function makeContest(
  machine: Machine,
  counts: StartCounts,
  deadlineMs: number,
): Promise<Contest> {
  const workspaces: SealedWorkspace[] = [];
  const keep = (workspace: SealedWorkspace): SealedWorkspace => {
    workspaces.push(workspace);
    return workspace;
  };
  const plain = await bundleServer("plain-server");
  const extism = await bundleServer("extism-server");
  const c = await cGuestPackage();
  const one = keep(await makeWorkspace(c, 1, machine));
  const twenty = keep(await extendWorkspace(one, c, { from: 1, to: counts.start20 }, machine));
  const more = { from: counts.start20, to: counts.start100 };
  const hundred = keep(await extendWorkspace(twenty, c, more, machine));
  const limits = `limits: { deadline: ${deadlineMs}ms }\n`;
  const stopping = keep(await makeWorkspace(c, 1, machine, limits));

  const sealed: Contestant[] = [];
  for (const guest of GUESTS) {
    const workspace =
      guest === "c"
        ? one
        : keep(await makeWorkspace(await fixturePackage(GUEST_FOLDER, guest), 1, machine));
    for (const mode of MODES) {
      const isDefault = mode === MODES[0];
      const { command } = isDefault ? workspace : keep(withIsolation(workspace, mode.isolation));
      sealed.push({
        name: `${guest} ${mode.name}`,
        ratio: { prefix: "", suffix: isDefault ? guest : `${guest}-${mode.name}` },
        command,
        hasNow: true,
        ...(guest === "c" &&
          isDefault && { starts: { start20: twenty.command, start100: hundred.command } }),
      });
    }
  }
  return {
    contestants: [
      { name: "plain", hasNow: true, ...startedWith(plain, counts) },
      {
        name: "extism",
        ratio: { prefix: "extism.", suffix: "c" },
        hasNow: false,
        ...startedWith(extism, counts, writeExtismPlugin()),
      },
      ...sealed,
    ],
    stopping: stopping.command,
    remove: () => workspaces.forEach((workspace) => workspace.remove()),
  };
}

function startedWith(
  program: string,
  counts: StartCounts,
  words: readonly string[] = [],
): Pick<Contestant, "command" | "starts"> & Required<Pick<Contestant, "starts">> {
  const command = (plugins: number): Command => ({
    command: process.execPath,
    args: [program, String(plugins), ...words],
  });
  return {
    command: command(1),
    starts: { start20: command(counts.start20), start100: command(counts.start100) },
  };
}

const OUT = join(import.meta.dirname, "dist");

/** Plain JavaScript in one file beside its packages, as such a server is shipped: no types to strip at its start. */
export async function bundleServer(name: string): Promise<string> {
  const build = await rolldown({
    input: join(import.meta.dirname, `${name}.ts`),
    platform: "node",
    external: /^(@modelcontextprotocol\/|extism$)/,
  });
  const file = join(OUT, `${name}.mjs`);
  await build.write({ file, format: "esm", codeSplitting: false });
  await build.close();
  return file;
}

/** The plugin's file and its digest: Extism compares them when it loads, as ours does. */
function writeExtismPlugin(): readonly string[] {
  const module = cExtismPlugin();
  const file = join(OUT, "convert.wasm");
  writeFileSync(file, module);
  return [file, createHash("sha256").update(module).digest("hex")];
}
