import type { BeneathFolder } from "@glovebox/host-api/powers";

/** `O_PATH`: a descriptor that names an object without opening it. Linux, the same number on every architecture. */
export const O_PATH = 0o10000000;
export const O_CLOEXEC = 0o2000000;

/**
 * How a path is resolved without leaving a folder. Everything else is built on these two.
 * Names are plain (`assertPlainName`) and `names` is never empty.
 */
export interface Mechanism {
  readonly name: BeneathFolder["mechanism"];
  /** Flags for every later open through `place`. */
  readonly openFlags: number;
  /** Opens the folder itself, which the operator chose: its own last name may not be a link. */
  pinRoot(folder: string): number;
  /**
   * A descriptor of what stands at `names` below the directory `from`, by no link and in the same mount.
   * It has no effect on what it finds. A link in the last place may be pinned itself: the caller looks at the kind.
   * Throws system errors; the caller closes the descriptor.
   */
  pin(from: number, names: readonly string[]): number;
  /** A path that the kernel resolves to exactly the object behind `descriptor`, whatever happened to its name. */
  place(descriptor: number): string;
}
