import type { PluginCall, SealedPlugin } from "../../sandbox/sandbox.ts";

/** A sealed plugin that is opened by its first call. A failed opening is tried again by the next call. */
export function makeLazyPlugin(open: () => Promise<SealedPlugin>): SealedPlugin {
  let opening: Promise<SealedPlugin> | undefined;
  let plugin: SealedPlugin | undefined;
  const opened = (): Promise<SealedPlugin> => {
    opening ??= open().catch((error: unknown) => {
      opening = undefined;
      throw error;
    });
    return opening;
  };
  return {
    call(call: PluginCall) {
      if (plugin) return plugin.call(call);
      return opened().then((first) => (plugin = first).call(call));
    },
    async close() {
      await opening?.then(
        (first) => first.close(),
        () => undefined,
      );
    },
  };
}
