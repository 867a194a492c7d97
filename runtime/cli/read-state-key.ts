import { HostError } from "@glovebox/host-api/errors";
import { HttpError } from "../server/http/errors.ts";
import { STATE_KEY_BYTES_MIN } from "../server/mcp/asking.ts";
import type { Machine } from "./machine.ts";

/** As bytes of its text. Replicas that were given the same text sign and seal with the same key. */
export function readStateKey(
  reference: string | undefined,
  machine: Machine,
): Uint8Array | undefined {
  if (reference === undefined) return undefined;
  let key: Uint8Array;
  try {
    key = new TextEncoder().encode(machine.powers.readSecret(reference));
  } catch (cause) {
    if (!(cause instanceof HostError)) throw cause;
    throw new HttpError("ERR_STATE_KEY", `The state key cannot be read: ${cause.message}.`, {
      cause,
    });
  }
  if (key.length >= STATE_KEY_BYTES_MIN) return key;
  throw new HttpError(
    "ERR_STATE_KEY",
    `The state key has ${key.length} bytes, where ${STATE_KEY_BYTES_MIN} are the least.`,
  );
}
