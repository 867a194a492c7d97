import { assertShape, parseText } from "../arguments.ts";
import type { CapabilityBroker } from "../capability.ts";
import { encodeUtf8 } from "../text.ts";
import type { EnvGrant } from "./grant.ts";
import { NAME_BYTES_MAX } from "./limits.ts";

export function makeEnvBroker(grant: EnvGrant): CapabilityBroker {
  // A Map: the name that a guest asks for must not reach a prototype.
  const values = new Map(Object.entries(grant));
  return {
    operations: {
      /** `[name]` → the value, or `null`. */
      "env.get"(request) {
        assertShape(request, 1);
        return { value: values.get(parseText(request.args[0], NAME_BYTES_MAX)) ?? null };
      },
      /** `[]` → all `[name, value]`, as JSON in the body: together they are too long for a header. */
      "env.all"(request) {
        assertShape(request, 0);
        return { value: values.size, body: encodeUtf8(JSON.stringify([...values])) };
      },
    },
  };
}
