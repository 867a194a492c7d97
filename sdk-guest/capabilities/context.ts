import { currentHost } from "../host/host.ts";

/** Facts of the running call. */
export interface CallContext {
  readonly call_id: string;
  readonly tool: string;
  readonly plugin: { readonly name: string; readonly version: string };
  /** The call ends after this many milliseconds, whatever it is doing. */
  readonly deadline_ms: number;
  /** What the client of this call can be asked; there only with a grant of `ask`. */
  readonly can_ask?: readonly ("form" | "url" | "sampling" | "roots")[];
  /** For whom it runs. Folders and stores are the tenant's already: this is for words, and never for deciding who may what. */
  readonly principal: { readonly tenant: string; readonly subject?: string };
}

export function callContext(): CallContext {
  return JSON.parse(currentHost().getContext()) as CallContext;
}
