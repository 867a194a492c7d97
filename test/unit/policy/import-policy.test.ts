import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { GloveboxError, Refusals } from "../../../runtime/errors.ts";
import { importPolicy } from "../../../runtime/policy/import-policy.ts";
import { assertRefused, errorsOf } from "../../helpers/refusals.ts";

const ALL = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"];
const read = (permissions: string) =>
  importPolicy(`version: "1.0"\npermissions:\n${permissions}`, "p.yaml");
const network = (...lines: string[]) =>
  read(`  network:\n${lines.map((line) => `    ${line}`).join("\n")}`);
const storage = (...lines: string[]) =>
  read(`  storage:\n${lines.map((line) => `    ${line}`).join("\n")}`);

describe("a policy's network", () => {
  it("becomes rules for its hosts, by every method, over https unless it says otherwise", () => {
    const { grants } = network(
      "allow:",
      "- host: api.openweathermap.org",
      '- host: "*.example.com"',
      "- host: https://rss.nytimes.com/feeds/",
      "- host: http://plain.example.org:8080",
    );
    assert.deepEqual(grants["http"], [
      { host: "api.openweathermap.org", methods: ALL },
      { host: "*.example.com", methods: ALL },
      { host: "rss.nytimes.com", paths: ["/feeds/"], methods: ALL },
      { host: "plain.example.org", scheme: "http", port: 8080, methods: ALL },
    ]);
  });

  it("never grants everything, a shared suffix, or an address range", () => {
    for (const host of ['"*"', '"*.com"', '"*.github.io"', '"a*b.com"', '""', '"a b"', '"*.*.com"'])
      assertRefused(() => network("allow:", `- host: ${host}`), "ERR_POLICY_IMPORT");
    const { grants, notes } = network("allow:", "- cidr: 10.0.0.0/8");
    assert.deepEqual(grants, {});
    assert.equal(notes[0]?.place.line, 5);
  });

  it("may deny what it does not allow, but nothing within what it allows", () => {
    assert.deepEqual(
      Object.keys(
        network(
          "allow:",
          "- host: a.example.com",
          "deny:",
          "- host: b.example.com",
          "- cidr: 0.0.0.0/0",
        ).grants,
      ),
      ["http"],
    );
    for (const [allowed, denied] of [
      ["*.example.com", "secret.example.com"],
      ["a.example.com", "*.example.com"],
      ["a.example.com", "a.example.com"],
    ])
      assertRefused(
        () => network("allow:", `- host: "${allowed}"`, "deny:", `- host: "${denied}"`),
        "ERR_POLICY_IMPORT",
      );
  });

  it("has either a host or a range in each entry", () => {
    for (const entry of [
      "- {}",
      "- { host: a.example.com, cidr: 10.0.0.0/8 }",
      "- a.example.com",
      "- { hots: x }",
    ])
      assertRefused(() => network("allow:", entry), "ERR_POLICY_IMPORT");
  });
});

describe("a policy's storage", () => {
  it("becomes the plugin's own folder, and says that no other is opened", () => {
    const { grants, notes } = storage(
      "allow:",
      '- { uri: "fs://work/**", access: [read] }',
      '- { uri: "fs://out", access: ["read", "write"] }',
      "deny:",
      '- { uri: "fs://workspace/secret", access: [write] }',
    );
    assert.deepEqual(grants, { filesystem: "read-write" });
    assert.deepEqual(
      notes.map(({ place }) => place.line),
      [5, 6],
    );
    assert.deepEqual(storage("allow:", '- { uri: "fs:///", access: [read] }').grants, {
      filesystem: "read",
    });
    assert.deepEqual(storage("allow: []").grants, {});
  });

  it("is refused where a grant would be wider, or the entry is not understood", () => {
    for (const entry of [
      '- { uri: "fs://x", access: [write] }',
      '- { uri: "fs://x", access: [] }',
      '- { uri: "fs://x", access: [read, execute] }',
      '- { uri: "/etc", access: [read] }',
      "- { access: [read] }",
    ])
      assertRefused(() => storage("allow:", entry), "ERR_POLICY_IMPORT");
  });
});

describe("the rest of a policy", () => {
  it("keeps a limit of memory in either form, and tells what it does not keep", () => {
    for (const form of [
      '{ limits: { memory: "512Mi", cpu: 500m } }',
      '{ memory: "512Mi", cpu: 1.5 }',
    ]) {
      const { limits, notes } = read(`  resources: ${form}`);
      assert.deepEqual(limits, { memory: "512MiB" });
      assert.equal(notes.length, 1);
    }
    for (const memory of ["512", "512MB", '"1.5Gi"', '"0Mi"', "-1", '"512M"'])
      assertRefused(
        () => read(`  resources: { limits: { memory: ${memory} } }`),
        "ERR_POLICY_IMPORT",
      );
  });

  it("never takes a value from this machine", () => {
    const { grants, notes } = read(
      "  environment:\n    allow:\n    - key: PATH\n    - key: API_KEY",
    );
    assert.deepEqual(grants, {});
    assert.deepEqual(
      notes.map(({ variable }) => variable),
      ["PATH", "API_KEY"],
    );
    assertRefused(() => read('  environment: { allow: [{ key: "*" }] }'), "ERR_POLICY_IMPORT");
  });

  it("grants nothing for what has no meaning here", () => {
    const { grants, notes } = read(
      "  runtime: { docker: { security: { privileged: true } } }\n  ipc: { allow: [] }",
    );
    assert.deepEqual(grants, {});
    assert.equal(notes.length, 2);
  });

  it("may be empty, and must be of version 1.0 without unknown keys, each told with its line", () => {
    assert.deepEqual(importPolicy('version: "1.0"\npermissions:\n', "p"), {
      grants: {},
      limits: {},
      notes: [],
    });
    for (const text of [
      "",
      "[]",
      "version: 1.0\npermissions: {}",
      "version: '1.1'\npermissions: {}",
      "version: '1.0'",
      "version: '1.0'\npermissions: { netwrok: {} }",
      "version: '1.0'\npermissions: { network: { allowed: [] } }",
    ])
      assertRefused(() => importPolicy(text, "p.yaml"), "ERR_POLICY_IMPORT");
    const [error] = errorsOf(() => importPolicy("version: '1.0'\npermissions:\n  x: 1", "p.yaml"));
    assert.deepEqual([error?.place?.file, error?.place?.line], ["p.yaml", 3]);
  });

  it("whatever it holds, is read or refused as foreseen", () => {
    const value = fc.jsonValue({ maxDepth: 4 });
    fc.assert(
      fc.property(
        fc.record(
          { storage: value, network: value, environment: value, resources: value },
          { requiredKeys: [] },
        ),
        (permissions) => {
          try {
            importPolicy(JSON.stringify({ version: "1.0", permissions }), "p.yaml");
          } catch (error) {
            assert.ok(error instanceof GloveboxError || error instanceof Refusals);
          }
        },
      ),
    );
  });
});
