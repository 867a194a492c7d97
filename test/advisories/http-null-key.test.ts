// A key of an http rule that was left empty (`paths:` with every line below it commented out) meant its default,
// which grants every path. What is written must be said; only what is absent has a default.
import assert from "node:assert/strict";
import { test } from "node:test";
import { parseGrant } from "@glovebox/host-api/http/grant";

for (const key of ["scheme", "port", "methods", "paths", "secret", "format"]) {
  test(`refuses an http rule whose ${key} is left empty`, () => {
    const rule =
      key === "format"
        ? {
            host: "api.example.com",
            secret: { header: "X-Key", reference: "env:KEY", format: null },
          }
        : { host: "api.example.com", [key]: null };
    assert.throws(() => parseGrant(rule), { name: "GrantError" });
  });
}

for (const key of ["private", "redirectsMax", "responseBytesMax", "timeoutMs"]) {
  test(`refuses an http grant whose ${key} is left empty`, () => {
    assert.throws(() => parseGrant({ allow: ["api.example.com"], [key]: null }), {
      name: "GrantError",
    });
  });
}
