import { AWAKE_MS } from "./protocol.ts";

/** How often in a row something must have come too late before nobody stays awake for it. */
const WORTH_MAX = 8;

/** One kind of thing that is waited for, and how often of late it came within a moment. */
class Expectation {
  readonly #now: () => number;
  #sinceMs = Number.NEGATIVE_INFINITY;
  #worth = WORTH_MAX;

  constructor(now: () => number) {
    this.#now = now;
  }

  get isLikely(): boolean {
    return this.#worth > 0;
  }

  /** Whether the moment in which it may come is not over. */
  get isDue(): boolean {
    return this.#now() - this.#sinceMs < AWAKE_MS;
  }

  begin(): void {
    this.#sinceMs = this.#now();
  }

  /** It has come. */
  end(): void {
    if (this.#sinceMs === Number.NEGATIVE_INFINITY) return;
    this.#worth = Math.max(0, Math.min(WORTH_MAX, this.#worth + (this.isDue ? 1 : -1)));
    this.#sinceMs = Number.NEGATIVE_INFINITY;
  }
}

/**
 * Keeps this thread awake for a moment while its one call is under way, and has runners wait awake for the next: the answer,
 * or the call, is mostly there before a process has fallen asleep and been woken, and what is awake has its caches filled.
 * The event loop turns meanwhile, and whoever waits for the processor gets it at each turn. Nobody stays awake with a
 * second call under way, since there is work for every processor then; nor with one processor, which the runner needs;
 * nor for what came too late of late, as when tools take long or a client thinks between its calls.
 */
export class Vigil {
  readonly #isUseful: boolean;
  readonly #letOthers: () => void;
  readonly #message: Expectation;
  readonly #nextCall: Expectation;
  #running = 0;
  #isTurning = false;

  /** `letOthers` gives the processor to whoever waits for it; `now` is in milliseconds. */
  constructor(processors: number, letOthers: () => void, now = () => performance.now()) {
    this.#isUseful = processors > 1;
    this.#letOthers = letOthers;
    this.#message = new Expectation(now);
    this.#nextCall = new Expectation(now);
  }

  /** Whether the runner of a call that is about to begin should wait awake for what comes after. */
  get holdsForRunners(): boolean {
    return this.#isUseful && this.#running === 0 && this.#nextCall.isLikely;
  }

  callBegins(): void {
    this.#running += 1;
    this.#nextCall.end();
  }

  callEnds(): void {
    this.#running -= 1;
    this.#nextCall.begin();
  }

  /** A runner was sent something, and will say something. */
  runnerActs(): void {
    this.#message.begin();
    if (this.#isTurning || !this.#isWorthIt()) return;
    this.#isTurning = true;
    setImmediate(this.#turn);
  }

  runnerSpoke(): void {
    this.#message.end();
  }

  #isWorthIt(): boolean {
    return this.#isUseful && this.#running === 1 && this.#message.isLikely;
  }

  readonly #turn = (): void => {
    this.#isTurning = this.#isWorthIt() && this.#message.isDue;
    if (!this.#isTurning) return;
    this.#letOthers();
    setImmediate(this.#turn);
  };
}
