// Evidence from the command that writes it to the one that checks it, on what is another machine: a folder without a workspace.
// About 10 s of CPU: a plugin is built, and the probes run twice.
import assert from "node:assert/strict";
import { chmodSync, copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { Validator, type Schema } from "@cfworker/json-schema";
import { DOCUMENT_NAMES, parseArchive, type Archive } from "../../runtime/cli/evidence/archive.ts";
import { runGlovebox, type Ended } from "../helpers/run-glovebox.ts";
import { FIXTURE, makeServedWorkspace, type ServedWorkspace } from "../helpers/served-workspace.ts";

const SECRET = "hunter2-correct-horse";
const SETTINGS = `
anomalies:
  webhook: { url: "https://hooks.example.com/services/${SECRET}", secret: "env:${SECRET.replaceAll("-", "_")}" }
  rules: [{ name: dump, kind: size, chars: 100000 }]
flow:
  accept: [{ path: fixture>fixture, reason: "because ${SECRET}", until: 2999-01-31 }]
waivers: [{ gate: ring5, reason: "${SECRET} is the reason", until: 2999-01-31 }]
`;

let workspace: ServedWorkspace;
let elsewhere = "";
let first: Ended;
let archive: Archive;

const make = (name: string): Promise<Ended> =>
  runGlovebox(["evidence", "--key", "operator.key", "--out", name, "--json"], {
    cwd: workspace.folder,
  });
const check = (words: readonly string[]): Promise<Ended> =>
  runGlovebox(["verify-evidence", "bundle.tar", ...words], { cwd: elsewhere });

before(async () => {
  workspace = await makeServedWorkspace([
    { ...FIXTURE, grants: [...FIXTURE.grants, `env=TOKEN=${SECRET}`] },
  ]);
  writeFileSync(workspace.configFile, `${readFileSync(workspace.configFile, "utf8")}${SETTINGS}`);
  const cwd = workspace.folder;
  for (const name of ["operator", "stranger"]) await runGlovebox(["keygen", name], { cwd });
  first = await make("bundle.tar");
  assert.equal(first.codes.length, 0, first.stderr);
  archive = parseArchive(readFileSync(join(cwd, "bundle.tar")));
  elsewhere = mkdtempSync(join(tmpdir(), "glovebox-auditor-"));
  for (const name of ["bundle.tar", "operator.pub", "stranger.pub"])
    copyFileSync(join(cwd, name), join(elsewhere, name));
});
after(() => {
  workspace?.remove();
  if (elsewhere !== "") rmSync(elsewhere, { recursive: true });
});

test("an auditor checks it without the workspace, and is told what it proves and what not", async () => {
  const { probes } = first.json as { probes: { held: boolean }[] };
  assert.equal(first.code, probes.every(({ held }) => held) ? 0 : 1);
  const auditKey = await runGlovebox(["audit", "key"], { cwd: workspace.folder });
  const words = ["--key", "operator.pub", "--audit-key", auditKey.stdout.trim(), "--max-age", "1h"];
  const { code, stdout, stderr } = await check(words);
  assert.equal(code, 0, stderr);
  for (const part of ["Proven:", "The signer says", "Not proven:", "audit key that you named"])
    assert.ok(stdout.includes(part), part);
  const json = (await check([...words, "--json"])).json as {
    claims: { plugins: Record<string, unknown>; audit_heads: string[] };
  };
  assert.deepEqual(Object.keys(json.claims.plugins), ["fixture"]);
  // What the auditor keeps shows a later cut of the trail.
  const anchored = await runGlovebox(
    ["audit", "verify", "--from", json.claims.audit_heads[0] ?? ""],
    {
      cwd: workspace.folder,
    },
  );
  assert.equal(anchored.code, 0, anchored.stdout);
});

test("another key, another trail's key, and a bundle that is too old do not pass", async () => {
  assert.deepEqual((await check(["--key", "stranger.pub", "--json"])).codes, [
    "ERR_EVIDENCE_SIGNATURE",
  ]);
  const pub = readFileSync(join(elsewhere, "stranger.pub"), "utf8").trim();
  const other = await check(["--key", "operator.pub", "--audit-key", pub, "--json"]);
  assert.deepEqual([other.code, other.codes], [3, ["ERR_EVIDENCE_INCONSISTENT"]]);
  assert.match(other.stdout, /not signed by the audit key that you named/);
  assert.equal((await check([])).code, 2);
  assert.equal((await check(["--key", "operator.pub", "--max-age", "soon"])).code, 2);
});

test("a key that is not there, or is none, is told by the file that was named", async () => {
  const cwd = elsewhere;
  writeFileSync(join(elsewhere, "odd.pub"), "no key\n");
  const bundle = ["verify-evidence", "bundle.tar"];
  for (const words of [
    [...bundle, "--key"],
    [...bundle, "--key", "operator.pub", "--audit-key"],
    ["audit", "verify", "bundle.tar", "--public-key"],
  ]) {
    const missing = await runGlovebox([...words, "missing.pub"], { cwd });
    assert.deepEqual([missing.code, missing.codes], [2, ["ERR_FILE_MISSING"]], words.join(" "));
    assert.ok(missing.stderr.includes(join(elsewhere, "missing.pub")), missing.stderr);
    assert.match(missing.stderr, /Check the path/);
    const odd = await runGlovebox([...words, "odd.pub"], { cwd });
    assert.ok(odd.stderr.includes(join(elsewhere, "odd.pub")), odd.stderr);
    // The key itself is words too.
    const key = readFileSync(join(elsewhere, "stranger.pub"), "utf8").trim();
    assert.doesNotMatch((await runGlovebox([...words, key], { cwd })).stderr, /ERR_FILE_MISSING/);
  }
});

test("no secret of the configuration is in it, plain or encoded", () => {
  const bytes = Buffer.from(readFileSync(join(workspace.folder, "bundle.tar")));
  const statement = (
    JSON.parse(Buffer.from(archive.signature).toString()) as {
      dsseEnvelope: { payload: string };
    }
  ).dsseEnvelope.payload;
  const texts = [bytes.toString("latin1"), Buffer.from(statement, "base64").toString("latin1")];
  const marks = [SECRET, SECRET.replaceAll("-", "_"), Buffer.from(SECRET).toString("hex")];
  for (const before of [0, 1, 2])
    marks.push(
      Buffer.from(`${"x".repeat(before)}${SECRET}`)
        .toString("base64")
        .slice(before + 1, -4),
    );
  for (const text of texts)
    for (const mark of marks) assert.equal(text.includes(mark), false, mark);
  // And the search can find: the name of the variable is there.
  assert.ok(texts[0]?.includes('"TOKEN":"[redacted]"'));
});

test("the bill of materials is CycloneDX 1.6, and names every part", () => {
  const folder = new URL(
    "res/schema/",
    import.meta.resolve("@cyclonedx/cyclonedx-library/package.json"),
  );
  const load = (name: string): Schema =>
    JSON.parse(readFileSync(new URL(`${name}.SNAPSHOT.schema.json`, folder), "utf8")) as Schema;
  const validator = new Validator(load("bom-1.6"), "7", false);
  for (const name of ["spdx", "jsf-0.82"])
    validator.addSchema(load(name), `http://cyclonedx.org/schema/${name}.SNAPSHOT.schema.json`);
  const sbom = JSON.parse(Buffer.from(archive.documents["sbom.cdx.json"]).toString()) as {
    components: Record<string, unknown>[];
  };
  const { valid, errors } = validator.validate(sbom);
  assert.deepEqual(errors.slice(0, 3), []);
  assert.equal(valid, true);
  const broken = { ...sbom, components: [{ ...sbom.components[0], type: "thing" }] };
  assert.equal(validator.validate(broken).valid, false, "the schema can refuse");
  const names = sbom.components.map(({ name }) => name);
  for (const name of ["zod", "undici", "@bytecodealliance/jco-transpile", "node", "fixture"])
    assert.ok(names.includes(name), name);
});

test("the same workspace makes the same documents, but for what changes by itself", async () => {
  await make("again.tar");
  const again = parseArchive(readFileSync(join(workspace.folder, "again.tar")));
  const differing = DOCUMENT_NAMES.filter(
    (name) => Buffer.compare(again.documents[name], archive.documents[name]) !== 0,
  );
  assert.deepEqual(
    differing.filter((name) => !["debt.json", "probes.json", "audit.json"].includes(name)),
    [],
  );
});

test("what stands where a bundle should go is left as it is, unless it may be written over", async () => {
  const cwd = workspace.folder;
  writeFileSync(join(cwd, "kept.tar"), "last quarter's");
  const { code, codes } = await make("kept.tar");
  assert.deepEqual([code, codes], [2, ["ERR_WORKSPACE_EXISTS"]]);
  assert.equal(readFileSync(join(cwd, "kept.tar"), "utf8"), "last quarter's");
  const words = ["evidence", "--key", "operator.key", "--out", "kept.tar", "--force"];
  const forced = await runGlovebox(words, { cwd });
  assert.equal(forced.code, first.code, forced.stderr);
  assert.doesNotThrow(() => parseArchive(readFileSync(join(cwd, "kept.tar"))));
});

test("a private key that others may use signs nothing", async () => {
  const cwd = workspace.folder;
  const file = join(cwd, "stranger.key");
  const sign = async (): Promise<readonly string[]> => {
    const words = ["sign", "fixture/dist/fixture-1.0.0.tgz", "--key", file, "--json"];
    const both = [await runGlovebox(words, { cwd })];
    both.push(await runGlovebox(["evidence", "--key", file, "--json"], { cwd }));
    return both.flatMap(({ codes }) => codes);
  };
  chmodSync(file, 0o644);
  assert.deepEqual(await sign(), ["ERR_KEY_EXPOSED", "ERR_KEY_EXPOSED"]);
  chmodSync(file, 0o640);
  assert.deepEqual(await sign(), ["ERR_KEY_EXPOSED", "ERR_KEY_EXPOSED"]);
});

test("a workspace that would not start makes no evidence", async () => {
  const text = readFileSync(workspace.configFile, "utf8");
  writeFileSync(workspace.configFile, text.replace(SECRET, `${SECRET}-else`));
  const { code, codes } = await make("never.tar");
  writeFileSync(workspace.configFile, text);
  assert.deepEqual([code, codes], [3, ["ERR_GRANTS_CHANGED"]]);
});
