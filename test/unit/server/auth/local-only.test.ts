import assert from "node:assert/strict";
import { it } from "node:test";
import { LOCAL_TENANT } from "../../../../runtime/policy/principal.ts";
import { LOCAL_ONLY } from "../../../../runtime/server/auth/local-only.ts";
import { accepted, refused } from "../../../helpers/auth-requests.ts";

it("lets this machine in without credentials, as the local tenant", async () => {
  for (const remoteAddress of ["127.0.0.1", "127.8.9.10", "::1", "::ffff:127.0.0.1"]) {
    const principal = await accepted(LOCAL_ONLY, [], { remoteAddress });
    assert.equal(principal.tenant, LOCAL_TENANT);
    assert.equal(principal.via, "none");
  }
});

it("refuses every other machine, and whatever a proxy on this one brings", async () => {
  for (const remoteAddress of [
    "10.0.0.1",
    "203.0.113.9",
    "::ffff:10.0.0.1",
    "fe80::1",
    "",
    "1127.0.0.1",
  ])
    assert.equal((await refused(LOCAL_ONLY, [], { remoteAddress })).status, 403, remoteAddress);
  for (const name of ["Forwarded", "Via", "X-Forwarded-For", "X-Forwarded-Host", "X-Real-IP"])
    assert.equal(
      (await refused(LOCAL_ONLY, [[name, "127.0.0.1"]], { remoteAddress: "127.0.0.1" })).status,
      403,
      name,
    );
});
