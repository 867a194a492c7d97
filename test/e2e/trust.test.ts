// Who vouches, from the command line: further signers, rotation, revocation, and the programs that make keys and signatures.
import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync, rmSync, statSync, mkdirSync } from "node:fs";
import { describe, it } from "node:test";
import { packPackage } from "../../runtime/supply/package.ts";
import { formatStatement } from "../../runtime/supply/signatures/statement.ts";
import { openPackage } from "../../runtime/supply/verify-installed.ts";
import { NO_TRUST } from "../../runtime/supply/signatures/trust.ts";
import { rulesOf } from "../../runtime/workspace.ts";
import { cannedPackage } from "../helpers/canned-plugin.ts";
import type { TestWorkspace } from "../helpers/installed-workspace.ts";
import {
  APPROVED,
  AUTHOR,
  change,
  ECHO,
  FOREIGN,
  OTHER,
  packAndSign,
  signFiles,
} from "../helpers/signed-package.ts";
import {
  suite,
  PRODUCTION,
  run,
  done,
  refused,
  lockOf,
  trustsOf,
  put,
} from "../helpers/trust-workspace.ts";

describe("two signers", () => {
  const withReviewer = async (workspace: TestWorkspace) => {
    await done(
      ["trust", "add", FOREIGN.publicKey.text, "--plugins", "echo", "--name", "reviewer"],
      workspace,
    );
    await done(
      ["trust", "add", AUTHOR.publicKey.text, "--plugins", "echo", "--cosigner", "reviewer"],
      workspace,
    );
  };

  it("may be demanded: what only the author signed starts no more, until the reviewer signs too", async (t) => {
    const workspace = suite.installed.copy(t);
    await withReviewer(workspace);
    await refused(["verify"], workspace, ["ERR_SIGNER_THRESHOLD"]);
    const key = put(workspace, "reviewer.key", FOREIGN.privateKey);
    const stdout = await done(["sign", workspace.path("echo.tgz"), "--key", key], workspace);
    assert.match(stdout, /echo\.tgz\.[0-9a-f]{12}\.sigstore\.json/);
    assert.deepEqual(
      readFileSync(workspace.path("echo.tgz.sigstore.json")),
      Buffer.from(APPROVED.bundle),
    );
    await done(["approve", "echo", "--yes"], workspace);
    assert.deepEqual(trustsOf(workspace), ["author", "reviewer"]);
    workspace.editConfiguration(PRODUCTION);
    await done(["verify"], workspace);
  });

  it("are both needed at every start, from the store too", async (t) => {
    const workspace = suite.installed.copy(t);
    await withReviewer(workspace);
    put(workspace, "echo.tgz.reviewer.sigstore.json", signFiles(ECHO, FOREIGN));
    await done(["approve", "echo", "--yes"], workspace);
    const stored = readdirSync(workspace.path(".glovebox/store")).filter((name) =>
      name.endsWith(".json"),
    );
    assert.equal(stored.length, 2);
    for (const name of stored) {
      const copy = workspace.copy(t);
      rmSync(copy.path(`.glovebox/store/${name}`));
      await refused(["verify"], copy, ["ERR_SIGNER_THRESHOLD"]);
    }
    rmSync(workspace.path("echo.tgz.reviewer.sigstore.json"));
    await refused(["verify"], workspace, ["ERR_SIGNER_THRESHOLD"]);
  });

  it("of whom the reviewer alone is not enough, nor one key under two names", async (t) => {
    const workspace = suite.installed.copy(t);
    await withReviewer(workspace);
    put(workspace, "echo.tgz.sigstore.json", signFiles(ECHO, FOREIGN));
    await refused(["add", workspace.path("echo.tgz"), "--yes"], workspace, [
      "ERR_SIGNER_THRESHOLD",
    ]);
    put(workspace, "echo.tgz.again.sigstore.json", signFiles(ECHO, FOREIGN));
    await refused(["add", workspace.path("echo.tgz"), "--yes"], workspace, [
      "ERR_SIGNER_THRESHOLD",
    ]);
    workspace.editConfiguration((text) =>
      text
        .replace("name: reviewer", "name: reviewer2")
        .replace(FOREIGN.publicKey.text, AUTHOR.publicKey.text),
    );
    await refused(["verify"], workspace, ["ERR_CONFIG_INVALID"]);
  });
});

