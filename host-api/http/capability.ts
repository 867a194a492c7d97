import type { Capability } from "../capability.ts";
import { makeHttpBroker } from "./broker.ts";
import { coversGrant, formatGrant } from "./coverage.ts";
import { grantForTenant } from "./for-tenant.ts";
import { parseFlag, parseGrant } from "./grant.ts";
import type { HttpGrant } from "./grant.ts";

/** HTTP to named hosts, methods and paths, through the broker. */
export const http: Capability<HttpGrant> = {
  name: "http",
  meaning:
    "send HTTP requests to the named hosts; secrets are added by the host and never shown to the plugin",
  consequence: {
    can: "send what it is given to other machines",
    severity: "medium",
    references: ["OWASP MCP10"],
    whereTo: ({ allow }) => [...new Set(allow.map(({ host }) => host))].join(", "),
  },
  interfaces: ["glovebox:plugin/http", "wasi:http/types", "wasi:http/outgoing-handler"],
  parseGrant,
  parseFlag,
  formatGrant,
  covers: coversGrant,
  makeBroker: (grant, { tenant, regions }, powers) =>
    makeHttpBroker(grantForTenant(grant, tenant), powers, { bound: regions, labels: grant }),
};
