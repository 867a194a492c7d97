import type { Consequence, CapabilityName } from "@glovebox/host-api/capability";
import type { JsonValue } from "@glovebox/host-api/json";
import type { Configuration, Waiver } from "../policy/configuration.ts";
import type { AcceptedPath } from "../policy/flow/policy.ts";
import type { Seal } from "../sandbox/sandbox.ts";
import type { UsedPackage } from "./advisories.ts";
import type { ProbeRun } from "./probe-result.ts";

/** The facts of this machine and configuration that the report speaks of. */
export interface Posture {
  readonly runtimeVersion: string;
  readonly mode: Configuration["mode"];
  readonly seal: Seal;
  readonly waivers: readonly Waiver[];
  /** Paths from private data to the outside that nobody is asked about. */
  readonly acceptedPaths?: readonly AcceptedPath[];
  readonly plugins: readonly PostureOfPlugin[];
  /** What the configuration names and no start would let in. */
  readonly refused?: readonly RefusedPlugin[];
  /** Undefined where there is no workspace: the report is of the machine alone. */
  readonly configuration?: Configuration;
  /** How clients come in; undefined where nobody is served. */
  readonly serving?: "stdio" | "http";
  /** Undefined where nobody has run the probes, or the first run has not ended. */
  readonly probes?: ProbeRun;
  /** Everything of others that this release is made of and runs on, at the versions in use. */
  readonly packages?: readonly UsedPackage[] | undefined;
}

export interface PostureOfPlugin {
  readonly alias: string;
  readonly signed: boolean;
  readonly grants: readonly (Omit<Consequence<JsonValue>, "whereTo"> & {
    readonly capability: CapabilityName;
    /** For operators. */
    readonly whereTo?: string;
  })[];
  /** Where the secrets are that the host adds to its requests: `env:NAME`, never a value. */
  readonly secrets: readonly string[];
}

export interface RefusedPlugin {
  readonly alias: string;
  readonly codes: readonly string[];
}
