import { isLoopback, isReachable } from "@glovebox/host-api/http/addresses";
import type { ResolvedAddress } from "@glovebox/host-api/powers";
import { SourceError } from "./errors.ts";
import { isLocalName } from "./source-text.ts";

/** How far inside an address is. What the operator names decides how far a fetch may go; no server decides it. */
export type Zone = "public" | "private" | "loopback";

const ZONES: readonly Zone[] = ["public", "private", "loopback"];
/** Company networks, and what carriers and overlays use. Link-local and the addresses of clouds' metadata are never reached. */
const PRIVATE_RANGES = [
  "10.0.0.0/8",
  "172.16.0.0/12",
  "192.168.0.0/16",
  "100.64.0.0/10",
  "fc00::/7",
];

/**
 * Where the addresses of a host are. The resolver's answer may be a stranger's: all of it must lie in one zone, and
 * loopback is only for who is called so. Throws `ERR_SOURCE_INWARD`, and `ERR_SOURCE_UNREACHABLE` without an address.
 */
export function zoneOfHost(host: string, addresses: readonly ResolvedAddress[]): Zone {
  const zones = new Set(addresses.map(({ address }) => zoneOf(address)));
  const [zone] = zones;
  if (zone === undefined && zones.size === 0)
    throw new SourceError("ERR_SOURCE_UNREACHABLE", `\`${host}\` has no address.`);
  if (zone === undefined || zones.size > 1)
    throw inward(host, "has an address that nothing is fetched from");
  if (isLocalName(host) !== (zone === "loopback"))
    throw inward(
      host,
      zone === "loopback" ? "resolves to this very machine" : "is not this machine",
    );
  return zone;
}

/** Throws `ERR_SOURCE_INWARD` where a host lies further inside than what the operator named. */
export function assertNotInward(host: string, zone: Zone, allowed: Zone): void {
  if (ZONES.indexOf(zone) <= ZONES.indexOf(allowed)) return;
  throw inward(host, `is a ${zone} address, and what was named is a ${allowed} one`);
}

function zoneOf(address: string): Zone | undefined {
  if (isReachable(address, [])) return "public";
  if (isLoopback(address)) return "loopback";
  return isReachable(address, PRIVATE_RANGES) ? "private" : undefined;
}

function inward(host: string, why: string): SourceError {
  return new SourceError("ERR_SOURCE_INWARD", `\`${host}\` ${why}.`);
}
