import { GuestRefusal } from "../guest.ts";
import type { GuestChannel } from "../guest.ts";
import type { JsonValue } from "../json.ts";
import { isObject } from "./keys.ts";
import type { Header } from "./headers.ts";

/** An answer as the guest side hands it on. */
export interface HttpAnswer {
  readonly status: number;
  /** The address after redirects. */
  readonly url: string;
  readonly headers: readonly Header[];
  readonly body: Uint8Array;
}

/** One request over the channel. Whether `headers` are headers is the broker's to judge. Throws `GuestRefusal`. */
export function sendOverChannel(
  channel: GuestChannel,
  method: string,
  url: string,
  headers: JsonValue,
  body: Uint8Array | undefined,
): HttpAnswer {
  const answer = channel.call("http.send", [method, url, headers], body);
  if (!isHead(answer.value)) throw new GuestRefusal("internal");
  return { ...answer.value, body: answer.body };
}

type Head = {
  readonly status: number;
  readonly url: string;
  readonly headers: readonly Header[];
};

function isHead(value: JsonValue): value is Head {
  return (
    isObject(value) &&
    typeof value["status"] === "number" &&
    typeof value["url"] === "string" &&
    isHeaders(value["headers"])
  );
}

function isHeaders(value: unknown): value is readonly Header[] {
  return Array.isArray(value) && value.every((entry) => Array.isArray(entry) && entry.length === 2);
}
