import type { Capability } from "../capability.ts";
import { makeEnvBroker } from "./broker.ts";
import { envCovers, formatEnvGrant, parseEnvFlag, parseEnvGrant, type EnvGrant } from "./grant.ts";

export const env: Capability<EnvGrant> = {
  name: "env",
  meaning: "read the values set for it here",
  interfaces: ["glovebox:plugin/env", "wasi:cli/environment", "wasi:config/store"],
  parseGrant: parseEnvGrant,
  parseFlag: parseEnvFlag,
  formatGrant: formatEnvGrant,
  covers: envCovers,
  makeBroker: makeEnvBroker,
};
