import type { Capability } from "../capability.ts";
import { makeEnvBroker } from "./broker.ts";
import { envCovers, formatEnvGrant, parseEnvFlag, parseEnvGrant, type EnvGrant } from "./grant.ts";

export const env: Capability<EnvGrant> = {
  name: "env",
  meaning: "read the values set for it here",
  consequence: {
    can: "put the values that were set for it into whatever it answers or sends",
    severity: "low",
    references: ["OWASP MCP01"],
  },
  interfaces: ["glovebox:plugin/env", "wasi:cli/environment", "wasi:config/store"],
  parseGrant: parseEnvGrant,
  parseFlag: parseEnvFlag,
  formatGrant: formatEnvGrant,
  covers: envCovers,
  makeBroker: makeEnvBroker,
};
