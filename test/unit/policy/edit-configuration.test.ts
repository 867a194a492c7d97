import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import type { JsonValue } from "@glovebox/host-api/json";
import {
  addRevocation,
  editPlugin,
  editTrust,
  FIRST_CONFIGURATION,
  removePlugin,
  removeTrust,
} from "../../../runtime/policy/edit-configuration.ts";
import { FILE, parseData, parseText } from "../../helpers/policy-files.ts";
import { assertRefused, codesOf } from "../../helpers/refusals.ts";

const COMMENTED = `# top
version: 1 # one
mode: 'production' # quoted

# about trust
trust:
    # acme's
    - { name: acme, key: AAAA, plugins: [ "acme-*" ] } # inline

plugins:
    # first
    time: # tells time
        source: "./time.tgz" # where
        grants:
            # it must know
            clock: true
    files: { source: ./files.tgz }
    # last
# the end
`;

const set = (text: string, alias: string, keys: Readonly<Record<string, JsonValue>>) =>
  editPlugin(text, FILE, alias, keys);
const comments = (text: string): readonly string[] =>
  [...text.matchAll(/# ?(.*)/g)].map((match) => match[1]?.trim() ?? "");

describe("the first configuration", () => {
  it("is read, and grants nothing", () => {
    const configuration = parseText(FIRST_CONFIGURATION);
    assert.deepEqual({ ...configuration.plugins }, {});
    assert.deepEqual(configuration.trust, []);
    assert.equal(configuration.mode, "development");
  });

  it("gets its first plugin and its first key one entry a line, and is itself again without them", () => {
    const added = set(FIRST_CONFIGURATION, "time", {
      source: "./time.tgz",
      grants: { clock: true },
    });
    assert.deepEqual(parseText(added).plugins["time"]?.grants, { clock: true });
    assert.ok(
      added.includes("plugins:\n  time:\n    source: ./time.tgz\n    grants:\n      clock: true\n"),
    );
    assert.equal(removePlugin(added, FILE, "time"), FIRST_CONFIGURATION);
  });
});

describe("an edit", () => {
  it("keeps every comment and the order of everything", () => {
    const before = comments(COMMENTED);
    let text = set(COMMENTED, "files", { grants: { filesystem: "read" } });
    text = set(text, "web", { source: "./web.tgz" });
    text = editTrust(text, FILE, { name: "acme", key: "AAAA", plugins: ["time"] });
    assert.deepEqual(comments(text).toSorted(), before.toSorted());
    assert.deepEqual(Object.keys(parseText(text).plugins), ["time", "files", "web"]);
    assert.ok(text.includes("mode: 'production' # quoted"));
  });

  it("changes nothing when there is nothing to change, not a byte", () => {
    assert.equal(set(COMMENTED, "time", { source: "./time.tgz" }), COMMENTED);
    assert.equal(removePlugin(COMMENTED, FILE, "absent"), COMMENTED);
    assert.equal(
      editTrust(COMMENTED, FILE, { name: "acme", key: "AAAA", plugins: ["acme-*"] }),
      COMMENTED,
    );
    assert.equal(removePlugin("version: 1", FILE, "time"), "version: 1");
  });

  it("made twice is as if made once", () => {
    const keys = { source: "./other.tgz", grants: { http: ["example.com"], kv: "1MiB" } };
    const once = set(COMMENTED, "time", keys);
    assert.equal(set(once, "time", keys), once);
  });

  it("keeps carriage returns where the file has them", () => {
    const text = set(COMMENTED.replaceAll("\n", "\r\n"), "web", { source: "x" });
    assert.equal(text.replaceAll("\r\n", "").includes("\n"), false);
    assert.equal(text.replaceAll("\r\n", "").includes("\r"), false);
    assert.equal(parseText(text).plugins["web"]?.source, "x");
  });

  it("keeps the comments of a section in which everything is commented out", () => {
    const text = set("version: 1\nplugins: # mine\n  # time:\n  #   source: x\n", "web", {
      source: "x",
    });
    assert.deepEqual(comments(text), ["mine", "time:", "source: x"]);
    assert.equal(parseText(text).plugins["web"]?.source, "x");
  });

  it("makes a section that is not there", () => {
    const text = editTrust(set("version: 1", "a", { source: "x" }), FILE, {
      name: "me",
      key: "AAAA",
      plugins: ["*"],
    });
    assert.equal(parseText(text).plugins["a"]?.source, "x");
    assert.equal(parseText(text).trust.length, 1);
  });

  it("takes one plugin out and leaves the others", () => {
    const text = removePlugin(COMMENTED, FILE, "time");
    assert.deepEqual(Object.keys(parseText(text).plugins), ["files"]);
  });

  it("refuses a file that cannot be read, and does not mend it in passing", () => {
    const horrors = [
      "a: &a 1\nb: *a",
      "version: 1\nversion: 1",
      "plugins: [",
      "a: !x 1",
      "a: 1\n---\nb: 1",
      "a: \u202E",
    ];
    for (const text of horrors)
      assertRefused(() => set(text, "time", { source: "x" }), "ERR_CONFIG_UNREADABLE");
  });

  it("writes what its parser refuses no matter how it is put, so that nobody saves it", () => {
    const odd = [
      "__proto__",
      "constructor",
      "a b",
      "A",
      "a: b",
      "*a",
      "&a",
      "- a",
      "#",
      "",
      "\u202E",
      "a\nb: c",
      "1",
      "~",
    ];
    for (const alias of odd) {
      const text = set(FIRST_CONFIGURATION, alias, { source: "x" });
      for (const code of codesOf(() => parseText(text))) assert.match(code, /^ERR_CONFIG_/);
    }
    assert.ok(parseText(set(FIRST_CONFIGURATION, "true", { source: "null" })).plugins["true"]);
  });

  it("writes the same object twice without an alias", () => {
    const env = { UNITS: "metric" };
    const text = set(FIRST_CONFIGURATION, "a", { source: "x", grants: { env }, limits: env });
    assert.equal(text.split("UNITS: metric").length, 3);
  });
});

describe("a trusted key", () => {
  it("gets further globs under the name it has", () => {
    const text = editTrust(COMMENTED, FILE, {
      name: "other",
      key: "AAAA",
      plugins: ["time", "acme-*", "time"],
    });
    assert.deepEqual(parseText(text).trust, [
      { kind: "key", name: "acme", publicKey: "AAAA", plugins: ["acme-*", "time"] },
    ]);
  });

  it("does not take the name of another", () => {
    const text = editTrust(COMMENTED, FILE, { name: "acme", key: "BBBB", plugins: ["time"] });
    assertRefused(() => parseText(text), "ERR_CONFIG_INVALID");
  });
});

describe("a trust entry", () => {
  const identity = { issuer: "https://accounts.example.com", subject: "ann@example.com" };

  it("of an identity or of minisign is added, found again, and given days", () => {
    const minisign = `RW${"Q".repeat(54)}`;
    let text = editTrust(COMMENTED, FILE, { name: "ann", identity, plugins: ["time"] });
    text = editTrust(text, FILE, { name: "hand", minisign, plugins: ["time"] });
    text = editTrust(text, FILE, {
      name: "x",
      identity,
      plugins: ["files"],
      until: "2027-01-31",
      cosigners: ["hand"],
    });
    text = editTrust(text, FILE, { name: "y", minisign, plugins: ["files"], from: "2026-01-31" });
    const [, ann, hand, ...more] = parseText(text).trust;
    assert.deepEqual(ann, {
      kind: "identity",
      name: "ann",
      ...identity,
      plugins: ["time", "files"],
      until: "2027-01-31",
      cosigners: ["hand"],
    });
    assert.deepEqual(
      [hand?.name, hand?.plugins, hand?.from],
      ["hand", ["time", "files"], "2026-01-31"],
    );
    assert.deepEqual(more, []);
    assert.ok(comments(COMMENTED).every((comment) => comments(text).includes(comment)));
  });

  it("is taken out by its name, and the last one leaves a list", () => {
    assert.equal(removeTrust(COMMENTED, FILE, "nobody"), COMMENTED);
    const text = removeTrust(COMMENTED, FILE, "acme");
    assert.deepEqual(parseText(text).trust, []);
    assert.ok(comments(text).includes("about trust"));
  });
});

describe("a revocation", () => {
  it("is appended to its list, in a section that is made when there is none", () => {
    const why = { reason: "lost with a laptop", date: "2026-11-21" };
    const [key, digest] = ["a", "b"].map((letter) => `sha256:${letter.repeat(64)}`);
    let text = addRevocation(COMMENTED, FILE, "keys", { key: key!, ...why });
    text = addRevocation(text, FILE, "keys", { key: digest!, ...why });
    text = addRevocation(text, FILE, "digests", { digest: digest!, ...why });
    const { revoked } = parseText(text);
    assert.deepEqual(revoked.keys, [
      { key, ...why },
      { key: digest, ...why },
    ]);
    assert.deepEqual(revoked.digests, [{ digest, ...why }]);
    assert.deepEqual(revoked.identities, []);
    const flow = text.replace(/^revoked:[^]*$/m, "revoked: { keys: [] }\n");
    assert.equal(
      parseText(addRevocation(flow, FILE, "keys", { key: key!, ...why })).revoked.keys.length,
      1,
    );
  });
});

describe("an edited configuration", () => {
  const alias = fc.constantFrom("time", "files", "acme-web", "a1", "x".repeat(40));
  const line = fc
    .string({ minLength: 1, maxLength: 60, unit: "grapheme-ascii" })
    .filter((text) => text.trim() !== "");
  const odd = fc.constantFrom(
    "yes",
    "no",
    "null",
    "~",
    "0x1f",
    "017",
    "1e3",
    ".nan",
    "2027-01-31",
    "# x",
    "- x",
    "a: b",
    "*a",
    "&a",
    "!a",
    "%a",
    "@a",
    "`a",
    "'",
    '"',
    "|",
    ">",
    "[",
    "{",
    " x",
    "x ",
    "\\",
    "a #b",
    "---",
    "...",
    "<<",
    "?",
    "a\\u202e",
  );
  const grants = fc.record(
    {
      clock: fc.constant(true),
      kv: fc.constantFrom("1MiB", true, { quota: "2 KiB" }),
      env: fc.dictionary(fc.constantFrom("A", "B_1", "yes", "null"), fc.oneof(line, odd), {
        minKeys: 1,
      }),
      http: fc.uniqueArray(fc.constantFrom("example.com", "*.example.org", "[::1]:8080"), {
        minLength: 1,
      }),
    },
    { requiredKeys: [] },
  );
  const entry = fc.record(
    { source: fc.oneof(line, odd), grants, unsigned: fc.boolean() },
    { requiredKeys: ["source"] },
  );
  const start = fc.constantFrom(
    FIRST_CONFIGURATION,
    COMMENTED,
    "version: 1\n",
    "{version: 1, plugins: {time: {source: x, grants: {random: true}}}}",
    "version: 1\r\nplugins:\r\n",
  );

  it("is always read again, as what was meant", () => {
    fc.assert(
      fc.property(
        start,
        fc.array(fc.tuple(alias, entry), { minLength: 1, maxLength: 4 }),
        (first, edits) => {
          let text: string = first;
          const wanted = new Map<string, Record<string, JsonValue>>();
          for (const [name, { plugin }] of Object.entries({ ...parseText(first).plugins }).map(
            ([name, plugin]) => [name, { plugin }] as const,
          ))
            wanted.set(name, {
              source: plugin.source,
              grants: Object.fromEntries(Object.keys(plugin.grants).map((key) => [key, true])),
            });
          for (const [name, keys] of edits) {
            text = set(text, name, keys);
            wanted.set(name, { ...wanted.get(name), ...keys });
          }
          const expected = parseData({ version: 1, plugins: Object.fromEntries(wanted) });
          assert.deepEqual({ ...parseText(text).plugins }, { ...expected.plugins }, text);
          assert.deepEqual(parseText(text).trust, parseText(first).trust);
        },
      ),
      { numRuns: 300 },
    );
  });
});

it("removing a plugin takes it out of every profile", () => {
  const text = `version: 1
plugins: { time: { source: ./a }, web: { source: ./b } }
profiles:
  bank: { plugins: [time, web] } # both
  other: { plugins: [time] }
`;
  const { profiles } = parseText(removePlugin(text, FILE, "time"));
  assert.deepEqual({ ...profiles }, { bank: { plugins: ["web"] }, other: { plugins: [] } });
});