describe("a key", () => {
  it("is rotated by two entries, and the pinned plugin never stops", async (t) => {
    const workspace = suite.installed.copy(t);
    await done(
      ["trust", "add", FOREIGN.publicKey.text, "--plugins", "echo", "--name", "next"],
      workspace,
    );
    put(workspace, "echo.tgz.next.sigstore.json", signFiles(ECHO, FOREIGN));
    await done(["verify"], workspace);
    await done(["approve", "echo", "--yes"], workspace);
    assert.deepEqual(trustsOf(workspace), ["author", "next"]);
    await done(
      ["trust", "add", AUTHOR.publicKey.text, "--plugins", "echo", "--until", "2020-12-31"],
      workspace,
    );
    await done(["verify"], workspace);
    await done(["approve", "echo", "--yes"], workspace);
    assert.deepEqual(trustsOf(workspace), ["next"]);
  });

  it("that is taken out of the trust starts nothing until the plugin is approved again", async (t) => {
    const workspace = suite.installed.copy(t);
    const next = ["trust", "add", FOREIGN.publicKey.text, "--plugins", "echo", "--name", "next"];
    await done(next, workspace);
    put(workspace, "echo.tgz.next.sigstore.json", signFiles(ECHO, FOREIGN));
    await done(["approve", "echo", "--yes"], workspace);
    await done(["trust", "remove", "author"], workspace);
    assert.equal((await suite.run(["verify"], workspace)).code, 3);
    await done(["approve", "echo", "--yes"], workspace);
    await done(["verify"], workspace);
    assert.deepEqual(trustsOf(workspace), ["next"]);
  });

  it("that has ended, or not begun, starts nothing", async (t) => {
    for (const [flag, day, code] of [
      ["--until", "2020-12-31", "ERR_KEY_EXPIRED"],
      ["--from", "2099-01-01", "ERR_KEY_NOT_YET_VALID"],
    ] as const) {
      const workspace = suite.installed.copy(t);
      const words = ["trust", "add", AUTHOR.publicKey.text, "--plugins", "echo", flag, day];
      await done(words, workspace);
      await refused(["verify"], workspace, [code]);
      await refused(["add", workspace.path("echo.tgz"), "--yes"], workspace, [code]);
    }
  });

  it("that is revoked starts nothing, pinned or not, though it is still trusted", async (t) => {
    const workspace = suite.installed.copy(t);
    const why = ["--reason", "the key was on a stolen laptop"];
    await done(["trust", "revoke", "author", ...why], workspace);
    await refused(["verify"], workspace, ["ERR_KEY_REVOKED"]);
    // Once, though signature and lockfile both say whose key it is.
    const { stderr } = await suite.run(["verify"], workspace);
    assert.equal(stderr.split("ERR_KEY_REVOKED").length, 2, stderr);
    await refused(["add", workspace.path("echo.tgz"), "--yes"], workspace, ["ERR_KEY_REVOKED"]);
    await refused(["call", "echo__say", "{}"], workspace, ["ERR_KEY_REVOKED"]);
    const { trust, revoked } = (await run(["trust", "list", "--json"], workspace)).json as {
      trust: { name: string; key: string }[];
      revoked: { keys: { key: string; reason: string }[] };
    };
    assert.deepEqual(
      [trust[0]?.name, revoked.keys[0]?.key, revoked.keys[0]?.reason],
      ["author", AUTHOR.publicKey.digest, why[1]],
    );
  });

  it("that is revoked beside one that holds is left out, once that was approved", async (t) => {
    const workspace = suite.installed.copy(t);
    await done(
      ["trust", "add", FOREIGN.publicKey.text, "--plugins", "echo", "--name", "next"],
      workspace,
    );
    put(workspace, "echo.tgz.next.sigstore.json", signFiles(ECHO, FOREIGN));
    const why = ["--reason", "the key was on a stolen laptop"];
    await done(["trust", "revoke", AUTHOR.publicKey.text, ...why], workspace);
    await refused(["verify"], workspace, ["ERR_KEY_REVOKED", "ERR_SIGNER_CHANGED"]);
    await done(["approve", "echo", "--yes"], workspace);
    assert.deepEqual(trustsOf(workspace), ["next"]);
    await done(["verify"], workspace);
  });

  it("that is trusted no more starts nothing", async (t) => {
    const workspace = suite.installed.copy(t);
    await refused(["trust", "remove", "autor"], workspace, ["ERR_USAGE"]);
    await done(["trust", "remove", "author"], workspace);
    assert.match(readFileSync(workspace.configFile, "utf8"), /^trust: \[\]$/m);
    await refused(["verify"], workspace, ["ERR_SIGNER_UNKNOWN"]);
  });
});

