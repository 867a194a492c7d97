import type { Capability } from "../capability.ts";
import { parseWholeFlag, parseWholeGrant, type WholeGrant } from "../whole-grant.ts";
import { makeClockBroker } from "./broker.ts";

export const clock: Capability<WholeGrant> = {
  name: "clock",
  meaning: "know the time, and wait",
  consequence: {
    can: "measure time, and by it what else the machine does",
    severity: "low",
    references: [],
  },
  interfaces: [
    "glovebox:plugin/clock",
    "wasi:clocks/monotonic-clock",
    "wasi:clocks/wall-clock",
    "wasi:clocks/timezone",
  ],
  parseGrant: parseWholeGrant,
  parseFlag: parseWholeFlag,
  formatGrant: () => "the time of day, and waiting",
  covers: () => true,
  makeBroker: (_grant, _home, powers) => makeClockBroker(powers),
};
