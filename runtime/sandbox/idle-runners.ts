import type { Channel } from "./channel.ts";
import { SandboxError } from "./errors.ts";

/** After an answer a runner makes its next instance: for about this long it is slower to answer than one that has rested. */
const PREPARE_MS = 3;

interface IdleRunner {
  readonly channel: Channel;
  readonly sinceMs: number;
}

/** Loaded runners that nobody uses now. Whoever may not share a runner with another has a shelf of their own. */
export class IdleRunners {
  #idle: readonly IdleRunner[] = [];

  /** The last one that has rested, so that runners which nobody needs are idle long enough to be ended. */
  take(): Channel | undefined {
    const idle = this.#idle.filter(({ channel }) => channel.state === "idle");
    const rested = performance.now() - PREPARE_MS;
    const taken = idle.findLast(({ sinceMs }) => sinceMs <= rested) ?? idle[0];
    this.#idle = idle.filter((runner) => runner !== taken);
    return taken?.channel;
  }

  put(channel: Channel): void {
    this.#idle = [...this.#idle, { channel, sinceMs: performance.now() }];
  }

  get isEmpty(): boolean {
    return !this.#idle.some(({ channel }) => channel.state === "idle");
  }

  endLongIdle(idleMsMax: number): void {
    for (const { channel, sinceMs } of this.#idle)
      if (performance.now() - sinceMs > idleMsMax)
        channel.end(new SandboxError("ERR_CALL_CANCELLED", "the runner was idle"));
    this.#idle = this.#idle.filter(({ channel }) => channel.state === "idle");
  }
}