describe("a digest that is revoked", () => {
  it("does not start, and is not added, though it is pinned and signed", async (t) => {
    const { digests, package: packed } = lockOf(suite.installed)!;
    for (const digest of [digests.component, digests.manifest, packed]) {
      const workspace = suite.installed.copy(t);
      await done(["trust", "revoke", digest, "--reason", "it leaked what it read"], workspace);
      await refused(["verify"], workspace, ["ERR_DIGEST_REVOKED"]);
      await refused(["serve"], workspace, ["ERR_DIGEST_REVOKED"]);
      await refused(["add", workspace.path("echo.tgz"), "--yes"], workspace, [
        "ERR_DIGEST_REVOKED",
      ]);
      await refused(["approve", "echo", "--yes"], workspace, ["ERR_DIGEST_REVOKED"]);
    }
  });
});

describe("a release that is revoked", () => {
  it("is compared with the one that takes its place", async (t) => {
    const workspace = suite.installed.copy(t);
    const { digests } = lockOf(workspace)!;
    await done(
      ["trust", "revoke", digests.component, "--reason", "it leaked what it read"],
      workspace,
    );
    const next = change(ECHO, { manifest: (manifest) => (manifest["version"] = "9.9.9") });
    const { component } = await cannedPackage({ name: "echo", tools: ["say"], answer: "new" });
    workspace.replaceSource(packAndSign({ ...next, component }));
    const stdout = await done(["update", "echo", "--yes"], workspace);
    assert.match(stdout, /1\.0\.0.*9\.9\.9|9\.9\.9/);
    assert.doesNotMatch(stdout, /nothing to compare with/);
    await done(["verify"], workspace);
  });
});

