// What README says of backups and of tokens, by the words that stand there, with other folders. About 15 s of CPU.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { runGlovebox, type Ended } from "../helpers/run-glovebox.ts";
import { makeServedWorkspace, type ServedWorkspace } from "../helpers/served-workspace.ts";
import { HAS_SOFTHSM, SOFTHSM_MODULE } from "../helpers/soft-token.ts";

const README = readFileSync(join(import.meta.dirname, "../../README.md"), "utf8");
const KEEPER = {
  folder: join(import.meta.dirname, "../helpers/tenant-plugin"),
  grants: ["kv", "filesystem=read-write"],
};
const PIN = "24681357";

let root: string;
let built: ServedWorkspace;
before(async () => {
  root = mkdtempSync(join(tmpdir(), "glovebox-backups-"));
  for (const folder of ["srv", "var/lib", "etc", "mnt/data", "mnt/keys"])
    mkdirSync(join(root, folder), { recursive: true });
  built = await makeServedWorkspace([KEEPER]);
});
after(() => {
  built?.remove();
  rmSync(root, { recursive: true, force: true });
});

/** The block of README in which a line begins so, below the root of this test. */
function blockWith(words: string): string {
  const blocks = [...README.matchAll(/^```sh\n([^]*?)^```/gm)].map(([, block = ""]) => block);
  const found = blocks.filter((block) => block.includes(words));
  assert.equal(found.length, 1, words);
  return (found[0] ?? "").replaceAll(/(?<![\w.])\/(?=(?:srv|var|etc|mnt)\/)/g, `${root}/`);
}

function shell(script: string): void {
  const { status, stderr } = spawnSync("sh", ["-ec", script], { encoding: "utf8" });
  assert.equal(status, 0, stderr);
}

/** Where the workspace is by now. */
let place = "srv/glovebox";
const workspace = (): string => join(root, place);
/** What was known before a backup was put back. */
let listed = "";
let later = "";

const run = (
  words: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<Ended> => runGlovebox(words, { cwd: workspace(), env });
async function done(words: readonly string[], env?: Readonly<Record<string, string>>) {
  const ended = await run(words, env);
  assert.equal(ended.code, 0, ended.stderr);
  return ended;
}

function copyBuilt(keys: string): void {
  shell(`cp -a ${built.folder} ${workspace()}`);
  const file = join(workspace(), "glovebox.yaml");
  writeFileSync(file, `${readFileSync(file, "utf8")}\nencryption: { keys: ${keys} }\n`);
}

const KEEP = ["call", "keeper__keep", '{"text":"kept before"}'];

test(
  "a token that is prepared as the README says is one for the keys",
  { skip: !HAS_SOFTHSM },
  async () => {
    // Nobody types the PINs here.
    const prepare = blockWith("softhsm2-util").replace(
      /--label \w+/,
      `$& --pin ${PIN} --so-pin ${PIN}`,
    );
    shell(prepare);
    copyBuilt(`{ pkcs11: { module: ${SOFTHSM_MODULE}, token: glovebox, pin: env:TOKEN_PIN } }`);
    const [, conf = ""] = /SOFTHSM2_CONF=(\S+)/.exec(prepare) ?? [];
    const env = { TOKEN_PIN: PIN, SOFTHSM2_CONF: conf };
    await done(KEEP, env);
    assert.match((await done(["call", "keeper__show"], env)).stdout, /kept before/);
    // Its folder is what a backup holds of it.
    const lib = join(root, "var/lib");
    shell(`tar -C ${lib}/glovebox-token -czf ${root}/mnt/keys/token.tgz .`);
    shell(`rm -r ${lib}/glovebox-token; mkdir ${lib}/glovebox-token`);
    assert.notEqual((await run(["call", "keeper__show"], env)).code, 0);
    shell(`tar -C ${lib}/glovebox-token -xpzf ${root}/mnt/keys/token.tgz`);
    assert.match((await done(["call", "keeper__show"], env)).stdout, /kept before/);
    // The configuration of the token is where the module looks, and nowhere else.
    const without = await run(["call", "keeper__show"], { TOKEN_PIN: PIN });
    assert.notEqual(without.code, 0);
    rmSync(workspace(), { recursive: true });
  },
);

test("a workspace that is backed up as the README says goes on elsewhere as it was", async () => {
  copyBuilt(`{ file: ${join(root, "var/lib/glovebox-keys")} }`);
  await done(KEEP);
  const { stdout: made } = await done(["key", "new", "ann", "--tenant", "acme", "--json"]);
  const { stdout: head } = await done(["audit", "head"]);
  shell(blockWith("tar -C"));

  const { id }: { id: string } = JSON.parse(made);
  ({ stdout: listed } = await done(["key", "list"]));
  await done(["key", "revoke", id]);
  assert.notEqual((await done(["key", "list"])).stdout, listed);
  await done(["tenant", "erase", "local", "--yes"]);
  ({ stdout: later } = await done(["audit", "head"]));

  // The machine is gone; the new one has another folder.
  rmSync(workspace(), { recursive: true });
  rmSync(join(root, "var/lib/glovebox-keys"), { recursive: true });
  place = "srv/elsewhere";
  for (const folder of [place, "var/lib/glovebox-keys"])
    mkdirSync(join(root, folder), { recursive: true });
  shell(`tar -C ${workspace()} -xpzf ${root}/mnt/data/workspace.tgz`);
  assert.notEqual(
    (await run(["call", "keeper__show"])).code,
    0,
    "the data does not open without the keys",
  );
  shell(`tar -C ${root}/var/lib/glovebox-keys -xpzf ${root}/mnt/keys/tenant-keys.tgz`);
  await done(["verify"]);
  await done(["audit", "verify", "--from", head.trim()]);
  const { stdout: checks } = await run(["doctor", "--json"]);
  for (const name of ["plugin keeper", "audit", "encryption"])
    assert.match(checks, new RegExp(`"name": ?"${name}",\\s*"state": ?"ok"`), name);
  assert.match((await done(["call", "keeper__show"])).stdout, /kept before/);
});

test("what came after a backup is missed, and a revoked key is back", async () => {
  const { code } = await run(["audit", "verify", "--from", later.trim()]);
  assert.equal(code, 3);
  assert.match(listed, /ann/);
  assert.equal((await done(["key", "list"])).stdout, listed);
});
