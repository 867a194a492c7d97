import assert from "node:assert/strict";
import { test } from "node:test";
import { GrantError } from "@glovebox/host-api/errors";
import { http } from "@glovebox/host-api/http/capability";
import { parseFlag, parseGrant } from "@glovebox/host-api/http/grant";
import * as fc from "fast-check";
import { anyText } from "../../helpers/any-text.ts";

const DEFAULTS = { private: [], redirectsMax: 3, responseBytesMax: 4_194_304, timeoutMs: 30_000 };
const PLAIN = {
  scheme: "https",
  host: "api.example.com",
  port: 443,
  methods: ["GET", "HEAD"],
  paths: ["/"],
};

/** Refused, at this place, with a remedy. */
function assertRefused(value: unknown, path?: readonly (string | number)[]): GrantError {
  let refusal: unknown;
  try {
    parseGrant(value);
  } catch (error) {
    refusal = error;
  }
  assert.ok(refusal instanceof GrantError, JSON.stringify(value));
  assert.ok(refusal.remedy.length > 0);
  if (path !== undefined) assert.deepEqual(refusal.path, path);
  return refusal;
}

test("a plain host means https, port 443, GET and HEAD, and every path", () => {
  for (const value of [
    "api.example.com",
    "API.example.com:443",
    "https://api.example.com",
    "https://api.example.com/",
  ]) {
    assert.deepEqual(parseGrant(value), { allow: [PLAIN], ...DEFAULTS });
  }
});

test("text may name scheme, port and a path prefix", () => {
  assert.deepEqual(parseGrant("http://api.example.com/v1/").allow, [
    { ...PLAIN, scheme: "http", port: 80, paths: ["/v1/"] },
  ]);
  assert.deepEqual(parseGrant("*.example.com:8443").allow, [
    { ...PLAIN, host: "*.example.com", port: 8443 },
  ]);
  assert.deepEqual(parseGrant("http://[::1]:8080").allow, [
    { ...PLAIN, scheme: "http", host: "[::1]", port: 8080 },
  ]);
});

test("accepts a list of texts and objects, one object, and the whole", () => {
  const rule = { host: "api.example.com", methods: ["POST", "GET"], paths: "/v1" };
  const parsed = { ...PLAIN, methods: ["GET", "POST"], paths: ["/v1"] };
  assert.deepEqual(parseGrant(rule).allow, [parsed]);
  assert.deepEqual(parseGrant(["api.example.com", rule]).allow, [PLAIN, parsed]);
  assert.deepEqual(
    parseGrant({ allow: "api.example.com", private: "10.0.0.0/8", redirectsMax: 0 }),
    {
      ...DEFAULTS,
      allow: [PLAIN],
      private: ["10.0.0.0/8"],
      redirectsMax: 0,
    },
  );
});

test("what it gives parses to itself", () => {
  const grant = parseGrant({
    allow: [
      {
        host: "api.example.com",
        secret: { header: "Authorization", reference: "env:KEY", format: "Bearer {}" },
      },
    ],
  });
  assert.equal(grant.allow[0]?.secret?.header, "authorization");
  assert.deepEqual(parseGrant(grant), grant);
  assert.deepEqual(parseGrant(JSON.parse(JSON.stringify(grant))), grant);
});

test("an unknown key is refused and the known one is named", () => {
  assert.match(assertRefused({ allow: [], privat: [] }, ["privat"]).remedy, /"private"/);
  assert.match(
    assertRefused([{ host: "a.example", method: "GET" }], [0, "method"]).remedy,
    /"methods"/,
  );
  assert.match(
    assertRefused({ allow: [{ host: "a.example", path: "/" }] }, ["allow", 0, "path"]).remedy,
    /"paths"/,
  );
  assert.match(assertRefused({ allow: "a.example", maxBytes: 1 }).remedy, /responseBytesMax/);
  assertRefused(JSON.parse('{"allow":"a.example","__proto__":{}}'));
});

test("refuses a wildcard over what strangers share", () => {
  const wide =
    "* *. *.com *.localhost *.co.uk *.com.au *.github.io *.s3.amazonaws.com *.vercel.app *.nip.io";
  for (const host of wide.split(" ")) assertRefused(host);
  for (const host of [
    "a.*.com",
    "*a.example.com",
    "*.*.example.com",
    "api.*",
    "*.127.0.0.1",
    "*.[::1]",
  ])
    assertRefused(host);
  assert.equal(parseGrant("*.example.co.uk").allow[0]?.host, "*.example.co.uk");
});

