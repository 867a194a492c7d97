import { GuestRefusal } from "../guest.ts";
import type { GuestChannel, MakeGuestImports } from "../guest.ts";
import type { JsonValue } from "../json.ts";
import { sendOverChannel } from "./channel.ts";
import { errorCodeOf } from "./wasi/error-code.ts";
import type { ErrorCode } from "./wasi/error-code.ts";
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

/** `response` of `glovebox:plugin/http`. */
export interface PluginResponse {
  readonly status: number;
  readonly url: string;
  /** A JSON array of `[name, value]`. */
  readonly headers: string;
  readonly body: Uint8Array;
}

/** The guest's objects for `glovebox:plugin/http` and `wasi:http`. All authority is the broker's: see `broker.ts`. */
export const makeHttpImports: MakeGuestImports = ({ channel, hold }) => ({
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
    httpErrorCode: () => undefined,
  },
  "wasi:http/outgoing-handler": {
    handle: (request: OutgoingRequest) => handle(channel, request),
  },
});

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

/** The options are empty: `RequestOptions` refuses what the host could not keep. */
function handle(channel: GuestChannel, request: OutgoingRequest): FutureIncomingResponse {
  const parts = OutgoingRequest.partsOf(request);
  if (parts === undefined) throw { tag: "HTTP-request-URI-invalid" } satisfies ErrorCode;
  const { method, url, headers, body } = parts;
  return new FutureIncomingResponse(
    () => body === undefined || OutgoingBody.isFinished(body),
    () => {
      try {
        const bytes = body === undefined ? undefined : OutgoingBody.bytesOf(body);
        return {
          tag: "ok",
          val: new IncomingResponse(sendOverChannel(channel, method, url, headers, bytes)),
        };
      } catch (error) {
        return { tag: "err", val: errorCodeOf(error) };
      }
    },
  );
}
