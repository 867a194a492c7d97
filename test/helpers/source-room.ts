import type http from "node:http";
import https from "node:https";
import type { HttpPowerRequest, ResolvedAddress } from "@glovebox/host-api/powers";
import { makeFilePowers } from "../../runtime/powers/files.ts";
import { makeSendHttp, resolveHost } from "../../runtime/powers/http.ts";
import type { SourceSetting } from "../../runtime/supply/sources/fetch-source.ts";
import { SOURCE_LIMITS, type SourceLimits } from "../../runtime/supply/sources/limits.ts";
import type { HelperAnswer, SourcePowers } from "../../runtime/supply/sources/powers.ts";
import { makeCertificate } from "./certificate.ts";
import { listen } from "./http-room.ts";

/** Every name below it is served by the room's https server. */
const DOMAIN = "glovebox.test";
const PUBLIC = "93.184.215.14";
const CERTIFICATE = makeCertificate(`*.${DOMAIN}`);

/** What was sent, as far as tests ask. */
export interface Sent {
  readonly url: string;
  readonly method: string;
  /** Where it would have gone, had the room not taken it. */
  readonly addresses: readonly string[];
  readonly headers: Readonly<Record<string, string>>;
}

/** A web of one server: names resolve to whatever addresses a test says, and every connection ends at a real server on loopback. */
export interface SourceRoom extends AsyncDisposable {
  /** `https://a.glovebox.test:PORT` */
  origin(name: string): string;
  readonly port: number;
  readonly sent: readonly Sent[];
  /** Addresses of a name, one list for each lookup; the last one stays. Without an entry it is public. */
  readonly addresses: Map<string, readonly (readonly string[])[]>;
  readonly powers: SourcePowers;
  setting(own?: Partial<SourceSetting> & { limits?: SourceLimits }): SourceSetting;
}

/** For a server that lets one wait, and which must be given up. */
const IMPATIENT: SourceLimits = { ...SOURCE_LIMITS, totalMsMax: 3000, idleMsMax: 400 };

/** Limits with which an attack must end in `code`: only where time is what is tested, it is short. */
export function limitsFor(code: string | undefined): SourceLimits {
  return code === "ERR_SOURCE_TIMED_OUT" ? IMPATIENT : SOURCE_LIMITS;
}

export async function openSourceRoom(
  handler: http.RequestListener,
  own: Partial<SourcePowers> = {},
): Promise<SourceRoom> {
  const server = await listen(
    https.createServer({ key: CERTIFICATE.key, cert: CERTIFICATE.cert }, handler),
  );
  const sent: Sent[] = [];
  const addresses: SourceRoom["addresses"] = new Map();
  const send = makeSendHttp({ certificates: CERTIFICATE.cert });
  const powers: SourcePowers = {
    async resolveHost(host) {
      if (host === "localhost") return resolveHost(host);
      const lists = addresses.get(host) ?? [[PUBLIC]];
      const [now = [], ...later] = lists;
      if (later.length > 0) addresses.set(host, later);
      return now.map(asAddress);
    },
    sendHttp(request) {
      sent.push(describe(request));
      return send({ ...request, addresses: reroute(request) });
    },
    dockerConfigFile: () => "/nowhere/config.json",
    askCredentialHelper: (): Promise<HelperAnswer> => Promise.reject(new Error("there is none")),
    ...own,
  };
  return {
    origin: (name) => `https://${name}.${DOMAIN}:${server.port}`,
    port: server.port,
    sent,
    addresses,
    powers,
    setting: (more = {}) => ({
      root: "/nowhere",
      mode: "development",
      // A fetch has no other use of files: what it would write, it cannot.
      files: READING_ONLY,
      powers,
      onProgress: () => {},
      ...more,
    }),
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
}

const FILES = makeFilePowers();
const READING_ONLY = new Proxy(FILES, {
  get(_, name) {
    if (name === "readFile") return (file: string, max: number) => FILES.readFile(file, max);
    throw new Error(`a remote source used files: ${String(name)}`);
  },
});

function asAddress(address: string): ResolvedAddress {
  return { address, family: address.includes(":") ? 6 : 4 };
}

/** Names of the room end at its server, whatever they resolve to; an address that is itself the host is left as it is. */
function reroute({ url, addresses }: HttpPowerRequest): readonly ResolvedAddress[] {
  return new URL(url).hostname.endsWith(DOMAIN) ? [asAddress("127.0.0.1")] : addresses;
}

function describe({ url, method, addresses, headers }: HttpPowerRequest): Sent {
  return {
    url,
    method,
    addresses: addresses.map(({ address }) => address),
    headers: Object.fromEntries(headers),
  };
}
