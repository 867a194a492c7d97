import type { CallStates } from "@glovebox/host-api/call-states";
import type { GuestExports, Made } from "./component.ts";
import type { StateImage } from "./image/state-image.ts";
import { takeImages } from "./image/take-images.ts";

/**
 * Where a call gets its instance from. Every implementation keeps one promise: no call sees what another left.
 * `take` is for one call, and comes before it begins: what an instance hears while it is made, it may keep. `done` says
 * that the call is over, in a later turn of the event loop, and is the place to prepare the next.
 */
export interface Instances {
  take(): GuestExports;
  done(call: { readonly trapped: boolean }): void;
}

/** One instance, with what is needed to restore it. */
export interface NewInstance extends Made {
  readonly states: CallStates;
}

/** A new instance for every call. One is made ahead, after the answer has left, so that the next call need not wait. */
export function makeFreshInstances(instantiate: () => NewInstance): Instances {
  let ahead: GuestExports | undefined = instantiate().exports;
  return {
    take() {
      const instance = ahead ?? instantiate().exports;
      ahead = undefined;
      return instance;
    },
    done() {
      try {
        ahead = instantiate().exports;
      } catch {
        // Instantiation may depend on the time. The next call tries again, before it begins, and reports it.
        ahead = undefined;
      }
    },
  };
}

/**
 * One instance, restored after every call from the images that were taken before the first. It is thrown away when a call
 * trapped, because a guest that stopped halfway is nothing to go on with, and when something cannot be restored, as a
 * memory that grew. Throws `NoImage` when the instance has a part that nobody knows how to restore.
 */
export function makeResetInstances(
  instantiate: () => NewInstance,
  take: (instance: NewInstance) => readonly StateImage[] = takeImages,
): Instances {
  const make = () => {
    const instance = instantiate();
    return { exports: instance.exports, images: take(instance) };
  };
  let held: ReturnType<typeof make> | undefined = make();
  return {
    take() {
      held ??= make();
      return held.exports;
    },
    done({ trapped }) {
      try {
        if (!trapped && held?.images.every((image) => image.restore()) === true) return;
        held = undefined;
        held = make();
      } catch {
        // As with instances made ahead: the next call tries again and reports it.
        held = undefined;
      }
    },
  };
}
