import { GuestRefusal } from "../guest.ts";
import type { GuestChannel, MakeGuestImports } from "../guest.ts";
import type { JsonValue } from "../json.ts";
import type { Waiter } from "../io/poll.ts";
import { sendOverChannel } from "./channel.ts";
import { errorCodeOf, httpErrorCode } from "./wasi/error-code.ts";
import type { ErrorCode } from "./wasi/error-code.ts";
import { Exchange, makeWaiter, type Opened } from "./wasi/exchange.ts";
import { Fields } from "./wasi/fields.ts";
import {
  FutureIncomingResponse,
  FutureTrailers,
  IncomingBody,
  IncomingRequest,
  IncomingResponse,
  ResponseOutparam,
} from "./wasi/incoming.ts";
import {
  OutgoingBody,
  OutgoingRequest,
  OutgoingResponse,
  RequestOptions,
} from "./wasi/outgoing.ts";
import type { OutgoingBeginning } from "./wasi/outgoing.ts";

/** `response` of `glovebox:plugin/http`. */
export interface PluginResponse {
  readonly status: number;
  readonly url: string;
  /** A JSON array of `[name, value]`. */
  readonly headers: string;
  readonly body: Uint8Array;
}

/** The guest's objects for `glovebox:plugin/http` and `wasi:http`. All authority is the broker's: see `broker.ts`. */
export const makeHttpImports: MakeGuestImports = ({ channel, hold }) => {
  const waiter = makeWaiter(channel);
  return {
    "glovebox:plugin/http": {
      send: (method: string, url: string, headers: string, body: Uint8Array | undefined) =>
        send(channel, method, url, headers, body),
    },
    "wasi:http/types": {
      ...changeable(hold),
      FutureIncomingResponse,
      FutureTrailers,
      IncomingBody,
      IncomingRequest,
      IncomingResponse,
      OutgoingBody,
      ResponseOutparam,
      httpErrorCode,
    },
    "wasi:http/outgoing-handler": {
      handle: (request: OutgoingRequest, options: RequestOptions | undefined) =>
        handle(channel, waiter, request, options),
    },
  };
};

/** The classes that a guest makes objects of without asking anybody, also before any call. */
function changeable(hold: () => void) {
  return {
    Fields: class extends Fields {
      constructor() {
        super();
        hold();
      }
      static override fromList(entries: readonly (readonly [string, Uint8Array])[]): Fields {
        hold();
        return Fields.fromList(entries);
      }
      /** Headers that the host hands out are fields too. */
      static override [Symbol.hasInstance](value: unknown): boolean {
        return value instanceof Fields;
      }
    },
    OutgoingRequest: class extends OutgoingRequest {
      constructor(headers: Fields) {
        super(headers);
        hold();
      }
    },
    OutgoingResponse: class extends OutgoingResponse {
      constructor(headers: Fields) {
        super(headers);
        hold();
      }
    },
    RequestOptions: class extends RequestOptions {
      constructor() {
        super();
        hold();
      }
    },
  };
}

function send(
  channel: GuestChannel,
  method: string,
  url: string,
  headersText: string,
  body: Uint8Array | undefined,
): PluginResponse {
  try {
    const answer = sendOverChannel(channel, method, url, parseJson(headersText), body);
    return {
      status: answer.status,
      url: answer.url,
      headers: JSON.stringify(answer.headers),
      body: answer.body,
    };
  } catch (error) {
    // A WIT `err` is thrown as its bare payload.
    if (error instanceof GuestRefusal) throw error.tag;
    throw error;
  }
}

function parseJson(text: string): JsonValue {
  try {
    const value: JsonValue = JSON.parse(text);
    return value;
  } catch {
    throw new GuestRefusal("invalid-argument");
  }
}

/**
 * Sends the request at once, with what is there of its body; the rest follows as the guest writes it.
 * A refusal is the answer's, not the handler's: guests look for it there.
 */
function handle(
  channel: GuestChannel,
  waiter: Waiter,
  request: OutgoingRequest,
  options: RequestOptions | undefined,
): FutureIncomingResponse {
  const parts = OutgoingRequest.partsOf(request);
  if (parts === undefined) throw { tag: "HTTP-request-URI-invalid" } satisfies ErrorCode;
  const { method, url, headers, body } = parts;
  const { bytes, isWhole, lengthBytes } =
    body === undefined ? NO_BODY : OutgoingBody.beginningOf(body);
  const isStreamed = !isWhole && method !== "GET" && method !== "HEAD";
  const opened = open(channel, bytes, [
    method,
    url,
    headers.map(([name, value]) => [name, value]),
    isStreamed ? "stream" : "whole",
    isStreamed ? (lengthBytes ?? null) : null,
    options === undefined ? [null, null, null] : [...RequestOptions.timesOf(options)],
  ]);
  const exchange = new Exchange(channel, waiter, opened);
  if (isStreamed && body !== undefined) OutgoingBody.attach(body, exchange);
  return new FutureIncomingResponse(exchange);
}

function open(channel: GuestChannel, bytes: Uint8Array, args: readonly JsonValue[]): Opened {
  try {
    const { value } = channel.call("http.open", args, bytes);
    if (typeof value !== "number") throw new GuestRefusal("internal");
    return { handle: value };
  } catch (error) {
    return { refused: errorCodeOf(error) };
  }
}

const NO_BODY: OutgoingBeginning = {
  bytes: new Uint8Array(0),
  isWhole: true,
  lengthBytes: undefined,
};