const BAD_TEXT = [
  "",
  " ",
  "https://",
  "https:///v1",
  "ftp://a.example",
  "file:///etc",
  "a.example/..",
  "https://a.example/../x",
  "https://a.example/%2e%2e/",
  "https://a.example/a%2fb",
  "a.example:0",
  "a.example:65536",
  "a.example:x",
  "a.example:",
  "user@a.example",
  "https://user:pw@a.example/",
  "https://a.example/?q=1",
  "https://a.example/#x",
  "a.example.",
  ".a.example",
  "a b.example",
  "a.example, b.example",
  "0x7f.1",
  "2130706433",
  "127.1",
  "0177.0.0.1",
  "[::ffff:1.2.3.4]",
  "[fe80::1%25e]",
  "ｅxample.com",
  "a.example\0",
  "a.example\n",
  "https:\\\\a.example",
  "https://a.example\\@b.example/",
  "a_b.example",
];
for (const text of BAD_TEXT) {
  test(`refuses the rule ${JSON.stringify(text)}`, () => void assertRefused(text));
}

const BAD_VALUES: readonly unknown[] = [
  undefined,
  null,
  7,
  true,
  [],
  {},
  { allow: [] },
  { allow: {} },
  [[]],
  [null],
  { allow: null },
  () => "a.example",
  { host: "" },
  { host: 7 },
  { host: "a.example:443" },
  { host: "https://a.example" },
  { host: "a.example/x" },
  { host: "a.example", scheme: "ftp" },
  { host: "a.example", port: "443" },
  { host: "a.example", port: 1.5 },
  { host: "a.example", port: -1 },
  { host: "a.example", methods: [] },
  { host: "a.example", methods: ["get"] },
  { host: "a.example", methods: ["CONNECT"] },
  { host: "a.example", methods: ["TRACE"] },
  { host: "a.example", methods: ["GET", "GET"] },
  { host: "a.example", methods: "*" },
  { host: "a.example", paths: [] },
  { host: "a.example", paths: ["v1"] },
  { host: "a.example", paths: ["/a/../b"] },
  { host: "a.example", paths: ["/a?b"] },
  { host: "a.example", paths: ["/\\"] },
  { host: "a.example", paths: ["//x", 7] },
  { allow: "a.example", private: "0.0.0.0/0" },
  { allow: "a.example", private: ["169.254.169.254/32"] },
  { allow: "a.example", private: [7] },
  { allow: "a.example", redirectsMax: 11 },
  { allow: "a.example", redirectsMax: -1 },
  { allow: "a.example", responseBytesMax: 0 },
  { allow: "a.example", responseBytesMax: 1e12 },
  { allow: "a.example", timeoutMs: Number.NaN },
  { allow: "a.example", timeoutMs: "5s" },
  { allow: Array.from({ length: 65 }, () => "a.example") },
];
for (const value of BAD_VALUES) {
  test(`refuses the grant ${JSON.stringify(value)?.slice(0, 80) ?? typeof value}`, () =>
    void assertRefused(value));
}

const SECRET = { header: "x-api-key", reference: "env:KEY" };
const BAD_SECRETS: readonly (readonly [string, object])[] = [
  ["a wildcard host", { host: "*.example.com", secret: SECRET }],
  ["plain http", { host: "a.example", scheme: "http", secret: SECRET }],
  [
    "plain http to a name that claims to be local",
    { host: "localhost", scheme: "http", secret: SECRET },
  ],
  [
    "its value instead of a reference",
    { host: "a.example", secret: { ...SECRET, reference: "hunter2" } },
  ],
  ["a relative file", { host: "a.example", secret: { ...SECRET, reference: "file:key.txt" } }],
  [
    "a variable with odd letters",
    { host: "a.example", secret: { ...SECRET, reference: "env:A B" } },
  ],
  ["the header host", { host: "a.example", secret: { ...SECRET, header: "Host" } }],
  ["a framing header", { host: "a.example", secret: { ...SECRET, header: "transfer-encoding" } }],
  ["a header with a line break", { host: "a.example", secret: { ...SECRET, header: "a\r\nb" } }],
  ["no header", { host: "a.example", secret: { reference: "env:KEY" } }],
  ["a format without a place", { host: "a.example", secret: { ...SECRET, format: "Bearer" } }],
  ["a format with two places", { host: "a.example", secret: { ...SECRET, format: "{} {}" } }],
  [
    "a format with a line break",
    { host: "a.example", secret: { ...SECRET, format: "{}\r\nx: y" } },
  ],
  ["an unknown key", { host: "a.example", secret: { ...SECRET, value: "x" } }],
  ["text", { host: "a.example", secret: "env:KEY" }],
];
for (const [what, rule] of BAD_SECRETS) {
  test(`refuses a secret with ${what}`, () => void assertRefused(rule));
}

