import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import { URLSearchParams } from "../../../sdk-guest/globals/url/search-params.ts";
import { URL } from "../../../sdk-guest/globals/url/url.ts";

const PARTS = [
  "href", "origin", "protocol", "username", "password", "host", "hostname", "port", "pathname", "search", "hash",
] as const; // prettier-ignore

function parts(make: () => object): unknown {
  try {
    const url = make() as Record<string, unknown>;
    return Object.fromEntries(PARTS.map((part) => [part, url[part]]));
  } catch (error) {
    return (error as Error).name;
  }
}

function assertSame(input: string, base?: string): void {
  const ours = parts(() => new URL(input, base));
  const theirs = parts(() => new globalThis.URL(input, base));
  assert.deepEqual(ours, theirs, JSON.stringify([input, base]));
}

const AWKWARD = [
  "", "http:", "http://", "http:///", "http:example.com", "HTTP://EX.com:80/%7e/./a/../b?q#f", "http://a@b@c/", "http://a:b:c@d/",
  "http://[::1]:8080/", "http://[::FFFF:1.2.3.4]/", "http://[1:2:3:4:5:6:7:8:9]/", "http://[::1", "http://[fe80::1%25eth0]/",
  "http://0x7f.1/", "http://2130706433/", "http://0177.0.0.1", "http://1.2.3.4.5/", "http://256.1.1.1", "http://1.2.3", "http://0x/", "http://1.2.3.4./",
  "http://ex%41mple.com/", "http://ex%2Fample/", "http://exa mple/", "http://a_b/", "http://a..b/", "http://a./", "http://xn--a/",
  "http://bücher.de/", "http://BÜCHER.de/", "http://faß.de/", "http://日本語.jp/", "http://ｅｘ。com/", "http://a\u00adb/", "http://💩.la/", "http://xn--bcher-kva.de/",
  "mailto:a@b?c#d", "data:text/plain,hi there #x", "javascript:alert( 1 ) ", "about:blank", "urn:a:b", "x:", "x:/", "x://", "x:///a", "x://h:80/p", "x:a/../b", "x:/a/../../b", "x:/.//p", "x://a b/",
  "file:", "file:///", "file:///C|/a", "file://C:/a/..", "file:C:/", "file://localhost/x", "file://host/C:/", "file:/a/../..", "file:\\\\x\\y", "file:?q", "file:#f",
  "//h/p", "/p", "p", "../p", "./", "..", "?q", "#f", "\\p", "\\\\h\\p", "http:/p", "http:p", "https:p", ";a", "a:b", "C:/x", "http://h?x", "http://h#x",
  "  http://h  ", "ht\ntp://h\t/\r", "http://h:99999/", "http://h:8a/", "http://h:/", "http://h:00080/", "http://:80/", "http://@/", "http://u@/", "x://u@/", "x://:80",
  "http://h/ÿ\ud800?ÿ'\"<>`#ÿ\"<>`'", "http://h/%zz%2e%2E/%2e", "http://h/{}|^`", "ws://h:80", "wss://h:443", "ftp://h:21/;type=a", "blob:https://h:1/x", "blob:x", "non-special:opaque  ?q", "x:p #f",
]; // prettier-ignore
const BASES = [
  undefined,
  "http://b.com/x/y?z#w",
  "https://u:p@b.com:8/",
  "file:///C:/d/e",
  "file://h/x",
  "x://h/a/b",
  "x:/a/b",
  "mailto:m@n",
  "about:blank",
];

test("parses awkward addresses as Node does", () => {
  for (const input of AWKWARD) for (const base of BASES) assertSame(input, base);
});

test("parses random addresses as Node does", () => {
  const piece = fc.constantFrom(
    ...Array.from("/\\?#@:.[]%|;= \t"), "http:", "https:", "file:", "x:", "//", "..", "%2e", "C:", "C|", "[::1]", "1.2.3.4", "0x7f", "80", "a", "b.c", "é", "%41",
  ); // prettier-ignore
  const address = fc.array(piece, { maxLength: 9 }).map((all) => all.join(""));
  fc.assert(
    fc.property(address, fc.constantFrom(...BASES), (input, base) => assertSame(input, base)),
    { numRuns: 20_000 },
  );
});

