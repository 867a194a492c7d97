import type { CallScope, CapabilityBroker, HostAnswer, HostRequest } from "../capability.ts";
import { HostError } from "../errors.ts";
import type { Powers } from "../powers.ts";
import { Deadline } from "./deadline.ts";
import { readBody } from "./decode.ts";
import type { HttpGrant } from "./grant.ts";
import { readHeaders, travel } from "./hops.ts";
import type { Hop, Journey } from "./hops.ts";
import { RequestBody } from "./request-body.ts";
import type { Residency } from "./region.ts";
import { assertNoSecret, assertSecretsReadable } from "./secrets.ts";
import { makeStarter, parseHop, type Starter } from "./starter.ts";
import { makeStreamOperations } from "./streams.ts";

/**
 * The authority to send HTTP requests under one grant. It keeps nothing between requests: no connection, no cookie.
 * Without a `residency`, labels are noted and bind nobody.
 *
 * `http.send`: args `[method, url, [[name, value], …]]`, body = the request's; answers `{status, url, headers}` and
 * the response's body, which is read, decoded and searched for secrets as a whole before the guest sees its first byte.
 * The operations for bodies in pieces are in `streams.ts`.
 *
 * @throws GrantError when a secret of the grant cannot be read
 */
export function makeHttpBroker(
  grant: HttpGrant,
  powers: Powers,
  residency: Residency = { bound: undefined, labels: grant },
): CapabilityBroker {
  assertSecretsReadable(grant, powers);
  const starter = makeStarter(grant, powers, residency);
  const streams = makeStreamOperations(starter);
  return {
    operations: {
      "http.send": (request, call) => send(starter, request, call),
      ...streams.operations,
    },
    endCall: streams.endCall,
    close: streams.close,
  };
}

async function send(
  starter: Starter,
  { args, body }: HostRequest,
  call: CallScope,
): Promise<HostAnswer> {
  if (args.length !== 3) throw new HostError("invalid-argument", "not a request");
  const giveBack = starter.takePlace();
  try {
    const hop = parseHop(args, body.length === 0 ? undefined : RequestBody.whole(body));
    using deadline = new Deadline(call.signal, starter.timeoutMs);
    try {
      return await sendWhole(starter.begin(deadline, call), hop);
    } catch (error) {
      throw deadline.explain(error);
    }
  } finally {
    giveBack();
  }
}

async function sendWhole(journey: Journey, hop: Hop): Promise<HostAnswer> {
  const { grant, secrets, signal } = journey;
  const { url, response } = await travel(journey, hop);
  try {
    const body = await readBody(response, grant.responseBytesMax);
    const headers = readHeaders(response.headers, secrets);
    assertNoSecret(await secrets.appearsIn(body, signal));
    return {
      value: {
        status: response.status,
        url,
        headers: headers.map(([name, value]) => [name, value]),
      },
      body,
    };
  } finally {
    response.cancel();
  }
}
