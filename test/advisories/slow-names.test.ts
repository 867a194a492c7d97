// The system's resolver cannot be stopped and does two lookups at a time. Four requests to names whose server never answers
// kept every other plugin from reaching any host for 19 seconds, long after those requests had ended.
import assert from "node:assert/strict";
import { test } from "node:test";
import { HostError } from "@glovebox/host-api/errors";
import { makeHttpBroker } from "@glovebox/host-api/http/broker";
import { parseGrant } from "@glovebox/host-api/http/grant";
import type { ResolvedAddress } from "@glovebox/host-api/powers";
import { httpPowers, scope } from "../helpers/http-room.ts";

test("a plugin holds one place in the resolver, also after its requests have ended", async () => {
  const lookups: PromiseWithResolvers<readonly ResolvedAddress[]>[] = [];
  const resolveHost = () => {
    const lookup = Promise.withResolvers<readonly ResolvedAddress[]>();
    lookups.push(lookup);
    return lookup.promise;
  };
  const grant = parseGrant({ allow: ["*.slow.example"], timeoutMs: 50 });
  const broker = makeHttpBroker(grant, httpPowers({ resolveHost }));
  const send = (name: string, signal?: AbortSignal) =>
    broker.operations["http.send"]!(
      { args: ["GET", `https://${name}.slow.example/`, []], body: new Uint8Array(0) },
      scope(signal),
    );
  for (const name of ["a", "b", "c"]) {
    await assert.rejects(
      async () => send(name),
      (error) => error instanceof HostError && error.tag === "timed-out",
    );
  }
  assert.equal(lookups.length, 1);
  // A request that has ended looks nothing up when its turn comes; the next one does.
  const next = send("d");
  lookups[0]!.resolve([{ address: "127.0.0.1", family: 4 }]);
  while (lookups.length < 2) await new Promise((resolve) => setImmediate(resolve));
  lookups[1]!.resolve([{ address: "127.0.0.1", family: 4 }]);
  await assert.rejects(
    async () => next,
    (error) => error instanceof HostError && error.tag === "refused-by-policy",
  );
  assert.equal(lookups.length, 2);
});
