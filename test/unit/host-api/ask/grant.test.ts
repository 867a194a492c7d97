import assert from "node:assert/strict";
import { test } from "node:test";
import { ask } from "@glovebox/host-api/ask/capability";
import { GrantError } from "@glovebox/host-api/errors";

test("reads a kind, a list of kinds and an object", () => {
  const forms = { form: true, url: [], sampling: false, roots: false };
  assert.deepEqual(ask.parseGrant("form"), forms);
  assert.deepEqual(ask.parseGrant(["form"]), forms);
  assert.deepEqual(ask.parseGrant({ form: true }), forms);
  assert.deepEqual(ask.parseGrant({ url: "Login.Example.com", roots: true }), {
    form: false,
    url: ["login.example.com"],
    sampling: false,
    roots: true,
  });
  assert.deepEqual(ask.parseGrant(ask.parseFlag("sampling,url:*.example.com:8443")).url, [
    "*.example.com:8443",
  ]);
  assert.equal(
    ask.formatGrant(ask.parseGrant({ form: true, url: ["a.example.com"] })),
    "ask for forms for a person, addresses at a.example.com",
  );
});

test("refuses a grant that allows nothing, or what cannot be allowed", () => {
  const wrong = [
    undefined,
    true,
    "",
    "url",
    "everything",
    [],
    ["form", "url"],
    {},
    { form: false },
    { form: 1 },
    { url: [] },
    { url: ["http://login.example.com"] },
    { url: ["https://login.example.com"] },
    { url: ["login.example.com/path"] },
    { url: ["*"] },
    { url: ["*.com"] },
    { url: [{ host: "a.example.com" }] },
    { url: Array.from({ length: 17 }, (_, index) => `h${index}.example.com`) },
    { form: true, forms: true },
  ];
  for (const value of wrong)
    assert.throws(() => ask.parseGrant(value), GrantError, JSON.stringify(value));
});

test("says whether a wish lies within a grant", () => {
  const grant = ask.parseGrant({ form: true, url: ["*.example.com"] });
  assert.ok(ask.covers(grant, ask.parseGrant({ form: true, url: ["login.example.com"] })));
  assert.ok(!ask.covers(grant, ask.parseGrant({ form: true, sampling: true })));
  assert.ok(!ask.covers(grant, ask.parseGrant({ url: ["example.com"] })));
  assert.ok(!ask.covers(grant, ask.parseGrant({ url: ["login.example.com:8443"] })));
});
