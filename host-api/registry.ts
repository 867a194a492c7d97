import type { Capability, CapabilityName } from "./capability.ts";
import { ask } from "./ask/capability.ts";
import { clock } from "./clock/capability.ts";
import { env } from "./env/capability.ts";
import { filesystem } from "./filesystem/capability.ts";
import { http } from "./http/capability.ts";
import { kv } from "./kv/capability.ts";
import { random } from "./random/capability.ts";
import type { JsonValue } from "./json.ts";

/** Every capability there is. A grant for a name that is not here cannot be written. */
export const CAPABILITIES: {
  readonly [Name in CapabilityName]: Capability<JsonValue>;
} = {
  filesystem,
  http,
  kv,
  env,
  clock,
  random,
  ask,
};

const BY_INTERFACE: ReadonlyMap<string, CapabilityName> = new Map(
  Object.values(CAPABILITIES).flatMap(({ name, interfaces }) =>
    interfaces.map((key) => [key, name] as const),
  ),
);

/**
 * Which capability serves an interface, by its name without version; undefined when it needs none or is unknown.
 * An import is not yet a wish: toolchains import `wasi:clocks`, `wasi:random` and more unasked, and those link without
 * a grant and tell nothing. Only `glovebox:plugin` interfaces are imported on purpose.
 */
export function capabilityOfInterface(name: string): CapabilityName | undefined {
  return BY_INTERFACE.get(name);
}
