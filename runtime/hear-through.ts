import type { CallRequest } from "./call.ts";

type Listeners = Pick<CallRequest, "onLog" | "onProgress">;

/** What a client hears while a call runs, through the filter of it that `makeWords` makes, where anybody listens. */
export function hearThrough(
  { onLog, onProgress }: Listeners,
  makeWords: () => ((text: string) => string) | undefined,
): Listeners {
  const words = (onLog ?? onProgress) ? makeWords() : undefined;
  if (words === undefined)
    return { ...(onLog ? { onLog } : {}), ...(onProgress ? { onProgress } : {}) };
  return {
    ...(onLog ? { onLog: (level: string, message: string) => onLog(level, words(message)) } : {}),
    ...(onProgress
      ? {
          onProgress: (progress: number, total: number | undefined, message: string | undefined) =>
            onProgress(progress, total, message === undefined ? undefined : words(message)),
        }
      : {}),
  };
}
