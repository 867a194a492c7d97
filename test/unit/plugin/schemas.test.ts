import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, it } from "node:test";
import { Validator } from "@cfworker/json-schema";
import type { Schema } from "@cfworker/json-schema";
import { digestOf } from "../../../runtime/plugin/canonical.ts";
import { CAPABILITY_NAMES } from "@glovebox/host-api/capability";
import { formatLockfile, parseLockfile } from "../../../runtime/plugin/lockfile.ts";
import { parseManifest } from "../../../runtime/plugin/manifest.ts";
import { GRANT_PARSERS, LOCKFILE, MANIFEST } from "../../helpers/plugin-files.ts";
import { codesOf } from "../../helpers/refusals.ts";

/** What to put at a path of a good document; undefined takes the key away. */
type Change = readonly [path: string, value: unknown];

const LONG = "x".repeat(5000);
const ANYTHING = [
  undefined,
  null,
  true,
  0,
  1,
  2,
  -1,
  1.5,
  "",
  " ",
  "x",
  "X",
  LONG,
  "a\nb",
  "1.0",
  [],
  ["x"],
  {},
  { x: 1 },
];

function readSchema(name: string): Validator {
  const url = new URL(`../../../runtime/plugin/schemas/${name}.schema.json`, import.meta.url);
  return new Validator(JSON.parse(readFileSync(url, "utf8")) as Schema, "2020-12", false);
}

function change(document: object, [path, value]: Change): unknown {
  const copy: unknown = structuredClone(document);
  const keys = path.split(".");
  const last = keys.pop() ?? "";
  let parent = copy as Record<string, unknown>;
  for (const key of keys) parent = parent[key] as Record<string, unknown>;
  if (value === undefined) delete parent[last];
  else parent[last] = value;
  return JSON.parse(JSON.stringify(copy));
}

function takes(action: () => unknown): boolean {
  try {
    action();
    return true;
  } catch {
    return codesOf(action).every((code) => code === "ERR_LOCKFILE_EDITED");
  }
}

function assertEqualJudges(
  name: string,
  good: object,
  changes: readonly Change[],
  parse: (text: string) => unknown,
): void {
  const schema = readSchema(name);
  const judge = (document: unknown) => [
    schema.validate(document).valid,
    takes(() => parse(JSON.stringify(document))),
  ];
  assert.deepEqual(judge(good), [true, true]);
  const seen = new Set<boolean>();
  for (const [path, value] of changes) {
    const [bySchema = false, byParser = false] = judge(change(good, [path, value]));
    assert.equal(bySchema, byParser, `${path} = ${JSON.stringify(value)?.slice(0, 80)}`);
    seen.add(byParser);
  }
  assert.equal(seen.size, 2);
}

function everywhere(paths: readonly string[]): Change[] {
  return paths.flatMap((path) => ANYTHING.map((value): Change => [path, value]));
}

