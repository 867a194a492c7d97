import { coversRange } from "@glovebox/host-api/http/addresses";
import { isLoopback } from "./authenticate.ts";
import type { HttpRequest } from "./exchange.ts";

const HOPS_MAX = 16;

/**
 * Whose address a request is counted under: that of the connection, or, where the connection is a named proxy's, the
 * last one in `X-Forwarded-For` that is not a proxy's too. What stands before that is anyone's invention.
 */
export function clientAddressOf(
  { remoteAddress, headers }: HttpRequest,
  trusted: readonly string[],
): string {
  let address = plainAddress(remoteAddress);
  const hops = headers["x-forwarded-for"]?.split(",").slice(-HOPS_MAX) ?? [];
  while (isCovered(trusted, address)) {
    const before = hops.pop()?.trim();
    if (before === undefined || !/^[0-9A-Fa-f:.]{2,45}$/.test(before)) return address;
    address = plainAddress(before);
  }
  return address;
}

/**
 * Whether a request came around the proxy that ends TLS: where one is named, and this connection is not TLS itself,
 * only the proxy and this machine may call. Anybody else would send credentials in the clear.
 */
export function isAroundProxy(
  { remoteAddress, isEncrypted }: HttpRequest,
  trusted: readonly string[],
): boolean {
  if (trusted.length === 0 || isEncrypted || isLoopback(remoteAddress)) return false;
  return !isCovered(trusted, plainAddress(remoteAddress));
}

/** Whether the client spoke https: to this server, or to a named proxy that says so. */
export function cameByHttps(
  { remoteAddress, isEncrypted, headers }: HttpRequest,
  trusted: readonly string[],
): boolean {
  if (isEncrypted) return true;
  if (!isCovered(trusted, plainAddress(remoteAddress))) return false;
  // The proxy's own word is the last one.
  return headers["x-forwarded-proto"]?.split(",").at(-1)?.trim().toLowerCase() === "https";
}

function isCovered(trusted: readonly string[], address: string): boolean {
  const range = `${address}/${address.includes(":") ? 128 : 32}`;
  return trusted.some((network) => coversRange(network, range));
}

/** IPv4 as such, where it comes in the clothes of IPv6. */
function plainAddress(address: string): string {
  return address.replace(/^::ffff:(?=[0-9.]+$)/i, "");
}
