import http from "node:http";
import type { AddressInfo, Server as NetServer } from "node:net";
import type { CallScope } from "@glovebox/host-api/capability";
import { HostError } from "@glovebox/host-api/errors";
import type { HostErrorTag } from "@glovebox/host-api/errors";
import { makeHttpBroker } from "@glovebox/host-api/http/broker";
import { parseGrant } from "@glovebox/host-api/http/grant";
import type { JsonValue } from "@glovebox/host-api/json";
import type { Powers } from "@glovebox/host-api/powers";
import { makeSendHttp, resolveHost } from "../../runtime/powers/http.ts";

/** A server on loopback that goes away with its block. */
export interface LocalServer extends AsyncDisposable {
  readonly port: number;
  readonly origin: string;
}

export async function listen(server: NetServer): Promise<LocalServer> {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const sockets = new Set<{ destroy(): void }>();
  server.on("connection", (socket) => sockets.add(socket));
  server.on("secureConnection", (socket: { destroy(): void }) => sockets.add(socket));
  return {
    port,
    origin: `http://127.0.0.1:${port}`,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

export function serve(handler: http.RequestListener): Promise<LocalServer> {
  return listen(http.createServer(handler));
}

function beyond(): never {
  throw new Error("http asked for a power that is not its own");
}

/** The real powers for HTTP; what a test replaces is named in `own`. The rest of the machine is out of reach. */
export function httpPowers(own: Partial<Powers> = {}): Powers {
  return {
    openBeneath: beyond,
    openKeyValue: beyond,
    readSecret: beyond,
    randomBytes: beyond,
    nowMs: beyond,
    monotonicMs: beyond,
    resolveHost,
    sendHttp: makeSendHttp(),
    ...own,
  };
}

export interface Answer {
  readonly status: number;
  readonly url: string;
  readonly headers: readonly (readonly [string, string])[];
  readonly text: string;
}

export interface Ask {
  readonly grant: unknown;
  readonly url: string;
  readonly method?: string;
  readonly headers?: JsonValue;
  readonly body?: Uint8Array;
  readonly powers?: Powers;
  readonly signal?: AbortSignal;
}

export function scope(signal: AbortSignal = new AbortController().signal): CallScope {
  return { callId: "1", plugin: "web", tool: "fetch", signal };
}

/** One request through the real broker. */
export async function send(ask: Ask): Promise<Answer> {
  const broker = makeHttpBroker(parseGrant(ask.grant), ask.powers ?? httpPowers());
  const operation = broker.operations["http.send"];
  if (operation === undefined) throw new Error("the broker has no operation http.send");
  const args = [ask.method ?? "GET", ask.url, ask.headers ?? []];
  const answer = await operation({ args, body: ask.body ?? new Uint8Array(0) }, scope(ask.signal));
  const { status, url, headers } = answer.value as unknown as Omit<Answer, "text">;
  return { status, url, headers, text: new TextDecoder().decode(answer.body) };
}

/** The grant that opens one loopback server to everything that a rule can allow. */
export function loopbackGrant(...servers: readonly LocalServer[]) {
  return {
    allow: servers.map(({ port }) => ({
      scheme: "http",
      host: "127.0.0.1",
      port,
      methods: ["GET", "HEAD", "POST", "PUT", "DELETE"],
    })),
    private: ["127.0.0.0/8"],
    timeoutMs: 20_000,
  };
}

/** For `assert.rejects` and `assert.throws`: a refusal with exactly this tag. */
export function refusedAs(tag: HostErrorTag): (error: unknown) => boolean {
  return (error) => {
    if (error instanceof HostError && error.tag === tag) return true;
    throw new Error(`expected the tag ${tag}`, { cause: error });
  };
}
