import { MESSAGE_CHARS_MAX } from "@glovebox/host-api/log/lines";
import type { CallRequest } from "./call.ts";
import { makeVisible } from "./firewall/visible.ts";

type Listeners = Pick<CallRequest, "onLog" | "onProgress">;

/** Characters of a line of the log, and of a report of progress, before what cannot be shown is made visible. */
export const HEARD_CHARS_MAX = { log: 2000, progress: 1024 } as const;

/**
 * What a client hears while a call runs, through the filter of it that `makeWords` makes, where anybody listens. It is cut
 * after the filter has read it: half of a secret has no form that the filter knows.
 */
export function hearThrough(
  { onLog, onProgress }: Listeners,
  makeWords: () => ((text: string) => string) | undefined,
): Listeners {
  const words = ((onLog ?? onProgress) ? makeWords() : undefined) ?? unfiltered;
  const hear = (text: string, charsMax: number): string =>
    words(text.slice(0, MESSAGE_CHARS_MAX)).slice(0, charsMax);
  return {
    ...(onLog && {
      onLog: (level: string, line: string) =>
        onLog(level, makeVisible(hear(line, HEARD_CHARS_MAX.log))),
    }),
    ...(onProgress && {
      onProgress: (progress: number, total: number | undefined, message: string | undefined) =>
        onProgress(
          progress,
          total,
          message === undefined ? undefined : hear(message, HEARD_CHARS_MAX.progress),
        ),
    }),
  };
}

function unfiltered(text: string): string {
  return text;
}
