import type { RateConfiguration } from "./rate.ts";
import type { StoreConfiguration } from "./store.ts";

/** The section `server` of the configuration, after parsing. Each part is its own file's. */
export interface ServerConfiguration {
  /** What callers may use; undefined limits nothing. */
  readonly rate?: RateConfiguration;
  /** Where replicas meet. */
  readonly store: StoreConfiguration;
  /** Where the key is that signs what clients bring back. Undefined makes one at each start, good for one process. */
  readonly stateKey?: string;
}

export const NO_SERVER: ServerConfiguration = { store: { kind: "memory" } };
