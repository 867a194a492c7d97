import type { JsonObject } from "@glovebox/host-api/json";

/** Something that only the client, or the human in front of it, can say. */
export type InputRequest =
  | { readonly kind: "form"; readonly message: string; readonly schema: JsonObject }
  | { readonly kind: "url"; readonly message: string; readonly url: string; readonly id: string }
  | { readonly kind: "sampling"; readonly params: JsonObject }
  | { readonly kind: "roots" };

/**
 * What has to be asked before a call can go on, by keys of the asker's own. The call has ended: it is run again from its
 * start with the answers, in the same way in both eras, so that nobody waits in a runner while a human thinks.
 * `state` comes back with them. The server signs it and binds it to principal, tool and arguments.
 */
export interface NeededInputs {
  readonly requests: Readonly<Record<string, InputRequest>>;
  readonly state: JsonObject;
}

/** The client's answers, and the state that was handed out with the questions, as the server has verified it. */
export interface GivenInputs {
  /** `{action: "accept" | "decline" | "cancel", content?}` for forms and URLs. Written by the client. */
  readonly responses: Readonly<Record<string, JsonObject>>;
  readonly state: JsonObject;
}

/** What the client said it can be asked. */
export interface AskableClient {
  readonly form: boolean;
  readonly url: boolean;
  readonly sampling: boolean;
  readonly roots: boolean;
}

export const ASKS_NOTHING: AskableClient = {
  form: false,
  url: false,
  sampling: false,
  roots: false,
};