test("a secret may go in the clear only to this machine", () => {
  const grant = parseGrant({ host: "127.0.0.1", scheme: "http", secret: SECRET });
  assert.deepEqual(grant.allow[0]?.secret, { ...SECRET, format: "{}" });
});

test("a flag names hosts, separated by commas", () => {
  assert.deepEqual(parseFlag("api.example.com:443, https://b.example/v1/"), [
    "api.example.com:443",
    "https://b.example/v1/",
  ]);
  for (const text of ["", ",", "a.example,", "*.com", "a.example;b"])
    assert.throws(() => parseFlag(text), GrantError);
});

test("says a grant in one line", () => {
  const grant = parseGrant({
    allow: ["api.example.com/v1/", { host: "b.example", port: 8443, secret: SECRET }],
    private: "10.0.0.0/8",
  });
  assert.equal(
    http.formatGrant(grant),
    "GET, HEAD https://api.example.com/v1/; GET, HEAD https://b.example:8443/ (secret env:KEY as x-api-key); private addresses 10.0.0.0/8",
  );
});

const covers = (granted: unknown, requested: unknown) =>
  http.covers(parseGrant(granted), parseGrant(requested));

test("a grant covers itself and what is narrower", () => {
  const granted = {
    allow: ["*.example.com", { host: "b.example", methods: ["GET", "POST"], paths: ["/v1"] }],
    private: "10.0.0.0/8",
  };
  assert.ok(covers(granted, granted));
  assert.ok(covers(granted, "api.example.com/v1/"));
  assert.ok(covers(granted, "*.api.example.com"));
  assert.ok(
    covers(granted, {
      allow: { host: "b.example", methods: ["POST"], paths: ["/v1/x", "/v1/"] },
      private: "10.1.0.0/16",
    }),
  );
});

test("a grant does not cover what is wider", () => {
  const cases: readonly (readonly [unknown, unknown])[] = [
    ["*.example.com", "example.com"],
    ["*.example.com", "badexample.com"],
    ["*.api.example.com", "*.example.com"],
    ["api.example.com", "*.example.com"],
    ["api.example.com", "api.example.com:8443"],
    ["api.example.com", "http://api.example.com:443"],
    ["api.example.com", { host: "api.example.com", methods: ["GET", "POST"] }],
    ["api.example.com/v1", "api.example.com"],
    ["api.example.com/v1", "api.example.com/v10"],
    ["api.example.com/v1/", "api.example.com/v1"],
    ["api.example.com", { allow: "api.example.com", private: "10.0.0.0/8" }],
    [
      { allow: "api.example.com", private: "10.1.0.0/16" },
      { allow: "api.example.com", private: "10.0.0.0/8" },
    ],
    ["api.example.com", { allow: "api.example.com", redirectsMax: 4 }],
    ["api.example.com", { allow: "api.example.com", responseBytesMax: 5_000_000 }],
    ["api.example.com", { allow: "api.example.com", timeoutMs: 30_001 }],
    ["api.example.com", ["api.example.com", "b.example"]],
  ];
  for (const [granted, requested] of cases)
    assert.equal(covers(granted, requested), false, JSON.stringify([granted, requested]));
});

test("a secret is covered only by the same secret, and adding one widens nothing that was asked for", () => {
  const plain = { host: "api.example.com" };
  const secret = { ...plain, secret: SECRET };
  assert.ok(covers(secret, plain));
  assert.ok(covers(secret, secret));
  assert.equal(covers(plain, secret), false);
  assert.equal(covers(secret, { ...plain, secret: { ...SECRET, reference: "env:OTHER" } }), false);
});

test("reads anything without another failure than GrantError", () => {
  fc.assert(
    fc.property(fc.oneof(fc.jsonValue(), anyText()), (value) => {
      try {
        parseGrant(value);
      } catch (error) {
        assert.ok(error instanceof GrantError);
      }
    }),
    { numRuns: 300 },
  );
});
