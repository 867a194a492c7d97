import type { Channel } from "./channel.ts";
import { SandboxError } from "./errors.ts";

interface IdleRunner {
  readonly channel: Channel;
  readonly sinceMs: number;
}

/** Loaded runners that nobody uses now. Whoever may not share a runner with another has a shelf of their own. */
export class IdleRunners {
  readonly #prepareMs: number;
  #idle: readonly IdleRunner[] = [];

  /** After an answer a runner prepares its next instance for about `prepareMs`: one that has rested so long answers sooner. */
  constructor(prepareMs: number) {
    this.#prepareMs = prepareMs;
  }

  /**
   * The last one that has rested, whose processor has it in its caches; so runners which nobody needs are idle long enough
   * to be ended, too.
   */
  take(): Channel | undefined {
    const idle = this.#idle.filter(({ channel }) => channel.state === "idle");
    const rested = performance.now() - this.#prepareMs;
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
