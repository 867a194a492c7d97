import { coversRange } from "@glovebox/host-api/http/addresses";
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

function isCovered(trusted: readonly string[], address: string): boolean {
  const range = `${address}/${address.includes(":") ? 128 : 32}`;
  return trusted.some((network) => coversRange(network, range));
}

/** IPv4 as such, where it comes in the clothes of IPv6. */
function plainAddress(address: string): string {
  return address.replace(/^::ffff:(?=[0-9.]+$)/i, "");
}
