import { assertShape } from "../arguments.ts";
import type { CapabilityBroker } from "../capability.ts";
import { HostError } from "../errors.ts";
import { decodeUtf8, encodeUtf8 } from "../text.ts";
import type { AskGrant } from "./grant.ts";
import { REQUESTS_BYTES_MAX } from "./limits.ts";
import { parseAskRequests } from "./request.ts";

/** What a plugin may ask is the grant's; who is asked, and what was answered, is the call's own. */
export function makeAskBroker(grant: AskGrant): CapabilityBroker {
  return {
    operations: {
      /** `[]` and the requests in the body → `true` and the answers in the body, or `false`: then the call has ended. */
      "ask.request"(request, call) {
        assertShape(request, 0, REQUESTS_BYTES_MAX);
        const requests = parseAskRequests(readText(request.body), grant);
        if (call.ask === undefined)
          throw new HostError("not-permitted", "nobody can be asked here");
        const answers = call.ask(requests);
        if (answers === undefined) return { value: false };
        return { value: true, body: encodeUtf8(JSON.stringify(answers)) };
      },
    },
  };
}

function readText(body: Uint8Array): string {
  try {
    return decodeUtf8(body);
  } catch {
    throw new HostError("invalid-argument", "the requests are not UTF-8");
  }
}
