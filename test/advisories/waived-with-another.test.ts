// One gate asked three things, and a waiver opened all of them: who had waived TLS (a mesh ends it) also let everybody say
// for whom they call, and mode `mtls` without asking for certificates. The latter two are nobody's to waive.
import assert from "node:assert/strict";
import { test } from "node:test";
import { CALLER_GATES } from "../../runtime/policy/gates/caller-gates.ts";
import type { HttpFacts } from "../../runtime/policy/gates/facts.ts";
import { WAIVABLE_GATES } from "../../runtime/policy/gates/waivers.ts";
import { NO_REGIONS } from "../../runtime/policy/server/regions.ts";
import { DEFAULT_HTTP } from "../../runtime/policy/server/http-configuration.ts";

function refusing(facts: Pick<HttpFacts["server"], "http" | "auth">): readonly string[] {
  const all: HttpFacts = {
    server: { residency: NO_REGIONS, store: { kind: "memory" }, ...facts },
    hasAudit: true,
    secrets: [],
    files: [],
    roots: [],
  };
  const gates = CALLER_GATES.filter(({ id }) => ["tls", "proxy", "client-ca"].includes(id));
  return gates.filter((gate) => gate.refuse(all).length > 0).map(({ id }) => id);
}

const MTLS = {
  mode: "mtls",
  tenant: { value: "acme" },
  subject: "subject.CN",
  scopes: [],
  revoked: [],
} as const;

test("where nobody ends TLS, only the gate that can be waived refuses", () => {
  assert.deepEqual(refusing({ http: DEFAULT_HTTP, auth: { mode: "keys" } }), ["tls"]);
});

test("a proxy's network that is everybody's is refused by a gate that cannot be waived", () => {
  for (const range of ["0.0.0.0/0", "0.0.0.0/7", "::/0", "2000::/15"]) {
    const http = { ...DEFAULT_HTTP, proxy: { trusted: ["10.0.0.0/8", range] } };
    assert.deepEqual(refusing({ http, auth: { mode: "keys" } }), ["proxy"], range);
  }
  assert.ok(!WAIVABLE_GATES.includes("proxy"));
});

test("certificates that are not asked for are refused by a gate that cannot be waived", () => {
  assert.deepEqual(refusing({ http: DEFAULT_HTTP, auth: MTLS }), ["tls", "client-ca"]);
  assert.ok(!WAIVABLE_GATES.includes("client-ca"));
});
