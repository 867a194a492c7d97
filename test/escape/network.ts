// The network: by native code in the runner's place, and by requests that a plugin asks its broker for.
import type { Attack, Family, Outcome } from "./attack.ts";
import { SOCKET_ACTS } from "./inside/sockets.ts";
import { openRelay, relay, type Ask } from "./stage/relay.ts";
import type { Stage } from "./stage/stage.ts";
import { GRANTED, openWeb, ORIGINS, type Visit, type Web } from "./stage/web.ts";

type Header = readonly [string, string];

interface Room {
  readonly web: Web;
  readonly ask: (...asks: readonly Ask[]) => Promise<string>;
}

function openRoom(stage: Stage): Promise<Room> {
  return stage.shared("web", async () => {
    const web = await openWeb(stage);
    const plugin = openRelay(stage, [web.broker]);
    stage.onClose(async () => {
      await plugin.close();
      await web.close();
    });
    return { web, ask: (...asks) => relay(plugin, ...asks) };
  });
}

const send = (url: string, method = "GET", headers: readonly Header[] = []): Ask => [
  "glovebox:plugin/http",
  "send",
  method,
  url,
  JSON.stringify(headers),
  method === "POST" ? "bytes:x" : undefined,
];

/** What a request that was made says of an attack that got through, in words. */
type Look = (visits: readonly Visit[]) => readonly string[];

const elsewhere: Look = (visits) =>
  visits
    .filter(({ to, reached }) => !ORIGINS.includes(to) || reached.includes("10.0.0."))
    .map(({ to, reached }) => `a request went to ${to} at ${reached}`);

async function beyond(stage: Stage, asks: readonly Ask[], look: Look): Promise<Outcome> {
  const { web, ask } = await openRoom(stage);
  web.visits.length = 0;
  return stage.judge(async () => {
    const home = await ask(...asks);
    const by = /refused: ([\w-]+)/.exec(home)?.[1] ?? "the answer holds no secret";
    const coded = Buffer.from(`Bearer ${stage.canaries.mark}-operators-secret`).toString("base64");
    return {
      home,
      by,
      traces: () => [
        ...look(web.visits),
        ...(home.includes(coded) ? ["it brought a secret home"] : []),
      ],
    };
  });
}

/** Addresses of the inside, in every spelling that somebody parses. */
const ADDRESSES: Readonly<Record<string, string>> = {
  "the loopback address": "127.0.0.1",
  "the loopback address as one number": "2130706433",
  "the loopback address in octal": "0177.0.0.1",
  "the loopback address in hexadecimal": "0x7f.1",
  "the loopback address cut short": "127.1",
  "the loopback address in full-width digits": "１２７.０.０.１",
  "another loopback address": "127.200.1.9",
  "this machine by no address": "0.0.0.0",
  "the loopback address of IPv6": "[::1]",
  "an address of IPv4 mapped into IPv6": "[::ffff:127.0.0.1]",
  "an address of IPv4 in hexadecimal inside IPv6": "[::ffff:7f00:1]",
  "an address of IPv4 compatible with IPv6": "[::7f00:1]",
  "an address behind NAT64": "[64:ff9b::7f00:1]",
  "an address behind 6to4": "[2002:7f00:1::]",
  "an address behind Teredo": "[2001:0:1::80ff:fffe]",
  "a unique local address": "[fd00::1]",
  "a link-local address of IPv6": "[fe80::1]",
  "the metadata of a cloud": "169.254.169.254",
  "the metadata of a cloud over IPv6": "[fd00:ec2::254]",
  "the metadata of a second cloud": "100.100.100.200",
  "the metadata of a third cloud": "168.63.129.16",
  "a private network of class A": "10.1.2.3",
  "a private network of class B": "172.20.1.1",
  "a private network of class C": "192.168.1.1",
  "a broadcast address": "255.255.255.255",
  "a multicast address": "224.0.0.1",
};

/** Names and addresses around the granted one. */
const URLS: Readonly<Record<string, string>> = {
  "a host that nobody granted": "https://other.test/",
  "a host that begins with the granted one": `https://${GRANTED}.evil.test/`,
  "a host that ends with the granted one": `https://evil-${GRANTED}/`,
  "a host below the granted one": `https://below.${GRANTED}/`,
  "a host behind a user that looks like one": `https://${GRANTED}@evil.test/`,
  "a host behind a backslash": `https://evil.test\\@${GRANTED}/`,
  "a host with a letter of another script": "https://\u0430pi.granted.test/",
  "another port": `https://${GRANTED}:8443/`,
  "the same host without encryption": `http://${GRANTED}/`,
  "a name of which one address is private": "https://mixed.granted.test/",
  "a name of the inside": "https://router.lan/",
  localhost: "https://localhost/",
};

