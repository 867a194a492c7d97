import type { GuestChannel } from "../guest.ts";
import type { JsonObject } from "../json.ts";
import type { Header } from "./headers.ts";

/** An answer as the guest side hands it on. */
export interface HttpAnswer {
  readonly status: number;
  /** The address after redirects. */
  readonly url: string;
  readonly headers: readonly Header[];
  readonly body: Uint8Array;
}

/** One request over the channel. The runner trusts the broker's answer. Throws `GuestRefusal`. */
export function sendOverChannel(
  channel: GuestChannel,
  method: string,
  url: string,
  headers: readonly Header[],
  body: Uint8Array | undefined,
): HttpAnswer {
  const answer = channel.call("http.send", [method, url, headers], body);
  const head = answer.value as JsonObject as unknown as Omit<HttpAnswer, "body">;
  return { status: head.status, url: head.url, headers: head.headers, body: answer.body };
}
