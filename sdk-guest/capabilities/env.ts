import { currentHost } from "../host/host.ts";

/** Named values that the operator set for this plugin: never the host's environment. Needs the `env` capability. */
export const env = {
  get(name: string): string | undefined {
    return currentHost().env.getValue(name);
  },
  names(): readonly string[] {
    return currentHost().env.names();
  },
} as const;
