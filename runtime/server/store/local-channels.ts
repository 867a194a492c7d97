/** Channels within one process. A listener that throws keeps no other from hearing. */
export class LocalChannels {
  readonly #listeners = new Map<string, Set<(message: string) => void>>();

  /** Like a message that came over a network: the sender goes on before anybody hears it. */
  publish(channel: string, message: string): void {
    for (const listener of this.#listeners.get(channel) ?? [])
      queueMicrotask(() => {
        if (this.#listeners.get(channel)?.has(listener)) listener(message);
      });
  }

  subscribe(channel: string, listener: (message: string) => void): () => void {
    const own = (message: string): void => listener(message);
    const listeners = this.#listeners.get(channel) ?? new Set();
    this.#listeners.set(channel, listeners.add(own));
    return () => {
      listeners.delete(own);
      if (listeners.size === 0 && this.#listeners.get(channel) === listeners)
        this.#listeners.delete(channel);
    };
  }

  clear(): void {
    this.#listeners.clear();
  }
}
