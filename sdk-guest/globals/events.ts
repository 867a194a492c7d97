export interface EventInit {
  readonly cancelable?: boolean;
}

/** An event without a tree to travel through: that is all an `AbortSignal` needs. */
export class Event {
  readonly type: string;
  readonly cancelable: boolean;
  target: EventTarget | null = null;
  defaultPrevented = false;
  stopped = false;
  constructor(type: unknown, options: EventInit = {}) {
    this.type = String(type);
    this.cancelable = options.cancelable === true;
  }
  get currentTarget(): EventTarget | null {
    return this.target;
  }
  preventDefault(): void {
    if (this.cancelable) this.defaultPrevented = true;
  }
  stopImmediatePropagation(): void {
    this.stopped = true;
  }
}

type Listener = ((event: Event) => void) | { handleEvent(event: Event): void };
interface Registration {
  readonly type: string;
  readonly listener: Listener;
  readonly once: boolean;
}
interface ListenerOptions {
  readonly once?: boolean;
  readonly signal?: EventTarget & { readonly aborted: boolean };
}

export class EventTarget {
  #registrations: readonly Registration[] = [];

  addEventListener(
    type: string,
    listener: Listener | null,
    options: ListenerOptions | boolean = {},
  ): void {
    const { once = false, signal } =
      typeof options === "boolean" ? ({} as ListenerOptions) : options;
    if (
      !listener ||
      signal?.aborted ||
      this.#registrations.some((one) => one.type === type && one.listener === listener)
    ) {
      return;
    }
    this.#registrations = [...this.#registrations, { type, listener, once }];
    signal?.addEventListener("abort", () => this.removeEventListener(type, listener), {
      once: true,
    });
  }

  removeEventListener(type: string, listener: Listener | null): void {
    this.#registrations = this.#registrations.filter(
      (one) => one.type !== type || one.listener !== listener,
    );
  }

  /** A listener that throws ends the dispatch: there is no window to report it to. */
  dispatchEvent(event: Event): boolean {
    event.target = this;
    for (const { type, listener, once } of this.#registrations) {
      if (type !== event.type || event.stopped) continue;
      if (once) this.removeEventListener(type, listener);
      if (typeof listener === "function") listener.call(this, event);
      else listener.handleEvent(event);
    }
    return !event.defaultPrevented;
  }
}