describe("the schemas for editors", () => {
  it("judge the plugin.json of the other shapes as the parser does", () => {
    const good = { ...MANIFEST, shape: "wit" };
    const names = ["a", "a-b", "a_b-c", "A", "-a", "x".repeat(128), "x".repeat(129), "a.b", 1];
    const changes = names.map((value): Change => ["tools", [value]]);
    assertEqualJudges("plugin", good, changes, (text) => parseManifest(text, "m", GRANT_PARSERS));
    const servlet = { ...MANIFEST, shape: "extism" };
    const theirs = [...names, "getTime", "a__B-c"].map((value): Change => ["tools", [value]]);
    assertEqualJudges("plugin", servlet, theirs, (text) => parseManifest(text, "m", GRANT_PARSERS));
  });

  it("judge plugin.json as the parser does", () => {
    const good = { ...MANIFEST, title: "Time", homepage: "https://example.com/x", $schema: "x" };
    const changes: Change[] = [
      ...everywhere([
        ...Object.keys(good),
        "unknown",
        "capabilities.clock",
        "capabilities.clock.reason",
        "capabilities.net",
        "tools.0",
        "shape",
      ]),
      ...["plugin", "wit", "extism"].map((value): Change => ["shape", value]),
      ...[
        "a",
        "a-b",
        "a1-2b",
        "A",
        "-a",
        "a-",
        "a--b",
        "1a",
        "a_b",
        "x".repeat(40),
        "x".repeat(41),
      ].map((value): Change => ["name", value]),
      ...[
        "1.2.3-rc.1+b.2",
        "01.2.3",
        "1.2.3-01",
        "v1.2.3",
        "1.2.3 ",
        "1.2.3-",
        `1.2.3-${"a".repeat(60)}`,
      ].map((value): Change => ["version", value]),
      ...["MIT", "MIT OR Apache-2.0", "MIT or X", "(MIT)", "MIT ", "LicenseRef-x"].map(
        (value): Change => ["license", value],
      ),
      ...[
        "http://a",
        "https://",
        "https://a",
        "https://u:p@a/",
        "https://a:99/ü",
        "https://a/?q#f",
        "https://A",
        "https://a:123456",
      ].map((value): Change => ["homepage", value]),
      ...["x".repeat(500), "x".repeat(501), "😀".repeat(500), "😀".repeat(501)].map(
        (value): Change => ["description", value],
      ),
      ...["x".repeat(9), "x".repeat(10), "x".repeat(300), "x".repeat(301)].map((value): Change => [
        "capabilities.clock.reason",
        value,
      ]),
      ["tools", ["a", "a"]],
      ["tools", Array.from({ length: 128 }, (_, index) => `t${index}`)],
      ["tools", Array.from({ length: 129 }, (_, index) => `t${index}`)],
      ...CAPABILITY_NAMES.map((name): Change => [
        `capabilities.${name}`,
        { reason: "ten letters", x: 1 },
      ]),
    ];
    assertEqualJudges("plugin", good, changes, (text) =>
      parseManifest(text, "plugin.json", GRANT_PARSERS),
    );
  });

  it("judge glovebox.lock.json as the parser does", () => {
    const good = JSON.parse(formatLockfile(LOCKFILE)) as object;
    const entry = Object.keys(LOCKFILE.plugins["time"] ?? {}).map((key) => `plugins.time.${key}`);
    const parts = ["component", "surface", "manifest", "other"].map(
      (key) => `plugins.time.digests.${key}`,
    );
    const signer = ["", ".kind", ".key", ".trust", ".other", ".issuer"].map(
      (key) => `plugins.time.signers.0${key}`,
    );
    const identity = {
      kind: "identity",
      issuer: "https://accounts.example.com",
      subject: "ann@example.com",
      trust: "ann",
    };
    const key = digestOf("other key");
    const changes: Change[] = [
      ...everywhere([
        ...Object.keys(good),
        "other",
        "engine.jco",
        "engine.glovebox",
        "engine.node",
      ]),
      ...everywhere([
        "plugins.time",
        "plugins.Other",
        "plugins.a-b",
        ...entry,
        "plugins.time.other",
        ...parts,
        ...signer,
      ]),
      ...[
        "2026-13-01T00:00:00Z",
        "2026-01-01",
        "2026-01-01T00:00:00+01:00",
        "2026-01-01T24:00:00Z",
      ].map((value): Change => ["plugins.time.approvedAt", value]),
      ...[
        [],
        [identity],
        [{ ...identity, issuer: "http://accounts.example.com" }],
        [{ ...identity, subject: "ann @example.com" }],
        [{ ...identity, subject: "aß" }],
        [{ ...identity, key }],
        [{ ...identity, kind: "key" }],
        [{ ...identity, kind: "keyless" }],
        [{ kind: "minisign", key, trust: "ann" }],
        [{ kind: "minisign", key, trust: "ann" }, identity],
        Array.from({ length: 8 }, (_, index) => ({ ...identity, subject: `a${index}@b` })),
        Array.from({ length: 9 }, (_, index) => ({ ...identity, subject: `a${index}@b` })),
      ].map((value): Change => ["plugins.time.signers", value]),
      ["plugins.time.digests.component", `sha256:${"A".repeat(64)}`],
      ["plugins.time.digests.component", `sha256:${"a".repeat(64)}`],
    ];
    assertEqualJudges("lockfile", good, changes, (text) =>
      parseLockfile(text, "glovebox.lock.json"),
    );
  });

  it("judge an endorsed entry of it as the parser does", () => {
    const { time } = LOCKFILE.plugins;
    assert.ok(time);
    const key = digestOf("operator");
    const signers = [{ kind: "key", key, trust: "operator", endorsed: true }] as const;
    const endorsements = [{ key, bundle: "e30=" }];
    const plugins = { time: { ...time, license: "MIT", signers, endorsements } };
    const good = JSON.parse(formatLockfile({ ...LOCKFILE, plugins })) as object;
    const at = "plugins.time.endorsements";
    const bundles = ["e30", "e31=", "e30==", "e3=0", "e30=e30=", "-_-_", "AAAA", "AA==", "AB=="];
    const changes: Change[] = [
      ...everywhere([at, `${at}.0`, `${at}.0.key`, `${at}.0.bundle`, `${at}.0.other`]),
      ...everywhere(["plugins.time.license", "plugins.time.signers.0.endorsed"]).filter(
        // That no endorsement is left without its signer is more than a schema can say.
        ([path, value]) => value !== undefined || !path.endsWith("endorsed"),
      ),
      ...bundles.map((value): Change => [`${at}.0.bundle`, value]),
      ...[8192, 8196].map((length): Change => [`${at}.0.bundle`, "A".repeat(length)]),
      [at, Array.from({ length: 9 }, () => endorsements[0])],
    ];
    assertEqualJudges("lockfile", good, changes, (text) =>
      parseLockfile(text, "glovebox.lock.json"),
    );
  });
});
