/** One message of a stream, and the name under which a client asks for what came after it. */
export interface LoggedEvent {
  readonly id: string;
  readonly text: string;
}

const EVENTS_MAX = 512;
const CHARS_MAX = 4 * 1024 * 1024;
/** Of all sessions of a server together: more than one principal's sessions can fill. */
const CHARS_OF_ALL_MAX = 256 * 1024 * 1024;
const ID = /^([a-z0-9]{1,16})-([0-9]{1,15})$/;

/** How much all the logs of one server may keep. */
export class EventBudget {
  readonly charsMax: number;
  chars = 0;

  constructor(charsMax = CHARS_OF_ALL_MAX) {
    this.charsMax = charsMax;
  }
}

/**
 * What the streams of one session sent lately, so that a client whose connection broke can have it again. The oldest is
 * forgotten first. Ids are `STREAM-NUMBER`; numbers go up by one within a session.
 */
export class EventLog {
  readonly #eventsMax: number;
  readonly #charsMax: number;
  readonly #budget: EventBudget;
  readonly #events: { readonly stream: string; readonly number: number; readonly text: string }[] =
    [];
  #chars = 0;
  /** Of the newest event there was, and of the newest that is forgotten. */
  #newest = 0;
  #forgotten = 0;

  constructor({
    eventsMax = EVENTS_MAX,
    charsMax = CHARS_MAX,
    budget = new EventBudget(),
  }: {
    readonly eventsMax?: number;
    readonly charsMax?: number;
    readonly budget?: EventBudget;
  } = {}) {
    this.#eventsMax = eventsMax;
    this.#charsMax = charsMax;
    this.#budget = budget;
  }

  /** Keeps a message and answers its id. */
  add(stream: string, text: string): string {
    this.#newest += 1;
    this.#events.push({ stream, number: this.#newest, text });
    this.#count(text.length);
    while (this.#events.length > 0 && this.#isFull()) this.#forget();
    return idOf(stream, this.#newest);
  }

  /** The stream of `lastId` and everything that it sent after it. Undefined where some of that may be forgotten. */
  after(lastId: string): { stream: string; missed: readonly LoggedEvent[] } | undefined {
    const match = ID.exec(lastId);
    if (match === null) return undefined;
    const [, stream = ""] = match;
    const last = Number(match[2]);
    if (last < 1 || last > this.#newest || last < this.#forgotten) return undefined;
    const missed = this.#events.filter((event) => event.stream === stream && event.number > last);
    return {
      stream,
      missed: missed.map(({ number, text }) => ({ id: idOf(stream, number), text })),
    };
  }

  /** Nobody can ask for any of it again. */
  clear(): void {
    while (this.#events.length > 0) this.#forget();
  }

  /** Where all together keep too much, whoever adds forgets its own: nobody makes others forget. */
  #isFull(): boolean {
    const { chars, charsMax } = this.#budget;
    return (
      this.#events.length > this.#eventsMax || this.#chars > this.#charsMax || chars > charsMax
    );
  }

  #count(chars: number): void {
    this.#chars += chars;
    this.#budget.chars += chars;
  }

  #forget(): void {
    const oldest = this.#events.shift();
    if (!oldest) return;
    this.#count(-oldest.text.length);
    this.#forgotten = oldest.number;
  }
}

function idOf(stream: string, number: number): string {
  return `${stream}-${number}`;
}
