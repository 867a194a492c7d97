import { HostError } from "../errors.ts";
import type { Exchange } from "./exchange.ts";

/** Answers that one call may leave unread. Those that still hold a connection are counted apart. */
export const EXCHANGES_PER_CALL_MAX = 64;

/** Requests that calls have under way. A handle is looked up only among those of the call it came from. */
export class Exchanges {
  readonly #calls = new Map<string, Map<number, Exchange>>();
  #next = 1;

  assertRoom(callId: string): void {
    if ((this.#calls.get(callId)?.size ?? 0) >= EXCHANGES_PER_CALL_MAX)
      throw new HostError("limit-exceeded", "a call holds too many answers");
  }

  add(callId: string, exchange: Exchange): number {
    const handle = this.#next++;
    const handles = this.#calls.get(callId) ?? new Map<number, Exchange>();
    this.#calls.set(callId, handles.set(handle, exchange));
    return handle;
  }

  get(callId: string, handle: number): Exchange {
    const exchange = this.#calls.get(callId)?.get(handle);
    if (exchange === undefined)
      throw new HostError("invalid-argument", "the call holds no such handle");
    return exchange;
  }

  close(callId: string, handle: number): void {
    this.get(callId, handle).close();
    this.#calls.get(callId)?.delete(handle);
  }

  endCall(callId: string): void {
    for (const exchange of this.#calls.get(callId)?.values() ?? []) exchange.close();
    this.#calls.delete(callId);
  }

  closeAll(): void {
    for (const callId of this.#calls.keys()) this.endCall(callId);
  }
}
