import type { Channel } from "./channel.ts";
import { SandboxError } from "./errors.ts";

/** A refill waits this long, so that it does not compete with the load that emptied the shelf. */
const REFILL_DELAY_MS = 100;

interface Spare {
  readonly residentBytesMax: number;
  readonly channel: Channel;
}

/**
 * Empty sealed runners, started ahead and shared by all plugins: nothing of any plugin has been in them.
 * A spare is replaced when it was taken, never because it died: a machine that cannot start runners is left in peace.
 */
export class SpareRunners {
  readonly #start: (residentBytesMax: number) => Channel;
  readonly #countMax: number;
  #spares: readonly Spare[] = [];
  #refill: NodeJS.Timeout | undefined;
  #closed = false;

  constructor(start: (residentBytesMax: number) => Channel, countMax: number) {
    this.#start = start;
    this.#countMax = countMax;
  }

  /** A runner of its own for the taker: a spare where one stands ready, else one that is starting. */
  take(residentBytesMax: number): Channel {
    const fitting = this.#alive().find((spare) => spare.residentBytesMax === residentBytesMax);
    this.#spares = this.#alive().filter((spare) => spare !== fitting);
    this.fillSoon(residentBytesMax);
    return fitting?.channel ?? this.#start(residentBytesMax);
  }

  /** Fills in a moment. Not put off by those who take meanwhile: under steady demand there would never be a spare. */
  fillSoon(residentBytesMax: number): void {
    this.#refill ??= setTimeout(() => {
      this.#refill = undefined;
      this.fill(residentBytesMax);
    }, REFILL_DELAY_MS).unref();
  }

  /** Starts what is missing, for plugins of this limit; spares for other limits give way. */
  fill(residentBytesMax: number): void {
    if (this.#closed) return;
    const fitting = this.#alive().filter((spare) => spare.residentBytesMax === residentBytesMax);
    for (const spare of this.#alive()) if (!fitting.includes(spare)) spare.channel.end(notNeeded());
    while (fitting.length < this.#countMax) {
      try {
        fitting.push({ residentBytesMax, channel: this.#start(residentBytesMax) });
      } catch {
        // Nobody waits for a spare. Whoever needs a runner starts one, and is told what is wrong.
        break;
      }
    }
    this.#spares = fitting;
  }

  async close(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#refill);
    const spares = this.#spares;
    for (const { channel } of spares) channel.end(notNeeded());
    await Promise.all(spares.map(({ channel }) => channel.exited));
  }

  #alive(): readonly Spare[] {
    return this.#spares.filter(({ channel }) => channel.state !== "ended");
  }
}

function notNeeded(): SandboxError {
  return new SandboxError("ERR_CALL_CANCELLED", "the spare runner is not needed");
}
