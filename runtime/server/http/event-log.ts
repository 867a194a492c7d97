/** One message of a stream, and the name under which a client asks for what came after it. */
export interface LoggedEvent {
  readonly id: string;
  readonly text: string;
}

const EVENTS_MAX = 512;
const CHARS_MAX = 4 * 1024 * 1024;
const ID = /^([a-z0-9]{1,16})-([0-9]{1,15})$/;

/**
 * What the streams of one session sent lately, so that a client whose connection broke can have it again. The oldest is
 * forgotten first. Ids are `STREAM-NUMBER`; numbers go up by one within a session.
 */
export class EventLog {
  readonly #eventsMax: number;
  readonly #charsMax: number;
  readonly #events: { readonly stream: string; readonly number: number; readonly text: string }[] =
    [];
  #chars = 0;
  /** Of the newest event there was, and of the newest that is forgotten. */
  #newest = 0;
  #forgotten = 0;

  constructor(eventsMax = EVENTS_MAX, charsMax = CHARS_MAX) {
    this.#eventsMax = eventsMax;
    this.#charsMax = charsMax;
  }

  /** Keeps a message and answers its id. */
  add(stream: string, text: string): string {
    this.#newest += 1;
    this.#events.push({ stream, number: this.#newest, text });
    this.#chars += text.length;
    while (this.#events.length > this.#eventsMax || this.#chars > this.#charsMax) this.#forget();
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

  #forget(): void {
    const oldest = this.#events.shift();
    if (!oldest) return;
    this.#chars -= oldest.text.length;
    this.#forgotten = oldest.number;
  }
}

function idOf(stream: string, number: number): string {
  return `${stream}-${number}`;
}
