import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { grantForTenant } from "@glovebox/host-api/http/for-tenant";
import { coversGrant, formatGrant } from "@glovebox/host-api/http/coverage";
import { parseGrant } from "@glovebox/host-api/http/grant";

const secret = {
  header: "authorization",
  reference: "env:OWN",
  perTenant: { acme: "env:ACME", globex: "file:/run/globex" },
};
const grant = parseGrant({ allow: ["example.com", { host: "api.example.com", secret }] });
const rulesOf = (tenant?: string): readonly (readonly [string, string | undefined])[] =>
  grantForTenant(grant, tenant).allow.map((rule) => [rule.host, rule.secret?.reference]);

describe("a secret by tenant", () => {
  it("is the tenant's own, and the general one only for whoever runs the host", () => {
    assert.deepEqual(rulesOf("acme")[1], ["api.example.com", "env:ACME"]);
    assert.deepEqual(rulesOf("globex")[1], ["api.example.com", "file:/run/globex"]);
    assert.deepEqual(rulesOf()[1], ["api.example.com", "env:OWN"]);
  });

  it("is nobody else's: the rule is gone for a tenant that has none, whatever it is called", () => {
    for (const tenant of ["initech", "ACME", "acme ", "", "constructor", "__proto__", "toString"])
      assert.deepEqual(rulesOf(tenant), [["example.com", undefined]], tenant);
  });

  it("is read back from what was read, shown whole, and cannot be asked for by a plugin", () => {
    assert.deepEqual(parseGrant(grant), grant);
    assert.match(formatGrant(grant), /env:OWN, env:ACME for acme, file:\/run\/globex for globex/);
    const other = parseGrant({
      allow: [{ host: "api.example.com", secret: { ...secret, perTenant: { acme: "env:X" } } }],
    });
    assert.equal(coversGrant(grant, other), false);
    assert.equal(coversGrant(grant, parseGrant("example.com")), true);
  });

  it("is refused where it is no reference, or of no name", () => {
    for (const perTenant of [
      {},
      [],
      "env:X",
      { acme: "value" },
      { acme: 1 },
      { "": "env:X" },
      { "a\u200b": "env:X" },
      { ["x".repeat(129)]: "env:X" },
      JSON.parse('{"__proto__": "env:X"}') as object,
    ])
      assert.throws(() =>
        parseGrant({ allow: [{ host: "a.example.com", secret: { ...secret, perTenant } }] }),
      );
  });
});
