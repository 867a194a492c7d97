import type { Powers } from "@glovebox/host-api/powers";
import type { Limits } from "../sandbox/limits.ts";
import type { Sandbox, Transpiled } from "../sandbox/sandbox.ts";
import type { Configuration } from "../policy/configuration.ts";
import type { EngineVersions } from "../approve.ts";
import type { FilePowers } from "../supply/file-powers.ts";

/** Everything of this machine that commands compose from. */
export interface Machine {
  readonly files: FilePowers;
  readonly powers: Powers;
  readonly engine: EngineVersions;
  /** Probes the seal and makes the only maker of runners. */
  openSandbox(): Promise<Sandbox>;
  /** The component's code for a runner, from the cache or made anew behind the seal, with its limits written in. */
  transpile(component: Uint8Array, cacheFolder: string, sandbox: Sandbox, limits: Limits): Promise<Transpiled>;
}

/** `NODE_ENV=production` can only make a start stricter. */
export function effectiveMode(configured: Configuration["mode"]): Configuration["mode"] {
  return process.env["NODE_ENV"] === "production" ? "production" : configured;
}
