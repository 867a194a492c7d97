import { coversRange, parseAddress } from "@glovebox/host-api/http/addresses";
import type { Cursor } from "../../plugin/cursor.ts";
import {
  DEFAULT_HTTP,
  DEFAULT_HTTP_LIMITS,
  DEFAULT_LISTEN,
  type HttpConfiguration,
  type HttpLimits,
  type ListenAddress,
  type ProxyConfiguration,
  type TlsConfiguration,
} from "./http-configuration.ts";
import { readAmounts, type AmountRow } from "../read-limits.ts";

const HOSTS_MAX = 64;
const PROXIES_MAX = 64;
const PORT_MAX = 65_535;
const KIB = 1024;
const MIB = 1024 * KIB;

const LISTEN = {
  lengthMin: 1,
  lengthMax: 100,
  shape: "an address and a port such as 127.0.0.1:8808 or [::1]:8808",
};
const HOST = {
  lengthMin: 1,
  lengthMax: 253,
  pattern: /^([a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*|\[[0-9a-f:.]+\])$/,
  shape: "a host name in lower case, without a port, such as mcp.example.com",
};
const ORIGIN = {
  lengthMin: 1,
  lengthMax: 300,
  pattern: /^[a-z][a-z0-9+.-]*:\/\/[a-z0-9.[\]:-]+$/,
  shape: "an origin such as https://app.example.com, without a path",
};
const FILE_REFERENCE = {
  lengthMin: 6,
  lengthMax: 4096,
  pattern: /^file:(\/.+|[A-Za-z]:[\\/].+)$/,
  shape: "a reference such as file:/etc/glovebox/tls.pem",
};

/** Every limit of the listener by its key, and the range in which it may be set. None can be taken off. */
export const HTTP_LIMIT_ROWS: Readonly<Record<string, AmountRow<keyof HttpLimits>>> = {
  body: { field: "bodyBytes", unit: "size", min: KIB, max: 16 * MIB },
  header: { field: "headerBytes", unit: "size", min: 4 * KIB, max: 64 * KIB },
  connections: { field: "connections", unit: "count", min: 1, max: 100_000 },
  streams_per_principal: { field: "streamsPerPrincipal", unit: "count", min: 1, max: 10_000 },
  sessions: { field: "sessions", unit: "count", min: 1, max: 100_000 },
  sessions_per_principal: { field: "sessionsPerPrincipal", unit: "count", min: 1, max: 100_000 },
  session_idle: { field: "sessionIdleMs", unit: "duration", min: 1000, max: 24 * 60 * 60_000 },
  listening: { field: "listeningMs", unit: "duration", min: 100, max: 24 * 60 * 60_000 },
  receive: { field: "receiveMs", unit: "duration", min: 100, max: 5 * 60_000 },
  drain: { field: "drainMs", unit: "duration", min: 1, max: 10 * 60_000 },
};

/** Reads `server.http`. Left out, only this machine can reach the server. */
export function readHttp(member: Cursor): HttpConfiguration {
  if (member.isAbsent()) return DEFAULT_HTTP;
  const fields = member.fields([], ["listen", "hosts", "origins", "tls", "proxy", "limits"]);
  const listen = fields.get("listen");
  return {
    listen: listen.isAbsent() ? DEFAULT_LISTEN : readListen(listen),
    hosts: readStrings(fields.get("hosts"), HOST),
    origins: readStrings(fields.get("origins"), ORIGIN),
    statesOrigins: !fields.get("origins").isAbsent(),
    ...fields.optional("tls", readTls),
    ...fields.optional("proxy", readProxy),
    limits: readAmounts(fields.get("limits"), HTTP_LIMIT_ROWS, DEFAULT_HTTP_LIMITS),
  };
}

/** `ADDRESS:PORT` as its parts; undefined for anything else. Port 0 lets the system choose. */
export function parseListen(text: string): ListenAddress | undefined {
  const match = /^(?:\[([0-9a-f:.]{2,45})\]|([0-9.]{7,15}|localhost)):([0-9]{1,5})$/.exec(text);
  if (match === null) return undefined;
  const [, six, four, port] = match;
  const host = six ?? four ?? "";
  const isHost = host === "localhost" || parseAddress(host) !== undefined;
  return isHost && Number(port) <= PORT_MAX ? { host, port: Number(port) } : undefined;
}

function readListen(member: Cursor): ListenAddress {
  const text = member.string(LISTEN);
  const listen = parseListen(text);
  if (listen === undefined && text !== "")
    member.problem("not an address to listen on", `Write ${LISTEN.shape}.`);
  return listen ?? DEFAULT_LISTEN;
}

function readStrings(member: Cursor, rule: Parameters<Cursor["string"]>[0]): readonly string[] {
  return member.isAbsent() ? [] : member.items(0, HOSTS_MAX).map((item) => item.string(rule));
}

function readTls(member: Cursor): TlsConfiguration {
  const fields = member.fields(["cert", "key"], ["client_ca"]);
  const clientCa = fields.get("client_ca");
  return {
    cert: fields.get("cert").string(FILE_REFERENCE),
    key: fields.get("key").string(FILE_REFERENCE),
    ...(clientCa.isAbsent() ? {} : { clientCa: clientCa.string(FILE_REFERENCE) }),
  };
}

/** An empty section would look as if it did something. */
function readProxy(member: Cursor): ProxyConfiguration {
  const trusted = member.fields(["trusted"]).get("trusted").items(1, PROXIES_MAX);
  return { trusted: trusted.map(readRange) };
}

function readRange(item: Cursor): string {
  const text = item.string({ lengthMin: 1, lengthMax: 50 });
  if (text !== "" && !coversRange(text, text))
    item.problem("not a network", "Write a network such as 10.0.0.0/8 or 192.0.2.7/32.");
  return text;
}
