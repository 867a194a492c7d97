/** What a pollable waits for. */
export interface Readiness {
  /** As far as it is known inside the seal. */
  ready(): boolean;
  /** Returns when `ready` is true. Not asked of what has a `remote`. */
  block(): void;
  /** Milliseconds until it becomes ready by itself. Without it, `block` does the work that makes it ready. */
  leftMs?(): number;
  /** Ready only when nothing else can become so: the end of a wait on a clock that stands still. */
  readonly yields?: boolean;
  /** For what only the host knows. */
  readonly remote?: Remote;
}

/** Something that the host can be asked about. */
export interface Remote {
  /** One for all that a guest can wait for: they are asked about together. */
  readonly waiter: Waiter;
  readonly item: readonly [handle: number, event: string];
  /** Said when the host has found it ready: from then on `ready` is true. */
  settle(): void;
}

export interface Waiter {
  /** Asks which are ready, waits until one is or the time is up, and tells those. `undefined`: as long as it takes, or less. */
  wait(remotes: readonly Remote[], timeoutMs: number | undefined): void;
}

const ALWAYS: Readiness = Object.freeze({ ready: () => true, block: () => {} });

/** `wasi:io/poll.pollable`. */
export class Pollable {
  readonly #readiness: Readiness;
  constructor(readiness: Readiness = ALWAYS) {
    this.#readiness = readiness;
  }

  ready(): boolean {
    const { remote } = this.#readiness;
    if (remote !== undefined && !this.#readiness.ready()) remote.waiter.wait([remote], 0);
    return this.#readiness.ready();
  }

  block(): void {
    const { remote } = this.#readiness;
    if (remote === undefined) this.#readiness.block();
    else while (!this.#readiness.ready()) remote.waiter.wait([remote], undefined);
  }

  /** Not of WASI: what `poll` needs to wait for several at once. */
  static readinessOf(pollable: Pollable): Readiness {
    return pollable.#readiness;
  }
}

/**
 * `wasi:io/poll.poll`: the indexes of all that are ready. When none is, it waits for the first that becomes so.
 * Traps on an empty list, as WASI says, and on a pollable that is not ready after it blocked.
 */
export function poll(pollables: readonly Pollable[]): Uint32Array {
  if (pollables.length === 0) throw new Error("poll of an empty list");
  const all = pollables.map((pollable) => Pollable.readinessOf(pollable));
  for (;;) {
    const isAnyReady = all.some((one) => one.ready() && one.yields !== true);
    const remotes = all.flatMap((one) =>
      one.remote === undefined || one.ready() ? [] : [one.remote],
    );
    if (remotes.length > 0) remotes[0]?.waiter.wait(remotes, isAnyReady ? 0 : shortestMs(all));
    else if (!all.some((one) => one.ready())) blockOnFirst(all);
    const ready = all.flatMap((one, index) => (one.ready() ? [index] : []));
    const firm = ready.filter((index) => all[index]?.yields !== true);
    if (firm.length > 0) return Uint32Array.from(firm);
    if (remotes.length > 0) continue;
    if (ready.length > 0) return Uint32Array.from(ready);
    throw new Error("a pollable blocked and is not ready");
  }
}

/** How long until a timer among them ends; `undefined` when there is none. */
function shortestMs(all: readonly Readiness[]): number | undefined {
  const lefts = all.flatMap((one) =>
    one.remote === undefined && one.yields !== true ? [one.leftMs?.() ?? 0] : [],
  );
  return lefts.length === 0 ? undefined : Math.min(...lefts);
}

/** Work that must be done comes before timers, because nothing else would do it while a timer runs. */
function blockOnFirst(all: readonly Readiness[]): void {
  const [first] = all
    .map((one) => ({ one, leftMs: one.leftMs?.() ?? 0 }))
    .toSorted((left, right) => left.leftMs - right.leftMs);
  first?.one.block();
}
