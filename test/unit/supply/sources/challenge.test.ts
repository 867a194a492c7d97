import assert from "node:assert/strict";
import { test } from "node:test";
import { parseChallenge } from "../../../../runtime/supply/sources/oci/challenge.ts";
import { assertRefused } from "../../../helpers/refusals.ts";

const bearer = (realm: string, service?: string) => ({ scheme: "bearer", realm, service });

test("a challenge is read as registries write it", () => {
  const cases: readonly (readonly [string, object])[] = [
    [
      'Bearer realm="https://a/token",service="ghcr.io",scope="x:y:pull"',
      bearer("https://a/token", "ghcr.io"),
    ],
    ['bearer realm="https://a", service=b', bearer("https://a", "b")],
    ["Bearer realm=https://a/t", bearer("https://a/t")],
    ['Bearer scope="a,b c",realm="https://a"', bearer("https://a")],
    ['Bearer realm="a\\"b"', bearer('a"b')],
    ['Basic realm="x"', { scheme: "basic" }],
    ["Basic", { scheme: "basic" }],
    ['BASIC realm="x", BEARER realm="https://a"', bearer("https://a")],
    ['Bearer realm="https://a", Basic realm="x"', bearer("https://a")],
    ['Negotiate, Basic realm="x"', { scheme: "basic" }],
  ];
  for (const [header, expected] of cases)
    assert.deepEqual(parseChallenge(header), expected, header);
});

test("the first of two parameters of a name counts", () => {
  assert.deepEqual(parseChallenge('Bearer realm="one",realm="two"'), bearer("one"));
});

test("what cannot be answered is refused, however long it is", () => {
  const headers = [
    undefined,
    "",
    "Bearer",
    'Bearer service="x"',
    'Bearer realm="open',
    "Digest realm=x",
    "x".repeat(9000),
    `Bearer ${"a".repeat(8000)}`,
    `Bearer ${'"\\'.repeat(4000)}`,
    `Bearer realm="${"\\".repeat(8000)}`,
  ];
  for (const header of headers) assertRefused(() => parseChallenge(header), "ERR_REGISTRY_TOKEN");
});
