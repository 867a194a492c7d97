// A made-up internet: whatever address the broker would connect to is this one server, which keeps what it was sent.
import http from "node:http";
import type { CapabilityBroker } from "@glovebox/host-api/capability";
import { makeHttpBroker } from "@glovebox/host-api/http/broker";
import { parseGrant } from "@glovebox/host-api/http/grant";
import type { Powers, ResolvedAddress } from "@glovebox/host-api/powers";
import { makeSendHttp } from "../../../runtime/powers/http.ts";
import { httpPowers, listen } from "../../helpers/http-room.ts";
import type { Stage } from "./stage.ts";

export interface Visit {
  /** `scheme://host:port` as the request was meant for. */
  readonly to: string;
  /** The addresses that the connection could have used. */
  readonly reached: string;
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, unknown>>;
}

export interface Web {
  readonly broker: CapabilityBroker;
  readonly visits: Visit[];
  readonly secret: string;
  close(): Promise<void>;
}

/** How this suite tells its server what the request was on its way to. */
const MEANT_FOR = "x-meant-for";
const REACHED = "x-reached";
/** The only host that the plugin was granted. */
export const GRANTED = "api.granted.test";
const PUBLIC: ResolvedAddress = { address: "93.184.216.34", family: 4 };
const PRIVATE: ResolvedAddress = { address: "10.0.0.7", family: 4 };

const NAMES = [GRANTED, "mixed.granted.test", "rebinding.granted.test"];
export const ORIGINS: readonly string[] = NAMES.map((name) => `https://${name}`);

/** What names resolve to: the granted host is public, others lead inside, and two change their mind. */
function resolver(): (host: string) => Promise<readonly ResolvedAddress[]> {
  let asked = 0;
  return (host) => {
    if (host === GRANTED) return Promise.resolve([PUBLIC]);
    if (host === "mixed.granted.test") return Promise.resolve([PUBLIC, PRIVATE]);
    if (host === "rebinding.granted.test") {
      asked += 1;
      return Promise.resolve([asked % 2 === 1 ? PUBLIC : PRIVATE]);
    }
    return Promise.resolve([PRIVATE]);
  };
}

/** Paths of the server that answer otherwise than with a secret of the inner network. */
function answer(
  request: http.IncomingMessage,
  response: http.ServerResponse,
  secret: string,
): void {
  const url = new URL(request.url ?? "/", "http://x");
  const to = url.searchParams.get("to");
  if (url.pathname === "/redirect" && to !== null) {
    response.writeHead(Number(url.searchParams.get("status") ?? "302"), { location: to });
    response.end();
  } else if (url.pathname === "/echo") {
    const value = request.headers["authorization"] ?? "nothing";
    const shown = url.searchParams.get("as") ?? "plain";
    const bytes = Buffer.from(value);
    if (shown === "header") response.setHeader("x-echo", value);
    if (shown === "location")
      response.writeHead(302, { location: `https://${GRANTED}/?${encodeURIComponent(value)}` });
    response.end(
      shown === "base64"
        ? bytes.toString("base64")
        : shown === "url"
          ? encodeURIComponent(value)
          : shown === "plain"
            ? value
            : "",
    );
  } else if (url.pathname === "/cookie") {
    response.setHeader("set-cookie", `session=${secret}`);
    response.end("ok");
  } else {
    const inside = String(request.headers[REACHED]).includes(PRIVATE.address);
    const granted = ORIGINS.includes(String(request.headers[MEANT_FOR]));
    response.end(granted && !inside ? "fine" : secret);
  }
}

export async function openWeb(stage: Stage): Promise<Web> {
  const secret = `${stage.canaries.mark}-web`;
  const visits: Visit[] = [];
  const server = await listen(
    http.createServer((request, response) => {
      visits.push({
        to: String(request.headers[MEANT_FOR]),
        reached: String(request.headers[REACHED]),
        method: request.method ?? "",
        url: request.url ?? "",
        headers: request.headers,
      });
      answer(request, response, secret);
    }),
  );
  const send = makeSendHttp();
  /** Every address is the one server; what else the request says stays. */
  const sendHttp: Powers["sendHttp"] = (request) => {
    const url = new URL(request.url);
    return send({
      ...request,
      url: `http://127.0.0.1:${server.port}${url.pathname}${url.search}`,
      headers: [
        ...request.headers.filter(([name]) => name.toLowerCase() !== "host"),
        [MEANT_FOR, hostIn(request.headers) ?? url.origin],
        [REACHED, request.addresses.map(({ address }) => address).join(" ")],
      ],
      addresses: [{ address: "127.0.0.1", family: 4 }],
    });
  };
  const powers = httpPowers({
    resolveHost: resolver(),
    sendHttp,
    readSecret: () => `${stage.canaries.mark}-operators-secret`,
  });
  const grant = {
    allow: NAMES.map((host) => ({
      scheme: "https",
      host,
      methods: ["GET", "POST"],
      ...(host === GRANTED
        ? { secret: { header: "authorization", reference: "env:TOKEN", format: "Bearer {}" } }
        : {}),
    })),
  };
  const broker = stage.guarded
    ? makeHttpBroker(parseGrant(grant), powers)
    : naiveBroker(powers, `Bearer ${stage.canaries.mark}-operators-secret`);
  return { broker, visits, secret, close: async () => server[Symbol.asyncDispose]() };
}

/** A server that is told a host believes it, whoever it was reached as. */
function hostIn(headers: readonly (readonly [string, string])[]): string | undefined {
  const host = headers.find(([name]) => name.toLowerCase() === "host")?.[1];
  return host === undefined ? undefined : `https://${host}`;
}

/** What anybody would write first: send it, follow redirects, add the key, and hand over all that comes back. */
function naiveBroker(powers: Powers, key: string): CapabilityBroker {
  return {
    operations: {
      async "http.send"({ args, body }) {
        let url = args[1] as string;
        const given = args[2] as readonly (readonly [string, string])[];
        for (let hops = 0; ; hops += 1) {
          const response = await powers.sendHttp({
            url,
            method: args[0] as string,
            headers: [
              ...given,
              ...(given.some(([name]) => name.toLowerCase() === "authorization")
                ? []
                : [["authorization", key] as const]),
            ],
            body: body.length > 0 ? { bytes: body } : undefined,
            addresses: await powers.resolveHost(new URL(url).hostname),
            signal: AbortSignal.timeout(2000),
            connectMsMax: 1000,
            headerBytesMax: 65_536,
          });
          const chunks: Uint8Array[] = [];
          for await (const chunk of response.body) chunks.push(chunk);
          const location = response.headers.find(([name]) => name === "location")?.[1];
          if (location === undefined || hops > 3)
            return {
              value: { status: response.status, url, headers: response.headers as never },
              body: Buffer.concat(chunks),
            };
          url = new URL(location, url).href;
        }
      },
    },
  };
}