const to = (what: string): string => `https://${GRANTED}/redirect?to=${encodeURIComponent(what)}`;

const REDIRECTS: Readonly<Record<string, string>> = {
  "to an address of the inside": to("https://10.0.0.1/"),
  "to the metadata of a cloud": to("http://169.254.169.254/latest/meta-data/"),
  "to another host": to("https://evil.test/"),
  "to the same host without encryption": to(`http://${GRANTED}/`),
  "to another port": to(`https://${GRANTED}:8443/`),
  "to a host behind a user": to(`https://${GRANTED}@evil.test/`),
  "in two steps": to(to("https://evil.test/")),
  "that keeps the method": `${to("https://evil.test/")}&status=307`,
};

const HEADERS: Readonly<Record<string, Header>> = {
  "a second request behind a line feed": ["x-a", "b\r\n\r\nGET /secret HTTP/1.1"],
  "a header behind a line feed in a name": ["x-a: b\r\nx-evil", "1"],
  "another host": ["host", "evil.test"],
  "the operator's authority": ["authorization", "Bearer of-the-plugin"],
  "a cookie": ["cookie", "session=1"],
  "a word to the proxy": ["proxy-authorization", "Basic eDp5"],
  "the word that opens a cloud's metadata": ["metadata-flavor", "Google"],
  "the token that opens another cloud's metadata": ["x-aws-ec2-metadata-token", "x"],
  "an address to speak for": ["x-forwarded-for", "127.0.0.1"],
  "another method than it asks for": ["x-http-method-override", "DELETE"],
  "a body of another length": ["content-length", "500"],
  "a body in pieces": ["transfer-encoding", "chunked"],
  "an address to rewrite to": ["x-original-url", "/admin"],
};

const arrived =
  (name: string, value: string): Look =>
  (visits) =>
    visits
      .filter(({ headers }) => String(headers[name]).includes(value))
      .map(() => `the server was sent ${name}: ${value}`);

const http = (
  name: string,
  threat: string,
  asks: readonly Ask[],
  look: Look = elsewhere,
): Attack => ({
  name: `http: ${name}`,
  threat,
  attack: (stage) => beyond(stage, asks, look),
});

const ECHOES = ["plain", "base64", "url", "header"];
/** Node's client refuses these by itself, so nothing naive sends them. */
const CLIENT_REFUSES = new Set([
  "a second request behind a line feed",
  "a header behind a line feed in a name",
  "a body of another length",
  "a body in pieces",
]);

export const NETWORK: Family = {
  name: "network",
  attacks: [
    ...Object.keys(SOCKET_ACTS).map((act): Attack => ({
      name: `native code: ${act}`,
      threat: "T10",
      attack: (stage) => stage.native(act, { alone: act.startsWith("wait") }),
    })),
    ...Object.entries(ADDRESSES).map(([name, host]) =>
      http(`reach ${name}`, "T14", [send(`https://${host}/`)]),
    ),
    ...Object.entries(URLS).map(([name, url]) => http(`reach ${name}`, "T14", [send(url)])),
    http("reach a name that changes its address in between", "T14", [
      send("https://rebinding.granted.test/"),
      send("https://rebinding.granted.test/"),
    ]),
    ...Object.entries(REDIRECTS).map(([name, url]) =>
      http(`be redirected ${name}`, "T14", [send(url)]),
    ),
    http(
      "change things by a method that was not granted",
      "T14",
      [send(`https://${GRANTED}/`, "DELETE")],
      (visits) => visits.map(({ method }) => `the server was asked to ${method}`),
    ),
    ...Object.entries(HEADERS).map(([name, [header, value]]): Attack => ({
      ...http(
        `send ${name}`,
        "T14",
        [send(`https://${GRANTED}/`, "POST", [[header, value]])],
        header === "host"
          ? elsewhere
          : arrived(header.split(":")[0] ?? "", value.split("\r")[0] ?? ""),
      ),
      ...(CLIENT_REFUSES.has(name) ? { withoutControl: "Node's client refuses it as well" } : {}),
    })),
    ...ECHOES.map((as) =>
      http(`have the operator's secret echoed (${as})`, "T15", [
        send(`https://${GRANTED}/echo?as=${as}`),
      ]),
    ),
    http("have the operator's secret echoed in a redirect", "T15", [
      send(`https://${GRANTED}/echo?as=location`),
    ]),
    http(
      "carry the operator's secret to another host by a redirect",
      "T15",
      [send(to("https://rebinding.granted.test/"))],
      (visits) =>
        visits
          .filter(
            ({ to, headers }) => !to.includes(GRANTED) && headers["authorization"] !== undefined,
          )
          .map(({ to }) => `${to} was sent the operator's secret`),
    ),
    http("keep a cookie of the server's", "T15", [send(`https://${GRANTED}/cookie`)]),
  ],
};