test("serializes every IPv6 address as Node does", () => {
  const group = fc.oneof(fc.constant(0), fc.nat(0xffff));
  fc.assert(
    fc.property(fc.array(group, { minLength: 8, maxLength: 8 }), (groups) =>
      assertSame(`http://[${groups.map((value) => value.toString(16)).join(":")}]/`),
    ),
  );
});

test("sets parts as Node does", () => {
  const start = fc.constantFrom(
    "http://u:p@h.com:8/a/b?q#f",
    "https://h/",
    "file:///C:/x",
    "x://h/p",
    "x:/p",
    "mailto:a@b",
    "file://h/p",
    "x:///p",
  );
  const part = fc.constantFrom(
    "href",
    "protocol",
    "username",
    "password",
    "host",
    "hostname",
    "port",
    "pathname",
    "search",
    "hash",
  );
  const value = fc.constantFrom(
    "", "a", "http", "https:", "file", "x", "y:z", "h2.com", "h2.com:9", "h2:80", ":9", "h/x", "h?x", "h#x", "[::1]", "[::1]:5", "[", "a@b", "1.2.3.4", "0x7f000001",
    "/p", "p/../q", "\\p", "?q=1", "#g", "8", "08", "80", "443", "9x", "x9", "99999", "é'\"", "a b", "//d", "..", "\t1", "localhost", " ",
  ); // prettier-ignore
  fc.assert(
    fc.property(start, fc.array(fc.tuple(part, value), { maxLength: 3 }), (address, steps) => {
      const [ours, theirs] = [new URL(address), new globalThis.URL(address)];
      const set = (url: object): unknown =>
        parts(() => {
          for (const [name, text] of steps) (url as Record<string, string>)[name] = text;
          return url;
        });
      assert.deepEqual(set(ours), set(theirs), JSON.stringify([address, steps]));
    }),
    { numRuns: 5000 },
  );
});

test("keeps search parameters and the address in step, as Node does", () => {
  const name = fc.constantFrom("a", "b", "é", "a b", "+", "%41", "", "\ufeff", "\ud800");
  const step = fc.tuple(
    fc.constantFrom("append", "set", "delete", "get", "getAll", "has", "sort"),
    name,
    name,
  );
  fc.assert(
    fc.property(
      fc.array(step, { maxLength: 8 }),
      fc.constantFrom("", "?a=1&b&a=%20+&=x&%EF%BB%BF=%FF"),
      (steps, query) => {
        const [ours, theirs] = [
          new URL(`http://h/${query}`),
          new globalThis.URL(`http://h/${query}`),
        ];
        for (const [method, first, second] of steps) {
          const run = (url: { searchParams: object }) =>
            (url.searchParams as Record<string, (a: string, b: string) => unknown>)[method]!(
              first,
              second,
            );
          assert.deepEqual(run(ours), run(theirs));
          assert.equal(ours.href, theirs.href);
        }
        assert.deepEqual([...ours.searchParams], [...theirs.searchParams]);
        assert.equal(ours.searchParams.size, theirs.searchParams.size);
      },
    ),
    { numRuns: 1000 },
  );
});

test("reads parameters from text, pairs and records", () => {
  for (const init of [
    "?a=1&a=2",
    "a=1",
    "",
    [
      ["a", "1"],
      ["b", "2"],
    ],
    { a: "1", é: " " },
  ] as const) {
    assert.equal(
      String(new URLSearchParams(init as never)),
      String(new globalThis.URLSearchParams(init as never)),
    );
  }
  assert.throws(() => new URLSearchParams([["a"]] as never), TypeError);
});

test("says whether an address can be parsed", () => {
  assert.equal(URL.canParse("http://h"), true);
  assert.equal(URL.canParse("h"), false);
  assert.equal(URL.parse("x", "http://h/")?.href, "http://h/x");
  assert.equal(URL.parse("http://["), null);
});
