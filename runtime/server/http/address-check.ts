import type { HttpConfiguration } from "../../policy/server/http-configuration.ts";
import { isLoopback } from "./authenticate.ts";
import type { RequestHeaders } from "./exchange.ts";

const LOOPBACK_HOSTS: readonly string[] = ["localhost", "127.0.0.1", "[::1]"];

/** Whether a request is meant for this server, and may come from where it comes. */
export interface AddressCheck {
  /** By `Host`. */
  isForUs(headers: RequestHeaders): boolean;
  /** By `Origin`, which browsers send for web pages and nobody else has to. */
  mayComeFrom(headers: RequestHeaders): boolean;
}

/**
 * Against DNS rebinding: a web page whose name was made to point here says its own name in `Host`, and where it is from
 * in `Origin`. The names of this machine are always ours, because no page can have them; pages that this machine serves
 * itself may call a server that only this machine reaches.
 */
export function makeAddressCheck({
  hosts,
  origins,
  listen,
}: Pick<HttpConfiguration, "hosts" | "origins" | "listen">): AddressCheck {
  const own = new Set([...LOOPBACK_HOSTS, ...hosts]);
  if (!isUnspecified(listen.host))
    own.add(listen.host.includes(":") ? `[${listen.host}]` : listen.host);
  const allowed = new Set(origins);
  const isLocal = listen.host === "localhost" || isLoopback(listen.host);
  return {
    isForUs({ host }) {
      return host !== undefined && own.has(hostNameOf(host));
    },
    mayComeFrom({ origin }) {
      if (origin === undefined || allowed.has(origin)) return true;
      return isLocal && isLoopbackOrigin(origin);
    },
  };
}

/** The name in `NAME[:PORT]`, in lower case. What has another form is no name of ours. */
function hostNameOf(host: string): string {
  const match = /^([A-Za-z0-9.-]+|\[[0-9A-Fa-f:.]+\])(:[0-9]{1,5})?$/.exec(host);
  return match?.[1]?.toLowerCase() ?? "";
}

function isLoopbackOrigin(origin: string): boolean {
  const match = /^https?:\/\/(.+)$/.exec(origin);
  return match !== null && LOOPBACK_HOSTS.includes(hostNameOf(match[1] ?? ""));
}

function isUnspecified(host: string): boolean {
  return host === "0.0.0.0" || host === "::";
}
