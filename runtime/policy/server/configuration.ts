import type { AuthConfiguration, ScopeConfiguration } from "./auth-configuration.ts";
import { DEFAULT_HTTP, type HttpConfiguration } from "./http-configuration.ts";
import type { RateConfiguration } from "./rate.ts";
import { NO_REGIONS, type RegionConfiguration } from "./regions.ts";
import type { StoreConfiguration } from "./store.ts";
import type { TasksConfiguration } from "./tasks.ts";

/** The section `server` of the configuration, after parsing. Each part is its own file's. */
export interface ServerConfiguration {
  /** Who clients have to be. */
  readonly auth?: AuthConfiguration;
  /** Which scopes which tools need. */
  readonly scopes?: ScopeConfiguration;
  /** Where it listens over HTTP, and for whom. */
  readonly http: HttpConfiguration;
  /** What callers may use; undefined limits nothing. */
  readonly rate?: RateConfiguration;
  /** Calls that become tasks; undefined, none do. */
  readonly tasks?: TasksConfiguration;
  /** Where hosts are, as the operator says, and which tenants are bound to it. */
  readonly residency: RegionConfiguration;
  /** Where replicas meet. */
  readonly store: StoreConfiguration;
  /** Where the key is that signs what clients bring back. Undefined makes one at each start, good for one process. */
  readonly stateKey?: string;
}

export const NO_SERVER: ServerConfiguration = {
  http: DEFAULT_HTTP,
  residency: NO_REGIONS,
  store: { kind: "memory" },
};
