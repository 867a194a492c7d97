import { callOrThrowTag, GuestExit, type GuestSetting } from "../guest.ts";
import { decodeUtf8, encodeUtf8 } from "../text.ts";
import { REQUESTS_BYTES_MAX } from "./limits.ts";

/** `glovebox:plugin/ask`. Where an answer is missing there is no way back into the guest: its call has ended. */
export function makeAskImports({ channel }: GuestSetting): Record<string, Record<string, unknown>> {
  return {
    "glovebox:plugin/ask": {
      request(requests: string): string {
        if (requests.length > REQUESTS_BYTES_MAX) throw "too-large";
        const { value, body } = callOrThrowTag(channel, "ask.request", [], encodeUtf8(requests));
        if (value !== true) throw new GuestExit(0);
        return decodeUtf8(body);
      },
    },
  };
}
