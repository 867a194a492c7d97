import assert from "node:assert/strict";
import { test } from "node:test";
import { parseGrant } from "@glovebox/host-api/http/grant";
import { decideRequest, isPathWithin } from "@glovebox/host-api/http/match";
import { parseTarget } from "@glovebox/host-api/http/url";

const allows = (grant: unknown, url: string, method = "GET") =>
  decideRequest(parseGrant(grant), method, parseTarget(url)).allowed;

test("allows the granted origin and nothing beside it", () => {
  assert.ok(allows("api.example.com", "https://api.example.com/x?y"));
  const beside = [
    "http://api.example.com/",
    "http://api.example.com:443/",
    "https://api.example.com:8443/",
    "https://example.com/",
    "https://evil.api.example.com/",
    "https://api.example.com.evil.example/",
    "https://xapi.example.com/",
    "https://api-example.com/",
    "https://evil.example/api.example.com",
    "https://evil.example/?api.example.com",
  ];
  for (const url of beside) assert.equal(allows("api.example.com", url), false, url);
});

test("a wildcard allows names below its domain, at any depth, and not the domain", () => {
  assert.ok(allows("*.example.com", "https://a.example.com/"));
  assert.ok(allows("*.example.com", "https://a.b.example.com/"));
  for (const host of [
    "example.com",
    "badexample.com",
    "example.com.evil.example",
    "a.example.org",
  ]) {
    assert.equal(allows("*.example.com", `https://${host}/`), false, host);
  }
});

test("refuses a look-alike in punycode", () => {
  assert.equal(allows("apple.example", "https://xn--pple-43d.example/"), false);
});

test("allows only the granted methods", () => {
  assert.ok(allows("a.example", "https://a.example/", "HEAD"));
  for (const method of ["POST", "DELETE", "CONNECT", "get", ""])
    assert.equal(allows("a.example", "https://a.example/", method), false);
});

test("methods and paths of two rules do not mix", () => {
  const grant = [
    { host: "a.example", methods: ["GET"], paths: ["/read"] },
    { host: "a.example", methods: ["POST"], paths: ["/write"] },
  ];
  assert.ok(allows(grant, "https://a.example/write", "POST"));
  assert.equal(allows(grant, "https://a.example/write", "GET"), false);
  assert.equal(allows(grant, "https://a.example/read", "POST"), false);
});

test("a prefix ends at a segment boundary", () => {
  for (const path of ["/v1", "/v1/", "/v1/users", "/v1/a%2Fb", "/v1/a%20b", "/v1/..a", "/v1//x"])
    assert.ok(isPathWithin("/v1", path), path);
  for (const path of ["/", "/v10", "/v1x", "/V1", "/v1%2Fusers", "/v1;x", "/v1.json"])
    assert.equal(isPathWithin("/v1", path), false, path);
  assert.equal(isPathWithin("/v1/", "/v1"), false);
});

const CLIMBS = [
  "/v1/..%2fadmin",
  "/v1/..%2Fadmin",
  "/v1/..%5cadmin",
  "/v1/%2e%2e%2fadmin",
  "/v1/%252e%252e/admin",
  "/v1/%252e%252e%252fadmin",
  "/v1/%25252e%25252e/x",
  "/v1/..%252fadmin",
  "/v1/..;/admin",
  "/v1/..;a=b/admin",
  "/v1/.;/..;/admin",
  "/v1/..%3b/admin",
  "/v1/%c0%ae%c0%ae/admin",
  "/v1/%ef%bc%8e%ef%bc%8e/admin",
  "/v1/..%ef%bc%8fadmin",
  "/v1/%e2%80%a5/admin",
  "/v1/..%00/admin",
  "/v1/..%09/admin",
  "/v1/..%20/admin",
  "/v1/x%0d%0a/admin",
  "/v1/%",
  "/v1/%zz",
];
for (const path of CLIMBS) {
  test(`where a prefix is granted, refuses the climb ${path}`, () => {
    assert.equal(allows("https://a.example/v1", `https://a.example${path}`), false);
  });
}

test("where the whole host is granted, encoded slashes are the host's own business", () => {
  assert.ok(allows("a.example", "https://a.example/projects/group%2Fproject/..%2f"));
});
