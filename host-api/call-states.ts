/**
 * What the guest-side objects of one instance remember during one call. An instance may be used again when its memory was
 * restored; then this must be as new too. Whatever an import keeps outside the objects that the guest holds handles of,
 * it keeps here.
 *
 * The instance itself is made before any call, and may run code then. `forget` is called when it has been made, and after
 * each call.
 */
export class CallStates {
  readonly #drops: (() => void)[] = [];
  readonly #atEnd: (act: () => void) => void;
  #isAhead = true;
  #isHeld = false;

  /** `atEnd` takes what is to be done when the running call has ended, and can still be heard. */
  constructor(atEnd: (act: () => void) => void = () => {}) {
    this.#atEnd = atEnd;
  }

  /**
   * The getter answers the running call's state, made when it is first asked for. `isAhead`: no call has run yet.
   * `end` hears of a state that was made during a call when that call has ended.
   */
  readonly perCall = <State>(
    make: (isAhead: boolean) => State,
    end?: (state: State) => void,
  ): (() => State) => {
    let made: { readonly state: State } | undefined;
    this.#drops.push(() => (made = undefined));
    return () => {
      if (made !== undefined) return made.state;
      const state = make(this.#isAhead);
      if (end !== undefined && !this.#isAhead) this.#atEnd(() => end(state));
      made = { state };
      return state;
    };
  };

  /**
   * Said by an import that makes an object which a call can change and the guest can keep. One that was made before any
   * call would carry one call's words into the next: no `forget` reaches it.
   */
  readonly hold = (): void => {
    this.#isHeld ||= this.#isAhead;
  };

  /** Drops all states. From then on the imports answer as those of an instance that was only just made. */
  forget(): void {
    this.#isAhead = false;
    for (const drop of this.#drops) drop();
  }

  /** False when the instance holds what `forget` cannot undo: it may serve one call, and no second. */
  get canForget(): boolean {
    return !this.#isHeld;
  }
}
