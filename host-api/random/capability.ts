import type { Capability } from "../capability.ts";
import { parseWholeFlag, parseWholeGrant, type WholeGrant } from "../whole-grant.ts";
import { makeRandomBroker } from "./broker.ts";

export const random: Capability<WholeGrant> = {
  name: "random",
  meaning: "draw secure random bytes",
  consequence: {
    can: "answer differently each time, so that no call of it can be repeated",
    severity: "low",
    references: [],
  },
  interfaces: [
    "glovebox:plugin/random",
    "wasi:random/random",
    "wasi:random/insecure",
    "wasi:random/insecure-seed",
  ],
  parseGrant: parseWholeGrant,
  parseFlag: parseWholeFlag,
  formatGrant: () => "secure random bytes",
  covers: () => true,
  makeBroker: (_grant, _home, powers) => makeRandomBroker(powers),
};
