import type { Capability } from "../capability.ts";
import { makeAskBroker } from "./broker.ts";
import { askCovers, formatAskGrant, parseAskFlag, parseAskGrant, type AskGrant } from "./grant.ts";

export const ask: Capability<AskGrant> = {
  name: "ask",
  meaning: "put questions to the person in front of the client, or to the client itself",
  consequence: {
    can: "put its own words before a person, or before the client's model",
    severity: "medium",
    references: ["OWASP MCP06"],
  },
  interfaces: ["glovebox:plugin/ask"],
  parseGrant: parseAskGrant,
  parseFlag: parseAskFlag,
  formatGrant: formatAskGrant,
  covers: askCovers,
  makeBroker: makeAskBroker,
};