describe("keygen", () => {
  it("makes keys of both types, which sign what is then added", async (t) => {
    for (const type of ["ed25519", "p256"]) {
      const workspace = suite.installed.copy(t);
      const file = put(workspace, "other.tgz", packPackage(OTHER));
      await done(["keygen", workspace.path("mine"), "--type", type], workspace);
      await done(["sign", file, "--key", workspace.path("mine.key")], workspace);
      await done(["trust", "add", workspace.path("mine.pub"), "--plugins", "other"], workspace);
      await done(["add", file, "--yes"], workspace);
      assert.deepEqual(trustsOf(workspace, "other"), ["mine"]);
    }
    await refused(["keygen", "x", "--type", "rsa"], suite.installed, ["ERR_USAGE"]);
  });

  it("puts a private key that is readable by nobody else on .gitignore", async (t) => {
    const workspace = suite.installed.copy(t);
    await done(["keygen", workspace.path("plain")], workspace);
    assert.equal(existsSync(workspace.path(".gitignore")), false);
    mkdirSync(workspace.path(".git"));
    put(workspace, ".gitignore", "node_modules");
    const stdout = await done(["keygen", workspace.path("author")], workspace);
    assert.match(stdout, /author\.key on .*\.gitignore/);
    assert.equal(readFileSync(workspace.path(".gitignore"), "utf8"), "node_modules\n/author.key\n");
    assert.equal(statSync(workspace.path("author.key")).mode & 0o777, 0o600);
    put(workspace, ".gitignore", "*.key\r\n");
    await done(["keygen", workspace.path("third")], workspace);
    assert.equal(readFileSync(workspace.path(".gitignore"), "utf8"), "*.key\r\n");
  });

  it("writes no key in the clear for an empty passphrase, and names the variable", async (t) => {
    const workspace = suite.installed.copy(t);
    const before = process.env["GLOVEBOX_PASSPHRASE"];
    t.after(() => {
      if (before === undefined) delete process.env["GLOVEBOX_PASSPHRASE"];
      else process.env["GLOVEBOX_PASSPHRASE"] = before;
    });
    process.env["GLOVEBOX_PASSPHRASE"] = "";
    const ended = await refused(["keygen", workspace.path("a")], workspace, ["ERR_KEY_PASSPHRASE"]);
    assert.match(ended.stderr, /GLOVEBOX_PASSPHRASE/);
    assert.equal(existsSync(workspace.path("a.key")), false);
    process.env["GLOVEBOX_PASSPHRASE"] = "correct horse";
    await done(["keygen", workspace.path("a")], workspace);
    for (const passphrase of ["wrong", undefined]) {
      if (passphrase === undefined) delete process.env["GLOVEBOX_PASSPHRASE"];
      else process.env["GLOVEBOX_PASSPHRASE"] = passphrase;
      const words = ["sign", workspace.path("echo.tgz"), "--key", workspace.path("a.key")];
      assert.match(
        (await refused(words, workspace, ["ERR_KEY_PASSPHRASE"])).stderr,
        /GLOVEBOX_PASSPHRASE/,
      );
    }
  });
});

describe("sign", () => {
  it("writes over its own signature, and keeps every other", async (t) => {
    const workspace = suite.installed.copy(t);
    const sigs = () =>
      readdirSync(workspace.folder).filter((name) => name.endsWith(".sigstore.json"));
    const key = put(workspace, "a.key", AUTHOR.privateKey);
    await done(["sign", workspace.path("echo.tgz"), "--key", key], workspace);
    assert.deepEqual(sigs(), ["echo.tgz.sigstore.json"]);
    const other = put(workspace, "b.key", FOREIGN.privateKey);
    for (let times = 0; times < 2; times += 1)
      await done(["sign", workspace.path("echo.tgz"), "--key", other], workspace);
    assert.equal(sigs().length, 2);
    await done(["verify"], workspace);
  });

  it("writes the statement for a signer that is not glovebox", async (t) => {
    const workspace = suite.installed.copy(t);
    await done(["sign", workspace.path("echo.tgz"), "--statement"], workspace);
    const statement = readFileSync(workspace.path("echo.tgz.statement.json"));
    const { manifest, digests } = openPackage(APPROVED.package, rulesOf(NO_TRUST));
    const { name, version } = manifest;
    assert.deepEqual(statement, Buffer.from(formatStatement({ name, version, digests })));
    await refused(["sign", workspace.path("echo.tgz")], workspace, ["ERR_USAGE"]);
  });
});

it("a signature beside a package whose name only begins alike belongs to that package", async (t) => {
  const workspace = suite.installed.copy(t);
  const { bundle } = packAndSign(OTHER);
  for (const name of ["echo.tgz.b.tgz", "echo.tgzx", "xecho.tgz"])
    put(workspace, `${name}.sigstore.json`, bundle);
  await done(["verify"], workspace);
});
