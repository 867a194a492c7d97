import { GuestRefusal } from "../guest.ts";
import type { GuestChannel } from "../guest.ts";
import type { JsonValue } from "../json.ts";
import { isObject } from "./keys.ts";
import type { Header } from "./headers.ts";

/** The head of an answer as the guest side hands it on. */
export interface HttpHead {
  readonly status: number;
  /** The address after redirects. */
  readonly url: string;
  readonly headers: readonly Header[];
}

/** One request over the channel. Whether `headers` are headers is the broker's to judge. Throws `GuestRefusal`. */
export function sendOverChannel(
  channel: GuestChannel,
  method: string,
  url: string,
  headers: JsonValue,
  body: Uint8Array | undefined,
): HttpHead & { readonly body: Uint8Array } {
  const answer = channel.call("http.send", [method, url, headers], body);
  return { ...headOf(answer.value), body: answer.body };
}

/** Refuses a strange answer as `internal`. */
export function headOf(value: JsonValue): HttpHead {
  if (
    isObject(value) &&
    typeof value["status"] === "number" &&
    typeof value["url"] === "string" &&
    isHeaders(value["headers"])
  ) {
    return { status: value["status"], url: value["url"], headers: value["headers"] };
  }
  throw new GuestRefusal("internal");
}

export function headersOf(value: JsonValue): readonly Header[] {
  if (isHeaders(value)) return value;
  throw new GuestRefusal("internal");
}

function isHeaders(value: unknown): value is readonly Header[] {
  return Array.isArray(value) && value.every((entry) => Array.isArray(entry) && entry.length === 2);
}
