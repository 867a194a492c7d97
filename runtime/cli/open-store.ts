import type { Evaluate } from "../server/limits/redis-meter.ts";
import { makeLazyStore } from "../server/store/lazy-store.ts";
import type { SharedStore } from "../server/store/shared-store.ts";
import type { Workspace } from "../workspace.ts";
import type { Machine } from "./machine.ts";

/** What this workspace's processes share, and what counts for all of them where that is a Redis. */
export interface OpenedStore {
  readonly store: SharedStore;
  readonly evaluate?: Evaluate;
}

/** Redis where the configuration says so, by one connection that is made when it is first needed; else a file beside the workspace's data. */
export function openStore({ configuration, paths }: Workspace, machine: Machine): OpenedStore {
  const { store } = configuration.server;
  if (store.kind === "redis") {
    const connect = makeOnce(async () => {
      const { openRedis } = await import("../powers/redis.ts");
      return openRedis(machine.powers.readSecret(store.url), () => undefined);
    });
    return {
      store: makeLazyStore(async () => (await connect()).store, true),
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

/** A failed try is tried again by the next who asks. */
function makeOnce<Made>(make: () => Promise<Made>): () => Promise<Made> {
  let made: Promise<Made> | undefined;
  return () => {
    made ??= make().catch((error: unknown) => {
      made = undefined;
      throw error;
    });
    return made;
  };
}
