import assert from "node:assert/strict";
import { test } from "node:test";
import {
  guestHeaders,
  headerValue,
  headersForOtherOrigin,
  parseRequestHeaders,
} from "@glovebox/host-api/http/headers";
import { refusedAs } from "../../helpers/http-room.ts";

test("passes ordinary headers on in lower case", () => {
  const headers = [
    ["Accept", "application/json"],
    ["X-Api-Version", "2"],
    ["content-type", "text/plain"],
  ];
  assert.deepEqual(
    parseRequestHeaders(headers),
    headers.map(([name = "", value]) => [name.toLowerCase(), value]),
  );
});

test("drops what the broker says itself", () => {
  assert.deepEqual(
    parseRequestHeaders([
      ["Content-Length", "5"],
      ["Accept-Encoding", "br"],
    ]),
    [],
  );
});

const FORBIDDEN = `Host Connection Keep-Alive TE Trailer Transfer-Encoding Upgrade Expect Proxy-Authorization Proxy-Connection
  Cookie Cookie2 Authorization Origin Referer Via Forwarded X-Forwarded-For X-Forwarded-Host X-Forwarded_Proto X_Forwarded_For
  X-Original-URL X-Rewrite-URL X-Real-IP X-HTTP-Method-Override X_HTTP_METHOD_OVERRIDE X-Method-Override Metadata Metadata-Flavor
  X-aws-ec2-metadata-token X-Google-Metadata-Request X-Metadata-Token Sec-Fetch-Site True-Client-IP HTTP2-Settings Set-Cookie`;
for (const name of FORBIDDEN.split(/\s+/)) {
  test(`refuses the header ${name}`, () => {
    assert.throws(() => parseRequestHeaders([[name, "x"]]), refusedAs("refused-by-policy"));
  });
}

test("refuses a forbidden name that only another alphabet hides", () => {
  assert.throws(() => parseRequestHeaders([["coo\u212Aie", "x"]]), refusedAs("refused-by-policy"));
});

const MALFORMED: readonly unknown[] = [
  null,
  {},
  "a: b",
  [["a"]],
  [["a", "b", "c"]],
  [["a", 1]],
  [[1, "a"]],
  ["ab"],
  [[["a"], "b"]],
  [["", "x"]],
  [["a b", "x"]],
  [["a:", "x"]],
  [["a\r\n", "x"]],
  [["a", "x\r\nHost: evil"]],
  [["a", "x\ny"]],
  [["a", "x\0"]],
  [["a", "é"]],
  [["a", "\u010d\u010a"]],
  [["a", "\x7f"]],
  [["ä", "x"]],
  [["a".repeat(129), "x"]],
  [["(a)", "x"]],
  [["[a]", "x"]],
  [["a,b", "x"]],
];
for (const value of MALFORMED) {
  test(`refuses the headers ${JSON.stringify(value).slice(0, 60)}`, () => {
    assert.throws(() => parseRequestHeaders(value), refusedAs("invalid-argument"));
  });
}

test("refuses too many and too large headers", () => {
  assert.throws(
    () => parseRequestHeaders(Array.from({ length: 65 }, () => ["a", "b"])),
    refusedAs("too-large"),
  );
  assert.throws(() => parseRequestHeaders([["a", "b".repeat(17_000)]]), refusedAs("too-large"));
});

test("takes little along to another origin", () => {
  const headers = [
    ["accept", "a"],
    ["x-token", "b"],
    ["content-type", "c"],
  ] as const;
  assert.deepEqual(headersForOtherOrigin(headers), [
    ["accept", "a"],
    ["content-type", "c"],
  ]);
});

test("withholds cookies and framing from the guest", () => {
  const names = [
    "Set-Cookie",
    "set-cookie2",
    "Connection",
    "Transfer-Encoding",
    "Content-Encoding",
    "Content-Length",
    "Proxy-Authenticate",
    "Alt-Svc",
    "Bad Name",
  ];
  const headers = [...names, "ETag"].map((name) => [name, "x"] as const);
  assert.deepEqual(guestHeaders(headers), [["etag", "x"]]);
});

test("joins a repeated header", () => {
  const headers = [
    ["Content-Encoding", "gzip"],
    ["content-encoding", "gzip"],
  ] as const;
  assert.equal(headerValue(headers, "content-encoding"), "gzip, gzip");
  assert.equal(headerValue(headers, "etag"), undefined);
});
