import { HostError } from "@glovebox/host-api/errors";
import { HttpError } from "../server/http/errors.ts";
import type { Evaluate } from "../server/limits/redis-meter.ts";
import { StoreError } from "../server/store/errors.ts";
import { makeLazyStore } from "../server/store/lazy-store.ts";
import { sealValues } from "../server/store/seal-values.ts";
import type { SharedStore } from "../server/store/shared-store.ts";
import type { Workspace } from "../workspace.ts";
import type { Machine } from "./machine.ts";
import { readStateKey } from "./read-state-key.ts";

/** What this workspace's processes share, and what counts for all of them where that is a Redis. */
export interface OpenedStore {
  readonly store: SharedStore;
  readonly evaluate?: Evaluate;
}

/**
 * Redis where the configuration says so, its values sealed with the state key, by one connection that is made when it is
 * first needed; else a file beside the workspace's data.
 */
export function openStore(
  { configuration, paths }: Workspace,
  machine: Machine,
  onTrouble: (error: Error) => void = () => undefined,
): OpenedStore {
  const { store, stateKey } = configuration.server;
  if (store.kind === "redis") {
    const connect = makeOnce(async () => {
      const { openRedis } = await import("../powers/redis.ts");
      return openRedis(readAddress(store.url, machine), onTrouble);
    });
    const openSealed = async (): Promise<SharedStore> => {
      const key = readStateKey(stateKey, machine);
      if (!key) {
        const message = "What replicas share in Redis is sealed with `server.state_key`.";
        throw new HttpError("ERR_STATE_KEY", message);
      }
      return sealValues((await connect()).store, key);
    };
    return {
      store: {
        ...makeLazyStore(openSealed, true),
        // Those who only count have opened it too.
        close: async () => {
          const connection = await connect.made()?.catch(() => undefined);
          await connection?.store.close();
        },
      },
      evaluate: async (...words) => (await connect()).evaluate(...words),
    };
  }
  const openFile = async (): Promise<SharedStore> => {
    machine.files.makeFolder(paths.folder);
    const { openStoreFile } = await import("../powers/store-file.ts");
    return openStoreFile(paths.sharedFile);
  };
  return { store: makeLazyStore(openFile, true) };
}

interface Once<Made> {
  (): Promise<Made>;
  made(): Promise<Made> | undefined;
}

/** A failed try is tried again by the next who asks. */
function makeOnce<Made>(make: () => Promise<Made>): Once<Made> {
  let made: Promise<Made> | undefined;
  const once = (): Promise<Made> => {
    made ??= make().catch((error: unknown) => {
      made = undefined;
      throw error;
    });
    return made;
  };
  return Object.assign(once, { made: () => made });
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
