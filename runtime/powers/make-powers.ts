import { randomBytes } from "node:crypto";
import type { Powers } from "@glovebox/host-api/powers";
import { openKeyValue } from "./key-value.ts";

/** The powers that are passed in, because they need choices of the entry point's. */
export type GivenPowers = Pick<Powers, "openBeneath" | "resolveHost" | "sendHttp" | "readSecret">;

/** The whole machine as the capabilities see it. Whoever holds this object holds all authority of the broker. */
export function makePowers(given: GivenPowers): Powers {
  return {
    ...given,
    openKeyValue,
    nowMs: () => Date.now(),
    monotonicMs: () => performance.now(),
    randomBytes: (lengthBytes) => randomBytes(lengthBytes),
  };
}
