import type { ReachableFiles } from "./landlock-rules.ts";
import type { LimitName } from "./rlimits.ts";

type LimitSetAtStart = Extract<
  LimitName,
  "coreBytes" | "fileBytes" | "dataBytes" | "stackBytes" | "addressBytes" | "openFiles"
>;

/** How the launcher says that it could not seal: the code, and on stderr the name of the step. */
export const LAUNCH_FAILED_EXIT = 97;

/** What the broker tells the launcher, as JSON in its only argument. Trusted. */
export interface LandlockOrder extends ReachableFiles {
  readonly parentPid: number;
  /** The file by which the process joins its cgroup, where it has one. */
  readonly joinFile?: string;
  readonly node: string;
  readonly nodeArgs: readonly string[];
  readonly limits: Readonly<Record<LimitSetAtStart, number>>;
}
