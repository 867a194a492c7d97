import type { Verdict } from "../../debt/probe-result.ts";
import type { BaitServer } from "../../powers/bait.ts";
import { escaped, held, type Probe } from "./probe.ts";
import type { ProbeStage } from "./stage.ts";
import { HOSTILE, type Hostile } from "./stage-configuration.ts";

const { whole, reading } = HOSTILE;
/** Nobody answers under this name, and no resolver knows it (RFC 6761). */
const NOWHERE = "bait.invalid";
const SEND_MS_MAX = 2000;

/** Ring 2: requests go where they may, with secrets that no plugin sees. */
export const HTTP_PROBES: readonly Probe[] = [
  {
    id: "http.not-granted",
    ring: 2,
    claim: "No host is reached that is not granted",
    threats: ["T14"],
    attempt: (stage) => unvisited(stage, whole, stage.bait.forbidden, urlOf(stage.bait.forbidden)),
  },
  {
    id: "http.private",
    ring: 2,
    claim:
      "A granted host is not reached at an address that is not public, unless that was granted too",
    threats: ["T14"],
    attempt: (stage) => unvisited(stage, reading, stage.bait.granted, urlOf(stage.bait.granted)),
  },
  {
    id: "http.redirect",
    ring: 2,
    claim: "A redirect from a granted host does not lead to one that is not",
    threats: ["T14"],
    async attempt(stage) {
      const { granted, forbidden } = stage.bait;
      const before = granted.visits.length;
      const verdict = await unvisited(stage, whole, forbidden, away(granted, urlOf(forbidden)));
      return granted.visits.length > before
        ? verdict
        : escaped("the granted host was not reached, so nothing was tried");
    },
  },
  {
    id: "http.redirects",
    ring: 2,
    claim: "Redirects end at their limit",
    threats: ["T16"],
    attempt: (stage) => {
      const { granted, withSecret } = stage.bait;
      return unvisited(stage, whole, withSecret, away(granted, away(granted, urlOf(withSecret))));
    },
  },
  {
    id: "http.large-answer",
    ring: 2,
    claim: "An answer from the network ends at its limit",
    threats: ["T16"],
    async attempt(stage) {
      const { granted } = stage.bait;
      const before = granted.visits.length;
      const { error } = await stage.attempt(whole, "fetch", `${urlOf(granted)}large`);
      if (granted.visits.length === before)
        return escaped("the granted host was not reached, so nothing was tried");
      // The plugin's own answer would be too long as well, which is for another probe.
      return error === undefined || error === "OUTPUT_LIMIT"
        ? escaped("the plugin was given it all")
        : held(`refused: ${error}`);
    },
  },
  {
    id: "http.pinned-address",
    ring: 2,
    claim: "A connection goes to the address that was checked, whatever the name means by then",
    threats: ["T14"],
    async attempt({ bait, machine }) {
      const before = bait.granted.visits.length;
      const response = await machine.powers.sendHttp({
        url: `http://${NOWHERE}:${bait.granted.port}/`,
        method: "GET",
        headers: [],
        body: undefined,
        addresses: [{ address: "127.0.0.1", family: 4 }],
        signal: AbortSignal.timeout(SEND_MS_MAX),
        connectMsMax: SEND_MS_MAX,
        headerBytesMax: 16 * 1024,
      });
      response.cancel();
      return bait.granted.visits.length > before
        ? held("it went there, and no name was asked for")
        : escaped("it went somewhere else");
    },
  },
  {
    id: "secret.echo",
    ring: 2,
    claim: "An answer that repeats a secret does not reach the plugin",
    threats: ["T15"],
    async attempt(stage) {
      const { bait } = stage;
      const before = bait.withSecret.visits.length;
      const { text, error } = await stage.attempt(whole, "fetch", `${urlOf(bait.withSecret)}echo`);
      if (!sawSecret(bait.withSecret, bait.secret.value, before))
        return escaped("the secret was not sent, so its echo was not tried");
      return text.includes(bait.secret.value) || error === undefined
        ? escaped("the plugin read it")
        : held(`refused: ${error}`);
    },
  },
  {
    id: "secret.elsewhere",
    ring: 2,
    claim: "A secret goes to its own host and to no other that is granted",
    threats: ["T15"],
    async attempt(stage) {
      const { bait } = stage;
      const before = bait.granted.visits.length;
      const { error } = await stage.attempt(whole, "fetch", urlOf(bait.granted));
      if (error !== undefined || bait.granted.visits.length === before)
        return escaped("the granted host was not reached, so nothing was tried");
      return sawSecret(bait.granted, bait.secret.value, before)
        ? escaped("another host was told")
        : held("not sent");
    },
  },
  {
    id: "secret.redirect",
    ring: 2,
    claim: "No other host can have a request sent with a secret, by a redirect to the secret's own",
    threats: ["T15"],
    async attempt(stage) {
      const { bait } = stage;
      const before = bait.withSecret.visits.length;
      await stage.attempt(whole, "fetch", away(bait.granted, urlOf(bait.withSecret)));
      if (bait.withSecret.visits.length === before)
        return escaped("the redirect was not followed, so nothing was tried");
      return sawSecret(bait.withSecret, bait.secret.value, before)
        ? escaped("it came with the secret")
        : held("it came without");
    },
  },
];

function urlOf({ port }: BaitServer): string {
  return `http://127.0.0.1:${port}/`;
}

/** An address at which a server redirects to another. */
function away(from: BaitServer, to: string): string {
  return `${urlOf(from)}away/${encodeURIComponent(to)}`;
}

function sawSecret({ visits }: BaitServer, secret: string, after: number): boolean {
  return visits.slice(after).some((headers) => headers.includes(secret));
}

async function unvisited(
  stage: ProbeStage,
  plugin: Hostile,
  server: BaitServer,
  url: string,
): Promise<Verdict> {
  const before = server.visits.length;
  const { error } = await stage.attempt(plugin, "fetch", url);
  if (error === undefined) return escaped("it was answered");
  return server.visits.length === before ? held(error) : escaped("a connection was made");
}
