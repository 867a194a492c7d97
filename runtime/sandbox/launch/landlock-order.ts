import type { ReachableFiles } from "./landlock-rules.ts";

/** How the launcher says that it could not seal: the code, and on stderr the name of the step. */
export const LAUNCH_FAILED_EXIT = 97;

/** What the broker tells the launcher, as JSON in its only argument. Trusted. */
export interface LandlockOrder extends ReachableFiles {
  readonly parentPid: number;
  readonly node: string;
  readonly nodeArgs: readonly string[];
  readonly limits: {
    readonly coreBytes: number;
    readonly fileBytes: number;
    readonly dataBytes: number;
    readonly addressBytes: number;
    readonly openFiles: number;
  };
}
