import type { CapabilityName } from "@glovebox/host-api/capability";
import type { JsonValue } from "@glovebox/host-api/json";
import type { Revocations, TrustEntry } from "../plugin/trust.ts";
import type { Limits } from "../sandbox/limits.ts";
import type { Approvals } from "./approvals.ts";
import type { FlowPolicy } from "./flow/policy.ts";
import type { AuditConfiguration } from "./read-audit.ts";
import type { ProbesConfiguration } from "./read-probes.ts";
import type { EncryptionConfiguration } from "./read-encryption.ts";
import type { FilterConfiguration } from "./read-filter.ts";
import type { AnomalyConfiguration } from "./read-anomalies.ts";
import type { TelemetryConfiguration } from "./read-telemetry.ts";
import type { LicencePolicy } from "./licences.ts";
import type { ServerConfiguration } from "./server/configuration.ts";
import type { Isolation } from "../sandbox/sandbox.ts";
import type { Profiles } from "./profiles.ts";

/** `glovebox.yaml`, the operator's words, after parsing. */
export interface Configuration {
  readonly version: 1;
  readonly mode: "development" | "production";
  readonly trust: readonly TrustEntry[];
  readonly revoked: Revocations;
  /** A Sigstore `trusted_root.json` in the place of the one that ships with the release. Relative to the configuration. */
  readonly trustedRoot?: string;
  readonly plugins: Readonly<Record<string, PluginConfiguration>>;
  readonly profiles: Profiles;
  readonly flow: FlowPolicy;
  readonly filter: FilterConfiguration;
  readonly limits: Limits;
  readonly audit: AuditConfiguration;
  readonly telemetry: TelemetryConfiguration;
  readonly anomalies: AnomalyConfiguration;
  /** Undefined: production has its default, and development runs none. */
  readonly probes?: ProbesConfiguration;
  /** Undefined: what is kept of tenants is not encrypted. */
  readonly encryption?: EncryptionConfiguration;
  readonly server: ServerConfiguration;
  readonly waivers: readonly Waiver[];
  /** Undefined allows every licence. */
  readonly licences?: LicencePolicy;
}

/** Whether tenants share a plugin's runner processes, one call after the other. Their data is apart in any case. */
export type Tenancy = "separate" | "shared";

export interface PluginConfiguration {
  readonly source: string;
  /** As each capability's `parseGrant` read it. Nothing here means nothing granted. */
  readonly grants: Readonly<Partial<Record<CapabilityName, JsonValue>>>;
  readonly limits: Limits;
  /** Whether calls of the plugin share runner processes, one after the other, or each has one of its own. */
  readonly isolation: Isolation;
  readonly tenancy: Tenancy;
  /** Development only: run without a signature. Shown wherever the plugin is shown. */
  readonly unsigned: boolean;
  /** Tools to expose; undefined means all. */
  readonly tools?: readonly string[];
  /** What some of them are called instead, by their own names. */
  readonly toolNames?: Readonly<Record<string, string>>;
  /** Its tools and prompts go by their own names, without the plugin's before them. */
  readonly plainNames?: true;
  /** Prompts to expose; undefined means all. */
  readonly prompts?: readonly string[];
  readonly promptNames?: Readonly<Record<string, string>>;
  /** Resources to expose, by address or template; undefined means all. */
  readonly resources?: readonly string[];
  /** Which of them a human is asked about, by their own names. */
  readonly approvals?: Approvals;
}

/** A named, dated, reasoned exception to one gate. */
export interface Waiver {
  readonly gate: string;
  readonly reason: string;
  /** ISO date after which the waiver no longer counts. */
  readonly until: string;
}
