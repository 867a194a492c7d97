import { Channel } from "./channel.ts";
import { SandboxError } from "./errors.ts";
import { DEFAULT_LIMITS } from "./limits.ts";
import { PluginPool } from "./pool.ts";
import { findProgram } from "./programs.ts";
import type { Sandbox, SealedPlugin } from "./sandbox.ts";
import { chooseSeal } from "./seal/choose-seal.ts";
import type { ProcessPowers } from "./seal/process-powers.ts";
import { makeSpawner, type SealedProcess } from "./seal/sealed-process.ts";
import { SpareRunners } from "./spare-runners.ts";
import { TRANSPILE_LIMITS } from "./transpile/exchange.ts";
import { transpileSealed } from "./transpile/transpile.ts";
import { Vigil } from "./vigil.ts";

export interface SandboxOptions {
  /** Empty runners kept ready for whichever plugin is called first. Each holds about 10 MB. */
  readonly spareRunners?: number;
  /** A runner that nobody called for this long is ended. */
  readonly idleMsMax?: number;
  /** How long a component may take to load, start functions included. */
  readonly loadMsMax?: number;
}

/**
 * RLIMIT_DATA of a runner: private writable memory, touched or not. It is the kernel's own bound beneath the watchdog,
 * which looks 50 times a second, and leaves V8 room for what it reserves and never touches. It holds code that does not mean
 * to get past it: pages made read-only after they were filled count no more, and then the watchdog alone is left.
 */
export const RUNNER_DATA_BYTES_MAX = 1024 * 1024 * 1024;
/** MiB. Calls leave little behind, and with the default of 16 a runner keeps twice that of garbage. */
const RUNNER_FLAGS = ["--max-semi-space-size=2"];
/** One component, and the process is gone: jco's code ends before code that was made faster would have paid for the making. */
const TRANSPILE_FLAGS = ["--liftoff-only"];
/** How long an honest runner may take to report on a machine that is very busy. */
export const START_MS_MAX = 10_000;
const SWEEP_MS = 1000;

/**
 * Probes the machine's seal and opens the one maker of runners. Whether a `seal` with gaps may be used is the caller's
 * decision: nothing here refuses for it, and nothing here runs plugin code in any other way than behind it.
 * Throws `ERR_NOT_BUILT`.
 */
export async function openSandbox(
  powers: ProcessPowers,
  options: SandboxOptions = {},
): Promise<Sandbox> {
  const { spareRunners = 1, idleMsMax = 60_000, loadMsMax = 5000 } = options;
  const programs = { runner: findProgram(powers, "runner"), extism: findProgram(powers, "extism") };
  const transpile = findProgram(powers, "transpile");
  const spawn = makeSpawner(powers);
  const seal = await chooseSeal(powers, spawn, { probe: findProgram(powers, "probe") });
  const vigil = new Vigil(powers.processors, powers.letOthers);
  const startRunner =
    (program: string) =>
    (residentBytesMax: number): Channel =>
      new Channel(
        spawn({
          seal: seal.name,
          program,
          nodeFlags: RUNNER_FLAGS,
          dataBytesMax: RUNNER_DATA_BYTES_MAX,
          residentBytesMax,
        }),
        {
          startMsMax: START_MS_MAX,
          loadMsMax,
        },
        vigil,
      );
  const { dataBytesMax, residentBytesMax } = TRANSPILE_LIMITS;
  const transpiles = new Set<SealedProcess>();
  const startTranspile = (): SealedProcess => {
    const process = spawn({
      seal: seal.name,
      program: transpile,
      nodeFlags: TRANSPILE_FLAGS,
      dataBytesMax,
      residentBytesMax,
    });
    transpiles.add(process);
    void process.exited.then(() => transpiles.delete(process));
    return process;
  };
  const spares = new SpareRunners(startRunner(programs.runner), spareRunners);
  // Filled once an Extism plugin has taken its first: most workspaces have none.
  const extismSpares = new SpareRunners(startRunner(programs.extism), spareRunners);
  // Not at once: whoever opens the sandbox has something to answer first, and starting a process takes its thread.
  spares.fillSoon(DEFAULT_LIMITS.residentBytes);
  const plugins = new Set<SealedPlugin>();
  let closed = false;
  const assertOpen = (): void => {
    if (closed) throw new SandboxError("ERR_CALL_CANCELLED", "the sandbox was closed");
  };
  return {
    seal,
    openPlugin(pluginOptions) {
      assertOpen();
      const isExtism = pluginOptions.transpiled.kernelBytes !== undefined;
      const times = { idleMsMax, sweepMs: SWEEP_MS };
      const plugin = new PluginPool(pluginOptions, isExtism ? extismSpares : spares, times);
      plugins.add(plugin);
      return plugin;
    },
    async transpile(component) {
      assertOpen();
      return transpileSealed(startTranspile, component);
    },
    async close() {
      closed = true;
      for (const process of transpiles) process.kill();
      const processesGone = [...transpiles].map((process) => process.exited);
      await Promise.all([
        spares.close(),
        extismSpares.close(),
        ...processesGone,
        ...[...plugins].map((plugin) => plugin.close()),
      ]);
    },
  };
}
