import type { GuestSetting } from "../guest.ts";
import { cutMessage } from "../log/lines.ts";

/** `glovebox:plugin/context` and `glovebox:plugin/progress`: the running call, which needs no grant. */
export function makeCallImports(setting: GuestSetting): Record<string, Record<string, unknown>> {
  return {
    "glovebox:plugin/context": {
      getContext: (): string => JSON.stringify(setting.call.context),
    },
    "glovebox:plugin/progress": {
      report(progress: number, total: number | undefined, message: string | undefined): void {
        // JSON has no NaN and no infinity, and neither says how far anything is.
        if (!Number.isFinite(progress)) return;
        setting.note("progress", [
          progress,
          total !== undefined && Number.isFinite(total) ? total : null,
          message === undefined ? null : cutMessage(message),
        ]);
      },
    },
    // Only types: components name it because others use its `error`.
    "glovebox:plugin/errors": {},
  };
}
