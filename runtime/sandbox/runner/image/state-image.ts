/** Something that nobody knows how to restore, so that no image can be taken. The message says what. */
export class NoImage extends Error {}

/** One kind of state of an instance, as it was. */
export interface StateImage {
  readonly part: "memories" | "globals" | "binding variables" | "binding objects" | "imports";
  /** Makes it what it was. False when it cannot be: then the instance serves no other call. */
  restore(): boolean;
}
