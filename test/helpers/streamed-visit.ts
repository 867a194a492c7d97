// A guest behind the real seal, a real broker, and a server of the test's own.
import assert from "node:assert/strict";
import http from "node:http";
import type net from "node:net";
import { after, before } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { makeClockBroker } from "@glovebox/host-api/clock/broker";
import { makeHttpBroker } from "@glovebox/host-api/http/broker";
import { parseGrant } from "@glovebox/host-api/http/grant";
import { httpPowers, listen, type LocalServer, loopbackGrant } from "./http-room.ts";
import { makeSealedGuests } from "./sealed-guest.ts";

export const SECRET = "s3cret-of-the-operator";
const HAND_OVER = { nowMs: () => Date.now() };

let guests: Awaited<ReturnType<typeof makeSealedGuests>>;
before(async () => {
  guests = await makeSealedGuests();
});
after(() => guests.close());

export interface Upstream extends LocalServer {
  readonly open: ReadonlySet<net.Socket>;
}

export async function serve(handler: http.RequestListener): Promise<Upstream> {
  const server = http.createServer(handler);
  const open = new Set<net.Socket>();
  server.on("connection", (socket) => {
    open.add(socket);
    socket.on("close", () => open.delete(socket));
    socket.on("error", () => {});
  });
  return Object.assign(await listen(server), { open });
}

export interface Wish {
  readonly secret?: boolean;
  readonly timeoutMs?: number;
  readonly deadlineMs?: number;
  readonly responseBytesMax?: number;
}

/** One sealed guest that may send to this server. */
export function visit(upstream: Upstream, wish: Wish = {}) {
  const { secret = false, timeoutMs = 20_000, deadlineMs = 30_000, responseBytesMax } = wish;
  const grant = loopbackGrant(upstream);
  const allow = grant.allow.map((rule) => ({
    ...rule,
    ...(secret ? { secret: { reference: "env:S", header: "x-key", format: "{}" } } : {}),
  }));
  const numbers = responseBytesMax === undefined ? {} : { responseBytesMax };
  const powers = httpPowers({ readSecret: () => SECRET, ...HAND_OVER });
  return guests.open(
    {
      http: makeHttpBroker(parseGrant({ ...grant, ...numbers, allow, timeoutMs }), powers),
      clock: makeClockBroker(powers),
    },
    { deadlineMs, hostCalls: 10_000 },
  );
}

/** What a call left open must be gone soon: the server is asked, because it is the one who would keep waiting. */
export async function assertNothingOpen(upstream: Upstream): Promise<void> {
  for (let tries = 0; tries < 500 && upstream.open.size > 0; tries += 1) await sleep(20);
  assert.equal(upstream.open.size, 0);
}
