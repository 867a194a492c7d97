// A fresh clone of a workspace whose plugins the operator endorsed: the store is gone, and version control has the rest.
import assert from "node:assert/strict";
import { readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import type { LockedPlugin } from "../../runtime/plugin/formats.ts";
import { formatLockfile, parseLockfile } from "../../runtime/plugin/lockfile.ts";
import { packPackage } from "../../runtime/supply/package.ts";
import { generateKey } from "../../runtime/supply/signatures/keys.ts";
import { FakeRegistry, WASM_CONFIG } from "../helpers/fake-registry.ts";
import { serve } from "../helpers/http-room.ts";
import { makeSharedMachine, runInProcess, type Ended } from "../helpers/run-glovebox.ts";
import { makeScratch } from "../helpers/scratch.ts";
import { FOREIGN, OTHER, signFiles } from "../helpers/signed-package.ts";
import { weatherComponent, withPackageDocs } from "../helpers/wit-components.ts";

const OPERATOR = generateKey();
const NAMING = ["--name", "my-weather", "--version", "2.0.0", "--license", "MIT"];

let shared: Awaited<ReturnType<typeof makeSharedMachine>>;
let component: Uint8Array;
const cleanup: (() => void)[] = [];

before(async () => {
  component = await weatherComponent();
  shared = await makeSharedMachine();
});

after(async () => {
  await shared.close();
  for (const act of cleanup) act();
});

async function makeWorkspace() {
  const folder = makeScratch({ after: (act) => void cleanup.push(act as () => void) });
  const path = (name: string) => join(folder, name);
  const run = (...words: string[]): Promise<Ended> =>
    runInProcess([...words, "--config", path("glovebox.yaml")], shared.machine);
  const done = async (...words: string[]): Promise<Ended> => {
    const ended = await run(...words);
    assert.equal(ended.code, 0, `glovebox ${words.join(" ")}: ${ended.stderr}`);
    return ended;
  };
  const refused = async (codes: readonly string[], ...words: string[]): Promise<Ended> => {
    const ended = await run(...words);
    assert.deepEqual([...new Set(ended.codes)], codes, ended.stderr);
    return ended;
  };
  const lockFile = path("glovebox.lock.json");
  const locked = () => parseLockfile(readFileSync(lockFile), lockFile);
  const relock = (change: (entry: LockedPlugin) => LockedPlugin) => {
    const { integrity: _, ...rest } = locked();
    const plugins = Object.fromEntries(
      Object.entries(rest.plugins).map(([alias, entry]) => [alias, change(entry)]),
    );
    writeFileSync(lockFile, formatLockfile({ ...rest, plugins }));
  };
  const stored = () => readdirSync(path(".glovebox/store")).toSorted();
  const loseStore = () => rmSync(path(".glovebox"), { recursive: true });
  await done("init");
  await done("trust", "add", OPERATOR.publicKey.text, "--plugins", "*", "--name", "operator");
  writeFileSync(path("operator.key"), OPERATOR.privateKey, { mode: 0o600 });
  writeFileSync(path("weather.wasm"), component);
  writeFileSync(path("other.tgz"), packPackage(OTHER));
  const endorse = ["--endorse", path("operator.key"), "--yes"];
  return { path, run, done, refused, lockFile, locked, relock, stored, loseStore, endorse };
}

describe("an endorsed plugin, in a fresh clone", () => {
  test("is restored with the words that the operator gave it", async () => {
    const site = await makeWorkspace();
    await site.done("add", site.path("weather.wasm"), "--as", "w", ...NAMING, ...site.endorse);
    const [stored, lockfile] = [site.stored(), readFileSync(site.lockFile)];
    site.loseStore();
    await site.done("restore");
    await site.done("verify");
    assert.deepEqual(site.stored(), stored);
    assert.deepEqual(readFileSync(site.lockFile), lockfile);
  });

  test("is restored beside a stranger's signature", async () => {
    const site = await makeWorkspace();
    writeFileSync(site.path("other.tgz.sigstore.json"), signFiles(OTHER, FOREIGN));
    await site.done("add", site.path("other.tgz"), ...site.endorse);
    const stored = site.stored();
    site.loseStore();
    await site.done("restore");
    await site.done("verify");
    assert.deepEqual(site.stored(), stored);
    assert.match((await site.done("outdated")).stdout, /other +1\.0\.0 +1\.0\.0 +as pinned/);
  });

  test("is restored from a registry that has a component and no endorsement", async () => {
    const site = await makeWorkspace();
    const registry = new FakeRegistry();
    const config = registry.blob(Buffer.from("{}"), WASM_CONFIG);
    registry.artifact([registry.blob(component, "application/wasm")], "1", { config });
    await using server = await serve(registry.handle);
    const source = `oci://localhost:${server.port}/acme/weather:1`;
    await site.done("add", source, "--as", "w", "--license", "MIT", ...site.endorse);
    const stored = site.stored();
    site.loseStore();
    await site.done("restore");
    await site.done("verify");
    assert.deepEqual(site.stored(), stored);
  });

  test("is brought up to a new build without the old one", async () => {
    const site = await makeWorkspace();
    await site.done("add", site.path("weather.wasm"), "--as", "w", ...NAMING, ...site.endorse);
    site.loseStore();
    writeFileSync(site.path("weather.wasm"), withPackageDocs(component, {}));
    await site.refused(["ERR_COMPONENT_CHANGED"], "restore");
    await site.done("update", "w", ...site.endorse);
    await site.done("verify");
    const { name, license } = site.locked().plugins["w"] ?? {};
    assert.deepEqual([name, license], ["my-weather", "MIT"]);
  });

  test("is not restored by an endorsement that would not count", async () => {
    const site = await makeWorkspace();
    await site.done("add", site.path("other.tgz"), ...site.endorse);
    const lockfile = readFileSync(site.lockFile);
    const base64 = (bytes: Uint8Array) => Buffer.from(bytes).toString("base64");
    const put = (bundle: Uint8Array) =>
      site.relock((entry) => ({
        ...entry,
        endorsements: [{ key: OPERATOR.publicKey.digest, bundle: base64(bundle) }],
      }));
    site.loseStore();
    put(signFiles(OTHER, FOREIGN));
    await site.refused(["ERR_SIGNER_UNKNOWN"], "restore");
    put(Buffer.from("{}"));
    await site.refused(["ERR_BUNDLE_MALFORMED"], "restore");
    put(signFiles({ ...OTHER, component }, OPERATOR));
    await site.refused(["ERR_SIGNATURE_OTHER_COMPONENT"], "restore");
    site.relock((entry) => {
      const { endorsements: _, ...rest } = entry;
      return rest;
    });
    await site.refused(["ERR_SIGNATURE_MISSING"], "restore");
    // Who is trusted too, and is not who was approved.
    await site.done("trust", "add", FOREIGN.publicKey.text, "--plugins", "*", "--name", "foreign");
    put(signFiles(OTHER, FOREIGN));
    await site.refused(["ERR_SIGNER_CHANGED"], "restore");
    writeFileSync(site.lockFile, lockfile);
    await site.done("trust", "revoke", "operator", "--reason", "the operator has left");
    await site.refused(["ERR_KEY_REVOKED"], "restore");
  });
});

describe("diff of an endorsed component", () => {
  test("shows a new build, and that nobody vouches for it", async () => {
    const site = await makeWorkspace();
    await site.done("add", site.path("weather.wasm"), "--as", "w", ...NAMING, ...site.endorse);
    assert.match((await site.done("diff", "w")).stdout, /Nothing differs/);
    await site.done("update", "w", "--yes");
    writeFileSync(site.path("weather.wasm"), withPackageDocs(component, {}));
    const before = readFileSync(site.lockFile);
    const { code, stdout, stderr } = await site.run("diff", "w");
    assert.deepEqual([code, stderr], [3, ""]);
    assert.match(stdout, /component +- sha256:/);
    assert.match(stdout, /An approval would be refused: ERR_SIGNATURE_MISSING/);
    const { json } = await site.run("diff", "w", "--json");
    const { same, refused } = json as { same: boolean; refused: { code: string }[] };
    assert.deepEqual([same, refused.map((one) => one.code)], [false, ["ERR_SIGNATURE_MISSING"]]);
    assert.deepEqual(readFileSync(site.lockFile), before);
    const configuration = readFileSync(site.path("glovebox.yaml"), "utf8");
    const production = configuration.replace("mode: development", "mode: production");
    assert.notEqual(production, configuration);
    writeFileSync(site.path("glovebox.yaml"), production);
    assert.equal((await site.run("diff", "w")).code, 3);
  });

  test("of a package says the same, and nothing where the endorsed bytes are there", async () => {
    const site = await makeWorkspace();
    await site.done("add", site.path("other.tgz"), ...site.endorse);
    assert.match((await site.done("diff", "other")).stdout, /Nothing differs/);
  });
});
