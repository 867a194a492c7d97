import assert from "node:assert/strict";
import { test } from "node:test";
import {
  coversRange,
  isReachable,
  parseAddress,
  parsePrivateRange,
} from "@glovebox/host-api/http/addresses";

const PUBLIC = [
  "1.1.1.1",
  "8.8.8.8",
  "93.184.216.34",
  "2606:4700:4700::1111",
  "2a00:1450:4001:82a::200e",
];

const CLOSED = [
  ["this host", "0.0.0.0"],
  ["this network", "0.1.2.3"],
  ["loopback", "127.0.0.1"],
  ["all of loopback", "127.255.255.254"],
  ["10/8", "10.0.0.1"],
  ["172.16/12", "172.31.255.255"],
  ["192.168/16", "192.168.1.1"],
  ["carrier NAT", "100.64.0.1"],
  ["link local", "169.254.1.1"],
  ["the metadata service of most clouds", "169.254.169.254"],
  ["the credentials service of ECS", "169.254.170.2"],
  ["the wire server of Azure", "168.63.129.16"],
  ["the metadata service of Alibaba", "100.100.100.200"],
  ["the metadata service of Oracle", "192.0.0.192"],
  ["protocol assignments", "192.0.0.8"],
  ["documentation", "192.0.2.1"],
  ["documentation 2", "198.51.100.1"],
  ["documentation 3", "203.0.113.1"],
  ["6to4 relays", "192.88.99.1"],
  ["benchmarks", "198.18.0.1"],
  ["multicast", "224.0.0.1"],
  ["reserved", "240.0.0.1"],
  ["broadcast", "255.255.255.255"],
  ["IPv6 unspecified", "::"],
  ["IPv6 loopback", "::1"],
  ["mapped loopback", "::ffff:127.0.0.1"],
  ["a mapped public address", "::ffff:8.8.8.8"],
  ["mapped in hexadecimal", "::ffff:7f00:1"],
  ["a compatible address", "::7f00:1"],
  ["a compatible public address", "::8.8.8.8"],
  ["a translated address", "::ffff:0:7f00:1"],
  ["NAT64", "64:ff9b::7f00:1"],
  ["local NAT64", "64:ff9b:1::a00:1"],
  ["6to4", "2002:7f00:1::1"],
  ["6to4 of a private address", "2002:a00:1::"],
  ["Teredo", "2001:0:7f00:1::1"],
  ["ORCHID", "2001:20::1"],
  ["protocol assignments in IPv6", "2001:1::1"],
  ["documentation in IPv6", "2001:db8::1"],
  ["documentation in IPv6, newer", "3fff::1"],
  ["unique local", "fd00::1"],
  ["the metadata service of AWS in IPv6", "fd00:ec2::254"],
  ["link local in IPv6", "fe80::1"],
  ["link local with a zone", "fe80::1%eth0"],
  ["a public address with a zone", "2606:4700::1111%1"],
  ["site local", "fec0::1"],
  ["discard", "100::1"],
  ["the dummy prefix", "100:0:0:1::1"],
  ["unallocated space", "4000::1"],
  ["segment routing", "5f00::1"],
  ["IPv6 multicast", "ff02::1"],
  ["octal", "0177.0.0.1"],
  ["octal of a public address", "010.8.8.8"],
  ["a short form", "127.1"],
  ["a number", "2130706433"],
  ["hexadecimal", "0x7f.1"],
  ["a name", "localhost"],
  ["nothing", ""],
  ["spaces", " 8.8.8.8"],
] as const;

for (const address of PUBLIC) {
  test(`reaches the public address ${address}`, () => assert.ok(isReachable(address, [])));
}

for (const [what, address] of CLOSED) {
  test(`does not reach ${what} (${address})`, () => assert.equal(isReachable(address, []), false));
}

test("reaches a private address only in the range that was opened", () => {
  assert.ok(isReachable("10.1.2.3", ["10.1.0.0/16"]));
  assert.ok(isReachable("::1", ["::1/128"]));
  assert.equal(isReachable("10.2.0.1", ["10.1.0.0/16"]), false);
  assert.equal(isReachable("::ffff:10.1.2.3", ["10.1.0.0/16"]), false);
});

test("reaches no metadata service, whatever is opened", () => {
  assert.equal(isReachable("100.100.100.200", ["100.64.0.0/10"]), false);
  assert.equal(isReachable("fd00:ec2::254", ["fc00::/7"]), false);
  assert.equal(isReachable("fd20:ce::254", ["fd20:ce::254/128"]), false);
});

test("opens only ranges that lie inside a private one, in one spelling", () => {
  assert.equal(parsePrivateRange("10.1.2.3/16"), "10.1.0.0/16");
  assert.equal(parsePrivateRange("FD12:0:0::/48"), "fd12::/48");
  const refused =
    "0.0.0.0/0 ::/0 8.8.8.0/24 10.0.0.0/7 169.254.0.0/16 169.254.169.254/32 2000::/3 10.0.0.0 10.0.0.0/33 10.0.0.0/-1 10.0.0.0/08 ::ffff:10.0.0.0/104 10/8 a/8";
  for (const text of [...refused.split(" "), ""])
    assert.equal(parsePrivateRange(text), undefined, text);
});

test("compares ranges", () => {
  assert.ok(coversRange("10.0.0.0/8", "10.1.0.0/16"));
  assert.equal(coversRange("10.1.0.0/16", "10.0.0.0/8"), false);
  assert.equal(coversRange("10.0.0.0/8", "::1/128"), false);
  assert.equal(coversRange("x", "x"), false);
});

test("parses no address that is not in plain spelling", () => {
  for (const text of ["1", "1.2.3", "0x1.2.3.4", "1.2.3.4.5", "1.2.3.4/8", "fe80::1%1", "g::1"]) {
    assert.equal(parseAddress(text), undefined, text);
  }
});
