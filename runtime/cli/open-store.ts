import { makeLazyStore } from "../server/store/lazy-store.ts";
import type { SharedStore } from "../server/store/shared-store.ts";
import type { Workspace } from "../workspace.ts";
import type { Machine } from "./machine.ts";

/** What this workspace's processes share: Redis where the configuration says so, else a file beside the workspace's data. */
export function openStore({ configuration, paths }: Workspace, machine: Machine): SharedStore {
  const { store } = configuration.server;
  return makeLazyStore(async () => {
    if (store.kind === "redis") {
      const { openRedis } = await import("../powers/redis.ts");
      const url = machine.powers.readSecret(store.url);
      return (await openRedis(url, () => undefined)).store;
    }
    machine.files.makeFolder(paths.folder);
    const { openStoreFile } = await import("../powers/store-file.ts");
    return openStoreFile(paths.sharedFile);
  }, true);
}
