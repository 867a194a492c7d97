import type { Log } from "../../powers/log.ts";
import type { SharedStore } from "../../server/store/shared-store.ts";

const LOOK_MS = 250;

/** Says once when the shared store goes away, and once when it is back. Looks until the answer is called. */
export function watchStore(store: Pick<SharedStore, "isReady">, log: Log): () => void {
  let wasReady = true;
  const looking = setInterval(() => {
    const isReady = store.isReady();
    if (isReady === wasReady) return;
    wasReady = isReady;
    if (isReady) log.info("the shared store is back");
    else log.warn("the shared store is away: what needs it is refused until it is back");
  }, LOOK_MS).unref();
  return () => clearInterval(looking);
}
