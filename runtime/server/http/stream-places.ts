/** How many streams each principal has open, so that no one takes all the connections there are. */
export class StreamPlaces {
  readonly #placesMax: number;
  readonly #taken = new Map<string, number>();

  constructor(placesMax: number) {
    this.#placesMax = placesMax;
  }

  /** A function that gives the place back, to be called once or more; undefined when there is none left. */
  take(principalId: string): (() => void) | undefined {
    const count = this.#taken.get(principalId) ?? 0;
    if (count >= this.#placesMax) return undefined;
    this.#taken.set(principalId, count + 1);
    let isTaken = true;
    return () => {
      if (!isTaken) return;
      isTaken = false;
      const left = (this.#taken.get(principalId) ?? 1) - 1;
      if (left > 0) this.#taken.set(principalId, left);
      else this.#taken.delete(principalId);
    };
  }
}
