import { answerWithError, type ToolAnswer } from "../../answer.ts";
import type { CallRequest, CallTool } from "../../call.ts";

/** The calls that run, so that a server that stops can wait for them, and then tell their clients. */
export class RunningCalls {
  readonly #callTool: CallTool;
  readonly #running = new Set<(answer: ToolAnswer) => void>();
  #onIdle: (() => void) | undefined;
  #isOver = false;

  constructor(callTool: CallTool) {
    this.#callTool = callTool;
  }

  get size(): number {
    return this.#running.size;
  }

  readonly callTool: CallTool = (request: CallRequest) => {
    if (this.#isOver) return Promise.resolve(STOPPED);
    return new Promise((resolve, reject) => {
      this.#running.add(resolve);
      const end = (): void => {
        this.#running.delete(resolve);
        if (this.#running.size === 0) this.#onIdle?.();
      };
      this.#callTool(request).finally(end).then(resolve, reject);
    });
  };

  /** Waits until none runs, at most so long, and then answers those that still do. None begins any more. */
  async drain(waitMsMax: number): Promise<void> {
    if (this.#running.size > 0) {
      const { promise, resolve } = Promise.withResolvers<void>();
      this.#onIdle = resolve;
      const timer = setTimeout(resolve, waitMsMax);
      await promise;
      clearTimeout(timer);
    }
    this.#isOver = true;
    for (const resolve of this.#running) resolve(STOPPED);
    this.#running.clear();
  }
}

// debt("GB-048"): it may have been done.
const STOPPED = answerWithError({
  error_code: "SERVER_STOPPING",
  message: "The server stopped before this call had ended. What it was to do may have been done.",
  suggestion: "Look whether it was done, and call again.",
});
