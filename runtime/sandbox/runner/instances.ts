import type { GuestExports } from "./component.ts";

/**
 * Where a call gets its instance from. Every implementation keeps one promise: no call sees what another left.
 * `take` is for one call; `done` says that the call is over, and is the place to prepare the next.
 */
export interface Instances {
  take(): GuestExports;
  done(): void;
}

/** A new instance for every call. One is made ahead, after the answer has left, so that the next call need not wait. */
export function makeFreshInstances(instantiate: () => GuestExports): Instances {
  let ahead: GuestExports | undefined = instantiate();
  return {
    take() {
      const instance = ahead ?? instantiate();
      ahead = undefined;
      return instance;
    },
    done() {
      try {
        ahead = instantiate();
      } catch {
        // Instantiation may depend on what it reads from the host. The next call tries again and reports it.
        ahead = undefined;
      }
    },
  };
}
