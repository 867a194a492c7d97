import type { SharedStore } from "./shared-store.ts";

/** A store that is opened when something is first asked of it: most servers of one client never do. A failed opening is tried again. */
export function makeLazyStore(open: () => Promise<SharedStore>, isDurable: boolean): SharedStore {
  let opening: Promise<SharedStore> | undefined;
  let ready: SharedStore | undefined;
  const opened = (): Promise<SharedStore> => {
    opening ??= open().then(
      (store) => (ready = store),
      (error: unknown) => {
        opening = undefined;
        throw error;
      },
    );
    return opening;
  };
  return {
    isDurable,
    get: async (...words) => (await opened()).get(...words),
    put: async (...words) => (await opened()).put(...words),
    delete: async (...words) => (await opened()).delete(...words),
    add: async (...words) => (await opened()).add(...words),
    enlist: async (...words) => (await opened()).enlist(...words),
    delist: async (...words) => (await opened()).delist(...words),
    listed: async (...words) => (await opened()).listed(...words),
    publish: async (...words) => (await opened()).publish(...words),
    subscribe: async (...words) => (await opened()).subscribe(...words),
    isReady: () => ready?.isReady() ?? true,
    async close() {
      await opening?.then(
        (store) => store.close(),
        () => undefined,
      );
    },
  };
}
