import type { Powers } from "@glovebox/host-api/powers";
import type { EngineVersions } from "../approve.ts";
import { digestOfBytes } from "../plugin/canonical.ts";
import type { Digest } from "../plugin/formats.ts";
import type { Configuration } from "../policy/configuration.ts";
import type { RunnerEnd } from "../sandbox/hostile/attack-as-runner.ts";
import type { RunnerAttack } from "../sandbox/hostile/attacks.ts";
import type { Limits } from "../sandbox/limits.ts";
import type { probeOuter } from "../sandbox/seal/probe-outer.ts";
import type { Sandbox, Seal, Transpiled } from "../sandbox/sandbox.ts";
import type { PrivateFiles } from "../server/auth/powers.ts";
import type { FilePowers } from "../supply/file-powers.ts";
import type { PassedComponents } from "../supply/passed-components.ts";
import type { SourceLimits } from "../supply/sources/limits.ts";
import type { SourcePowers } from "../supply/sources/powers.ts";

/** A component, whose bytes are asked for only where its code is not in the cache. */
export interface ComponentToRun {
  readonly digest: Digest;
  readonly read: () => Uint8Array;
}

/** A component whose bytes are at hand. */
export function wholeComponent(bytes: Uint8Array): ComponentToRun {
  return { digest: digestOfBytes(bytes), read: () => bytes };
}

/** Everything of this machine that commands compose from. */
export interface Machine {
  readonly files: FilePowers;
  readonly powers: Powers;
  /** Files of credentials, which nobody but their owner may use. */
  readonly privateFiles: PrivateFiles;
  /** What fetching and publishing plugins needs. */
  readonly sources: SourcePowers;
  /** How long a fetch may take, where that is not the usual time. */
  readonly sourceLimits?: SourceLimits;
  /** Read when it is asked for: most commands need no built programs. Throws `ERR_NOT_BUILT`. */
  readonly engine: EngineVersions;
  /** Probes the seal and makes the only maker of runners. Throws `ERR_NOT_BUILT`. */
  openSandbox(): Promise<Sandbox>;
  /** Probes the seal, for those who run no plugin. */
  probeSeal(): Promise<Seal>;
  /** Lets a hostile program take a runner's place behind `seal`. Throws `ERR_NOT_BUILT`. */
  attackAsRunner(attack: RunnerAttack, seal: Seal): Promise<RunnerEnd>;
  /** What gets out of the seal's outer layer alone: see `probeOuter`. */
  probeOuter(seal: Seal): ReturnType<typeof probeOuter>;
  /** Components that need not be inspected again. Undefined where the code that inspects may change from start to start. */
  openPassed(cacheFolder: string): PassedComponents | undefined;
  /** The component's code for a runner, made behind the seal, with its limits written in. Kept in `cacheFolder`, where there is one. */
  transpile(
    component: ComponentToRun,
    sandbox: Sandbox,
    limits: Limits,
    cacheFolder?: string,
  ): Promise<Transpiled>;
}

/** `NODE_ENV=production` can only make a start stricter, however it is spelled: Windows' `set` leaves a space behind it. */
export function effectiveMode(configured: Configuration["mode"]): Configuration["mode"] {
  return process.env["NODE_ENV"]?.trim().toLowerCase() === "production" ? "production" : configured;
}
