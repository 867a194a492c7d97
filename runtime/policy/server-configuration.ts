import { DEFAULT_HTTP, type HttpConfiguration } from "./http-configuration.ts";

/** The section `server`: one field for each of its parts. */
export interface ServerConfiguration {
  readonly http: HttpConfiguration;
  /** Reference (`env:NAME`, `file:PATH`) to the secret that replicas share, of 32 bytes or more. Without it each start makes its own. */
  readonly stateKey?: string;
}

export const DEFAULT_SERVER: ServerConfiguration = { http: DEFAULT_HTTP };
