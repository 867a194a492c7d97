import { assertShape, parseInteger } from "../arguments.ts";
import type { CapabilityBroker } from "../capability.ts";
import type { Powers } from "../powers.ts";
import { BYTES_MAX } from "./limits.ts";

export function makeRandomBroker(powers: Powers): CapabilityBroker {
  return {
    operations: {
      /** `[length]` → that many bytes in the body, from the system's secure source. */
      "random.bytes"(request) {
        assertShape(request, 1);
        return { value: null, body: powers.randomBytes(parseInteger(request.args[0], BYTES_MAX)) };
      },
    },
  };
}
