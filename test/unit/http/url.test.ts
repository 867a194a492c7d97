import assert from "node:assert/strict";
import { test } from "node:test";
import { parseTarget } from "@glovebox/host-api/http/url";
import * as fc from "fast-check";
import { refusedAs } from "../../helpers/http-room.ts";

test("parses an ordinary address and drops its fragment", () => {
  assert.deepEqual(parseTarget("HTTPS://API.Example.com:8443/v1/users?q=a%20b#top"), {
    scheme: "https",
    host: "api.example.com",
    port: 8443,
    path: "/v1/users",
    query: "?q=a%20b",
    href: "https://api.example.com:8443/v1/users?q=a%20b",
  });
});

test("gives the default port and path", () => {
  const target = parseTarget("http://example.com");
  assert.deepEqual([target.port, target.path, target.href], [80, "/", "http://example.com/"]);
});

test("resolves dot segments before anybody compares the path", () => {
  assert.equal(parseTarget("https://a.example/v1/../admin/%2e%2E/x").path, "/x");
});

test("reads addresses in their one plain spelling", () => {
  assert.equal(parseTarget("http://127.0.0.1:8080/").host, "127.0.0.1");
  assert.equal(parseTarget("http://[2606:4700::1111]/").host, "[2606:4700::1111]");
});

const MISREAD = [
  ["no scheme", "example.com/"],
  ["another scheme", "file:///etc/passwd"],
  ["a scheme in front", "view-source:https://example.com/"],
  ["no slashes", "https:example.com/"],
  ["one slash", "https:/example.com/"],
  ["three slashes", "https:///example.com/"],
  ["a relative address", "//example.com/"],
  ["userinfo", "https://api.example.com@evil.example/"],
  ["a password", "https://user:pass@example.com/"],
  ["an empty user", "https://@example.com/"],
  ["a backslash before the at sign", "https://evil.example\\@api.example.com/"],
  ["backslashes for slashes", "https:\\\\example.com\\"],
  ["a backslash in the path", "https://example.com/a\\b"],
  ["a tab in the host", "https://exam\tple.com/"],
  ["a line break", "https://example.com/\r\nHost: evil"],
  ["a line feed in the scheme", "ht\ntps://example.com/"],
  ["a leading space", " https://example.com/"],
  ["a space in the path", "https://example.com/a b"],
  ["a NUL", "https://example.com\0.evil.example/"],
  ["an encoded NUL in the host", "https://example.com%00.evil.example/"],
  ["an encoded dot in the host", "https://example%2ecom/"],
  ["an encoded letter in the host", "https://%65xample.com/"],
  ["a trailing dot", "https://example.com./"],
  ["a leading dot", "https://.example.com/"],
  ["two dots", "https://example..com/"],
  ["a decimal number", "http://2130706433/"],
  ["a hexadecimal number", "http://0x7f000001/"],
  ["an empty hexadecimal number", "http://0x/"],
  ["octal octets", "http://0177.0.0.1/"],
  ["hexadecimal octets", "http://0x7f.0.0.1/"],
  ["a short address", "http://127.1/"],
  ["three octets", "http://127.0.1/"],
  ["leading zeros", "http://127.000.000.001/"],
  ["five octets", "http://1.127.0.0.1/"],
  ["an octet over 255", "http://127.0.0.256/"],
  ["a name that ends in a number", "http://example.1/"],
  ["fullwidth letters", "https://ｅxample.com/"],
  ["fullwidth digits", "http://１２７.0.0.1/"],
  ["an ideographic full stop", "http://127。0。0。1/"],
  ["a circled digit", "http://①27.0.0.1/"],
  ["a soft hyphen", "https://exam\u00adple.com/"],
  ["a Cyrillic letter", "https://ex\u0430mple.com/"],
  ["a long s", "https://\u017fample.com/"],
  ["an underscore", "https://exa_mple.com/"],
  ["a hyphen first", "https://-example.com/"],
  ["a label that is too long", `https://${"a".repeat(64)}.com/`],
  ["a name that is too long", `https://${"a.".repeat(127)}com/`],
  ["an IPv4 tail in IPv6", "http://[::ffff:127.0.0.1]/"],
  ["IPv6 with needless zeros", "http://[0:0:0:0:0:0:0:1]/"],
  ["IPv6 with a zone", "http://[fe80::1%25eth0]/"],
  ["IPv6 without its end", "http://[::1/"],
  ["an IPvFuture", "http://[v1.a:b]/"],
  ["port 0", "http://example.com:0/"],
  ["a port with a leading zero", "http://example.com:080/"],
  ["a port that is too high", "http://example.com:65536/"],
  ["a port that overflows", "http://example.com:4294967376/"],
  ["an empty port", "http://example.com:/"],
  ["a signed port", "http://example.com:+80/"],
  ["a port of letters", "http://example.com:http/"],
  ["two ports", "http://example.com:80:80/"],
  ["a semicolon after the host", "http://example.com;.evil.example/"],
  ["an address that is too long", `https://example.com/${"a".repeat(9000)}`],
  ["nothing", ""],
] as const;

for (const [what, url] of MISREAD) {
  test(`refuses an address with ${what}`, () => {
    assert.throws(() => parseTarget(url), refusedAs("invalid-argument"));
  });
}

test("what it accepts is a fixed point: the text that is sent parses to the same target", () => {
  const text = fc.stringMatching(/^https?:\/\/[a-z0-9.:@[\]\\%-]{1,20}[/?#]?[ -~]{0,20}$/);
  fc.assert(
    fc.property(text, (url) => {
      let target;
      try {
        target = parseTarget(url);
      } catch {
        return;
      }
      assert.deepEqual(parseTarget(target.href), target);
      assert.equal(new URL(url).hostname, target.host);
    }),
    { numRuns: 2000 },
  );
});
