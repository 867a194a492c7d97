import { HostError } from "@glovebox/host-api/errors";
import { HttpError } from "../server/http/errors.ts";
import { StoreError } from "../server/store/errors.ts";
import { makeLazyStore } from "../server/store/lazy-store.ts";
import { sealValues } from "../server/store/seal-values.ts";
import type { SharedStore } from "../server/store/shared-store.ts";
import type { Workspace } from "../workspace.ts";
import type { Machine } from "./machine.ts";
import { readStateKey } from "./read-state-key.ts";

/**
 * What this workspace's processes share: Redis where the configuration says so, its values sealed with the state key,
 * else a file beside the workspace's data.
 */
export function openStore(
  { configuration, paths }: Workspace,
  machine: Machine,
  onTrouble: (error: Error) => void = () => undefined,
): SharedStore {
  const { store, stateKey } = configuration.server;
  return makeLazyStore(async () => {
    if (store.kind === "redis") {
      const key = readStateKey(stateKey, machine);
      if (!key) {
        const message = "What replicas share in Redis is sealed with `server.state_key`.";
        throw new HttpError("ERR_STATE_KEY", message);
      }
      const { openRedis } = await import("../powers/redis.ts");
      const connection = await openRedis(readAddress(store.url, machine), onTrouble);
      return sealValues(connection.store, key);
    }
    machine.files.makeFolder(paths.folder);
    const { openStoreFile } = await import("../powers/store-file.ts");
    return openStoreFile(paths.sharedFile);
  }, true);
}

function readAddress(reference: string, machine: Machine): string {
  try {
    return machine.powers.readSecret(reference);
  } catch (cause) {
    if (!(cause instanceof HostError)) throw cause;
    const message = `The address of the shared store cannot be read: ${cause.message}.`;
    throw new StoreError("ERR_STORE_ADDRESS", message, { cause });
  }
}
