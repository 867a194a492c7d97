import ipaddr from "ipaddr.js";

type Address = ipaddr.IPv4 | ipaddr.IPv6;
type Range = readonly [Address, number];

const GLOBAL_IPV6 = ipaddr.parseCIDR("2000::/3");

/** Private ranges that an operator may open by name. Everything else that is not public stays closed. */
const OPENABLE: readonly Range[] = [
  "127.0.0.0/8",
  "10.0.0.0/8",
  "172.16.0.0/12",
  "192.168.0.0/16",
  "100.64.0.0/10",
  "::1/128",
  "fc00::/7",
].map((text) => ipaddr.parseCIDR(text));

/** Where clouds serve credentials to whoever asks. No grant opens these, whatever range it names. */
const NEVER: readonly Range[] = [
  "168.63.129.16/32",
  "169.254.0.0/16",
  "100.100.100.200/32",
  "192.0.0.192/32",
  "fd00:ec2::254/128",
  "fd20:ce::254/128",
].map((text) => ipaddr.parseCIDR(text));

/**
 * Reads an IP address in its one plain spelling: four decimal octets, or IPv6 without a zone.
 * `undefined` for everything else, octal, hexadecimal and short forms included.
 */
export function parseAddress(text: string): Address | undefined {
  if (ipaddr.IPv4.isValidFourPartDecimal(text)) return ipaddr.IPv4.parse(text);
  if (text.includes(":") && !text.includes("%") && ipaddr.IPv6.isValid(text))
    return ipaddr.IPv6.parse(text);
  return undefined;
}

/** Reads a CIDR range that lies wholly in one openable private range, in canonical spelling; `undefined` otherwise. */
export function parsePrivateRange(text: string): string | undefined {
  const range = parseRange(text);
  if (range === undefined || !OPENABLE.some((open) => contains(open, range))) return undefined;
  const [base, bits] = range;
  const network =
    base.kind() === "ipv4"
      ? ipaddr.IPv4.networkAddressFromCIDR(text).toString()
      : ipaddr.IPv6.networkAddressFromCIDR(text).toString();
  return `${network}/${bits}`;
}

/** Whether every address of `inner` is in `outer`. Both are CIDR texts; what cannot be read is not covered. */
export function coversRange(outer: string, inner: string): boolean {
  const outerRange = parseRange(outer);
  const innerRange = parseRange(inner);
  return outerRange !== undefined && innerRange !== undefined && contains(outerRange, innerRange);
}

/**
 * Whether a request may go to `text`: a public unicast address, or one in a private range that the grant opens.
 *
 * ipaddr.js alone calls `::7f00:1`, `4000::1` and 168.63.129.16 unicast, so IPv6 must also be in 2000::/3.
 * That shuts out mapped, compatible and NAT64 forms; 6to4, Teredo and documentation ranges have names of their own.
 */
export function isReachable(text: string, privateRanges: readonly string[]): boolean {
  const address = parseAddress(text);
  if (address === undefined || NEVER.some((range) => matches(address, range))) return false;
  if (privateRanges.some((range) => matches(address, parseRange(range)))) return true;
  if (address.range() !== "unicast") return false;
  return address.kind() === "ipv4" || matches(address, GLOBAL_IPV6);
}

/** Whether `text` is a loopback address, where plain http stays on the machine. */
export function isLoopback(text: string): boolean {
  return parseAddress(text)?.range() === "loopback";
}

function parseRange(text: string): Range | undefined {
  const match = /^([0-9a-f.:]{2,45})\/(0|[1-9][0-9]{0,2})$/i.exec(text);
  const address = match?.[1] === undefined ? undefined : parseAddress(match[1]);
  const bits = Number(match?.[2]);
  if (address === undefined || bits > (address.kind() === "ipv4" ? 32 : 128)) return undefined;
  return [address, bits];
}

function matches(address: Address, range: Range | undefined): boolean {
  return (
    range !== undefined && address.kind() === range[0].kind() && address.match(range[0], range[1])
  );
}

function contains(outer: Range, inner: Range): boolean {
  return inner[1] >= outer[1] && matches(inner[0], outer);
}
