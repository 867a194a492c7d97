import type { Powers, ResolvedAddress } from "../powers.ts";

export type Lookup = (host: string, signal: AbortSignal) => Promise<readonly ResolvedAddress[]>;

/**
 * Name lookups of one plugin, one after the other. The system's resolver cannot be stopped and does few at a time for the whole
 * broker: a name whose server never answers holds its place long after its request has ended. So a plugin has one place,
 * and only its own lookups wait behind a slow one.
 *
 * A lookup rejects with the reason of `signal` when that fires first.
 */
export function makeLookups(powers: Pick<Powers, "resolveHost">): Lookup {
  let last: Promise<unknown> = Promise.resolve();
  return (host, signal) => {
    const own = last.then(() => {
      signal.throwIfAborted();
      return powers.resolveHost(host);
    });
    last = own.catch(() => {});
    return orAborted(own, signal);
  };
}

async function orAborted<Result>(work: Promise<Result>, signal: AbortSignal): Promise<Result> {
  const aborted = Promise.withResolvers<never>();
  const abort = (): void => aborted.reject(signal.reason);
  if (signal.aborted) abort();
  signal.addEventListener("abort", abort, { once: true });
  try {
    return await Promise.race([work, aborted.promise]);
  } finally {
    signal.removeEventListener("abort", abort);
  }
}
