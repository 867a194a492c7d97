import type { Capability } from "../capability.ts";
import { makeKvBroker } from "./broker.ts";
import { formatKvGrant, kvCovers, parseKvFlag, parseKvGrant, type KvGrant } from "./grant.ts";

export const kv: Capability<KvGrant> = {
  name: "kv",
  meaning: "keep small values between calls, in a store of its own",
  consequence: {
    can: "leave what one call reads in its store, for later calls to find",
    severity: "low",
    references: [],
  },
  interfaces: ["glovebox:plugin/kv", "wasi:keyvalue/store"],
  parseGrant: parseKvGrant,
  parseFlag: parseKvFlag,
  formatGrant: formatKvGrant,
  covers: kvCovers,
  makeBroker: makeKvBroker,
};
