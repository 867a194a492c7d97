import { HostError } from "../errors.ts";
import type { MeteredFile } from "./metered-file.ts";

export const HANDLES_PER_CALL_MAX = 64;

export interface OpenFile {
  readonly file: MeteredFile;
  readonly read: boolean;
  readonly write: boolean;
}

/**
 * Files that calls hold open. A handle is looked up only among those of the call it came from, and that call is
 * known from the channel: the number of another call's handle means nothing.
 */
export class OpenFiles {
  readonly #calls = new Map<string, Map<number, OpenFile>>();
  #next = 1;

  assertRoom(callId: string): void {
    if ((this.#calls.get(callId)?.size ?? 0) >= HANDLES_PER_CALL_MAX)
      throw new HostError("limit-exceeded", "a call holds too many files open");
  }

  add(callId: string, open: OpenFile): number {
    const handle = this.#next++;
    const handles = this.#calls.get(callId) ?? new Map<number, OpenFile>();
    this.#calls.set(callId, handles.set(handle, open));
    return handle;
  }

  get(callId: string, handle: number): OpenFile {
    const open = this.#calls.get(callId)?.get(handle);
    if (open === undefined)
      throw new HostError("invalid-argument", "the call holds no such handle");
    return open;
  }

  close(callId: string, handle: number): void {
    this.get(callId, handle).file.close();
    this.#calls.get(callId)?.delete(handle);
  }

  endCall(callId: string): void {
    for (const { file } of this.#calls.get(callId)?.values() ?? []) file.close();
    this.#calls.delete(callId);
  }

  closeAll(): void {
    for (const callId of this.#calls.keys()) this.endCall(callId);
  }
}
