import assert from "node:assert/strict";
import { test } from "node:test";
import { DEFAULT_HTTP } from "../../../../runtime/policy/server/http-configuration.ts";
import { HTTP_LIMIT_ROWS, parseListen } from "../../../../runtime/policy/server/http.ts";
import { DEFAULT_HTTP_LIMITS } from "../../../../runtime/policy/server/http-configuration.ts";
import { change, EVERYTHING, parseData } from "../../../helpers/policy-files.ts";
import { codesOf } from "../../../helpers/refusals.ts";

test("only this machine is served where nothing is configured", () => {
  const { server } = parseData(change(EVERYTHING, "server", undefined));
  assert.deepEqual(server.http, DEFAULT_HTTP);
  assert.equal(DEFAULT_HTTP.listen.host, "127.0.0.1");
});

test("reads addresses to listen on, and nothing that only looks like one", () => {
  assert.deepEqual(parseListen("127.0.0.1:8808"), { host: "127.0.0.1", port: 8808 });
  assert.deepEqual(parseListen("[::1]:0"), { host: "::1", port: 0 });
  for (const text of ["", "8808", ":8808", "127.1:80", "0x7f.0.0.1:80", "999.1.1.1:80"])
    assert.equal(parseListen(text), undefined, text);
  for (const text of ["127.0.0.1:65536", "::1:80", "[::1%eth0]:80", "example.com:80"])
    assert.equal(parseListen(text), undefined, text);
});

test("refuses networks, addresses and references that it cannot read", () => {
  for (const [path, value] of [
    ["server.http.proxy.trusted", ["10.0.0.0/33"]],
    ["server.http.proxy.trusted", ["10.0.0.0"]],
    ["server.http.proxy.trusted", []],
    ["server.http.listen", "999.0.0.1:80"],
    ["server.http.tls.key", "env:TLS_KEY"],
    ["server.http.tls.cert", "-----BEGIN CERTIFICATE-----"],
    ["server.http.limits.body", "1GiB"],
    ["server.http.limits.connections", 0],
    ["server.http.host", ["a.example"]],
    ["server.state_key", "a secret in the open"],
  ] as const)
    assert.deepEqual(
      codesOf(() => parseData(change(EVERYTHING, path, value))),
      ["ERR_CONFIG_INVALID"],
      path,
    );
});

test("every limit of the listener has a range that its default lies in", () => {
  for (const [key, { field, min, max }] of Object.entries(HTTP_LIMIT_ROWS))
    assert.ok(DEFAULT_HTTP_LIMITS[field] >= min && DEFAULT_HTTP_LIMITS[field] <= max, key);
  assert.deepEqual(
    Object.values(HTTP_LIMIT_ROWS).map(({ field }) => field),
    Object.keys(DEFAULT_HTTP_LIMITS),
  );
});
