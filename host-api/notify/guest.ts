import type { GuestSetting } from "../guest.ts";

/** A longer address is no resource of anybody's: nobody is told of it. */
export const URI_CHARS_MAX = 2048;

/** `glovebox:plugin/notify`: what clients may have read has changed. Needs no grant; the broker bounds it. */
export function makeNotifyImports(setting: GuestSetting): Record<string, Record<string, unknown>> {
  return {
    "glovebox:plugin/notify": {
      listChanged: (listing: string): void => setting.note("notify", [listing, null]),
      resourceUpdated(uri: string): void {
        if (uri.length <= URI_CHARS_MAX && uri.isWellFormed())
          setting.note("notify", ["updated", uri]);
      },
    },
  };
}
