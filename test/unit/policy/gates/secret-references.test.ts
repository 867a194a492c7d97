import assert from "node:assert/strict";
import { test } from "node:test";
import { listSecretReferences } from "../../../../runtime/policy/gates/secret-references.ts";
import { parseData } from "../../../helpers/policy-files.ts";

test("every secret that a configuration names is found, and what is none is not", () => {
  const configuration = parseData({
    version: 1,
    plugins: {
      web: {
        source: "./web.tgz",
        grants: {
          env: { LOOKS: "env:LIKE_ONE" },
          http: {
            allow: [
              "example.org",
              { host: "example.com", secret: { header: "x-key", reference: "env:WEB_KEY" } },
            ],
          },
        },
      },
    },
    server: {
      http: {
        tls: {
          cert: "file:/etc/x/tls.pem",
          key: "file:/etc/x/tls.key",
          client_ca: "file:/etc/x/ca.pem",
        },
      },
      store: { redis: "env:REDIS_URL" },
      state_key: "file:/run/secrets/state-key",
    },
  });
  assert.deepEqual(
    listSecretReferences(configuration).map(({ path, reference, kind }) => [path, reference, kind]),
    [
      ["plugins.web.grants.http.allow[1].secret.reference", "env:WEB_KEY", "token"],
      ["server.http.tls.key", "file:/etc/x/tls.key", "pem"],
      ["server.store.redis", "env:REDIS_URL", "url"],
      ["server.state_key", "file:/run/secrets/state-key", "key"],
    ],
  );
  // A section that is not read yet.
  const later = { ...configuration, later: { headers: { apiKey: ["env:LATER_KEY"] } } };
  assert.ok(listSecretReferences(later).some(({ path }) => path === "later.headers.api_key[0]"));
});
