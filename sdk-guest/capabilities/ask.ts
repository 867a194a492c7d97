import type { JsonObject, JsonValue } from "@glovebox/host-api/json";
import { currentHost } from "../host/host.ts";

/** What can be asked, as `ask.all` takes it. */
export type AskRequest =
  | { readonly kind: "form"; readonly message: string; readonly schema: JsonObject }
  | { readonly kind: "url"; readonly message: string; readonly url: string }
  | { readonly kind: "sampling"; readonly params: JsonObject }
  | { readonly kind: "roots" };

/** `content` is there when it was accepted, and matches the schema. */
export interface FormAnswer {
  readonly action: "accept" | "decline" | "cancel";
  readonly content?: Readonly<Record<string, string | number | boolean | readonly string[]>>;
}

/** `accept` says that the person has gone there, and not what they did. */
export interface UrlAnswer {
  readonly action: "accept" | "decline" | "cancel";
}

export interface SamplingAnswer {
  readonly role: "user" | "assistant";
  readonly content: JsonValue;
  readonly model: string;
  readonly stopReason?: string;
}

export interface RootsAnswer {
  readonly roots: readonly { readonly uri: string; readonly name?: string }[];
}

interface AnswerOf {
  form: FormAnswer;
  url: UrlAnswer;
  sampling: SamplingAnswer;
  roots: RootsAnswer;
}

/** The answers to `Requests`, by the same keys. */
export type AskAnswers<Requests extends Readonly<Record<string, AskRequest>>> = {
  readonly [Key in keyof Requests]: AnswerOf[Requests[Key]["kind"]];
};

function all<Requests extends Readonly<Record<string, AskRequest>>>(
  requests: Requests,
): AskAnswers<Requests> {
  return JSON.parse(currentHost().ask.request(JSON.stringify(requests))) as AskAnswers<Requests>;
}

/**
 * Asks the person in front of the client, or the client. Needs the `ask` capability.
 *
 * Nobody waits while a person thinks: where an answer is missing, the call ENDS here, and the handler is run again from
 * its start when the client has answered. So what stands before runs more than once: ask first, act afterwards, and come
 * to the same questions each time. `key` says which answer belongs to which question; a question with other words is
 * another question. Several at once go through `all`, so that the person is asked once.
 */
export const ask = {
  all,
  /** `schema`: `{type: "object", properties, required}` of strings, numbers, booleans and choices. No secrets: they belong behind an address. */
  form: (key: string, message: string, schema: JsonObject): FormAnswer =>
    all({ [key]: { kind: "form", message, schema } })[key] as FormAnswer,
  url: (key: string, message: string, url: string): UrlAnswer =>
    all({ [key]: { kind: "url", message, url } })[key] as UrlAnswer,
  /** `params`: MCP's `sampling/createMessage` with `messages` and `maxTokens`. */
  sampling: (key: string, params: JsonObject): SamplingAnswer =>
    all({ [key]: { kind: "sampling", params } })[key] as SamplingAnswer,
  roots: (key: string): RootsAnswer => all({ [key]: { kind: "roots" } })[key] as RootsAnswer,
} as const;
