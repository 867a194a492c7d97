import type { CallRequest } from "../../call.ts";

const INTERVAL_MS_MIN = 50;

export interface ProgressParams {
  readonly progressToken: string | number;
  readonly progress: number;
  readonly total?: number;
  readonly message?: string;
}

/**
 * Passes a call's progress on when the client asked for it: finite, strictly increasing, at most every 50 ms,
 * and nothing once the call was cancelled. A report right before the result may come too late for some clients.
 */
export function makeProgress(
  token: string | number | undefined,
  signal: AbortSignal,
  notify: (params: ProgressParams) => Promise<void>,
): CallRequest["onProgress"] {
  if (token === undefined) return undefined;
  let last = -Infinity;
  let lastSentMs = -Infinity;
  return (progress, total, message) => {
    const nowMs = performance.now();
    if (
      signal.aborted ||
      !Number.isFinite(progress) ||
      progress <= last ||
      nowMs - lastSentMs < INTERVAL_MS_MIN
    )
      return;
    last = progress;
    lastSentMs = nowMs;
    // A client that has gone away ends the call by its own signal; a lost notification is not an error of the call.
    notify({
      progressToken: token,
      progress,
      ...(total === undefined || !Number.isFinite(total) ? {} : { total }),
      ...(message === undefined ? {} : { message: message.toWellFormed() }),
    }).catch(() => undefined);
  };
}
