// Who vouches, from the command line: further signers, rotation, revocation, identities, minisign and endorsement.
import assert from "node:assert/strict";
import {
  existsSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
  mkdirSync,
} from "node:fs";
import { describe, it } from "node:test";
import { parseLockfile } from "../../runtime/plugin/lockfile.ts";
import { generateKey } from "../../runtime/supply/signatures/keys.ts";
import { packPackage } from "../../runtime/supply/package.ts";
import { formatStatement } from "../../runtime/supply/signatures/statement.ts";
import { openPackage } from "../../runtime/supply/verify-installed.ts";
import { NO_TRUST } from "../../runtime/supply/signatures/trust.ts";
import { rulesOf } from "../../runtime/workspace.ts";
import { cannedPackage } from "../helpers/canned-plugin.ts";
import { installForSuite, type TestWorkspace } from "../helpers/installed-workspace.ts";
import { makeMinisigKey, minisigOf } from "../helpers/minisig.ts";
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
import { SigstoreRoom } from "../helpers/sigstore-room.ts";

const suite = installForSuite();
const PRODUCTION = (text: string) => text.replace("mode: development", "mode: production");
const OPERATOR = generateKey();

const run = (words: readonly string[], workspace: TestWorkspace) => suite.run(words, workspace);

async function done(words: readonly string[], workspace: TestWorkspace): Promise<string> {
  const { code, stdout, stderr } = await run(words, workspace);
  assert.deepEqual([code, stderr], [0, ""], `glovebox ${words.join(" ")}: ${stderr}`);
  return stdout;
}

async function refused(
  words: readonly string[],
  workspace: TestWorkspace,
  codes: readonly string[],
) {
  const ended = await run(words, workspace);
  assert.deepEqual([...new Set(ended.codes)], codes, ended.stderr);
  return ended;
}

const lockOf = (workspace: TestWorkspace, alias = "echo") =>
  parseLockfile(readFileSync(workspace.lockFile), workspace.lockFile).plugins[alias];
const trustsOf = (workspace: TestWorkspace, alias = "echo") =>
  (lockOf(workspace, alias)?.signers ?? []).map(({ trust }) => trust).toSorted();

function put(workspace: TestWorkspace, name: string, bytes: Uint8Array | string): string {
  writeFileSync(workspace.path(name), bytes);
  return workspace.path(name);
}

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

describe("an endorsement", () => {
  it("lets in what nobody signed, in production too, and writes nothing beside the source", async (t) => {
    const workspace = suite.installed.copy(t);
    workspace.editConfiguration(PRODUCTION);
    const source = put(workspace, "theirs.tgz", packPackage(OTHER));
    const key = put(workspace, "operator.key", OPERATOR.privateKey);
    const { package: digest } = openPackage(packPackage(OTHER), rulesOf(NO_TRUST));
    const words = ["add", source, "--endorse", key, "--yes", "--digest", digest];
    await refused(["add", source, "--yes"], workspace, ["ERR_SIGNATURE_MISSING"]);
    await refused(words, workspace, ["ERR_SIGNER_UNKNOWN"]);
    await done(
      ["trust", "add", OPERATOR.publicKey.text, "--plugins", "*", "--name", "operator"],
      workspace,
    );
    assert.match(await done(words, workspace), /operator \(sha256:[0-9a-f]+, endorsed here\)/);
    assert.deepEqual(
      readdirSync(workspace.folder).filter((name) => name.startsWith("theirs")),
      ["theirs.tgz"],
    );
    assert.deepEqual(lockOf(workspace, "other")?.signers, [
      { kind: "key", key: OPERATOR.publicKey.digest, trust: "operator", endorsed: true },
    ]);
    await done(["verify"], workspace);
    await done(["approve", "other", "--yes", "--digest", digest], workspace);
    await done(["verify"], workspace);
    rmSync(source);
    await done(["verify"], workspace);
  });

  it("is of these bytes: what changes at the source is refused until it is endorsed again", async (t) => {
    const workspace = suite.installed.copy(t);
    const source = put(workspace, "theirs.tgz", packPackage(OTHER));
    const key = put(workspace, "operator.key", OPERATOR.privateKey);
    await done(
      ["trust", "add", OPERATOR.publicKey.text, "--plugins", "*", "--name", "operator"],
      workspace,
    );
    await done(["add", source, "--endorse", key, "--yes"], workspace);
    const changed = await cannedPackage({ name: "other", tools: ["add"], answer: "5" });
    put(workspace, "theirs.tgz", packPackage(changed));
    const signed = ["ERR_SIGNATURE_OTHER_COMPONENT", "ERR_SIGNATURE_OTHER_MANIFEST"];
    const pinned = ["ERR_COMPONENT_CHANGED", "ERR_MANIFEST_CHANGED"];
    await refused(["verify"], workspace, [...pinned, ...signed]);
    await refused(["approve", "other", "--yes"], workspace, signed);
    await refused(["update", "other", "--yes"], workspace, ["ERR_SIGNATURE_MISSING"]);
    await done(["update", "other", "--endorse", key, "--yes"], workspace);
    await done(["verify"], workspace);
    assert.match(await done(["update", "other"], workspace), /its source has the approved bytes/);
    assert.match(await done(["outdated"], workspace), /other +1\.0\.0 +1\.0\.0 +as pinned/);
    const again = await cannedPackage({ name: "other", tools: ["add"], answer: "6" });
    put(workspace, "theirs.tgz", packPackage(again));
    await done(["endorse", "other", "--key", key, "--yes"], workspace);
    await done(["verify"], workspace);
  });

  it("is kept by restore as long as the store has it", async (t) => {
    const workspace = suite.installed.copy(t);
    const source = put(workspace, "theirs.tgz", packPackage(OTHER));
    const key = put(workspace, "operator.key", OPERATOR.privateKey);
    await done(
      ["trust", "add", OPERATOR.publicKey.text, "--plugins", "*", "--name", "operator"],
      workspace,
    );
    await done(["add", source, "--endorse", key, "--yes"], workspace);
    const stored = readdirSync(workspace.path(".glovebox/store"));
    for (const name of stored.filter((one) => one.endsWith(".tgz")))
      rmSync(workspace.path(`.glovebox/store/${name}`));
    await refused(["verify"], workspace, ["ERR_PACKAGE_MISSING"]);
    await done(["restore"], workspace);
    await done(["verify"], workspace);
    assert.deepEqual(readdirSync(workspace.path(".glovebox/store")), stored);
  });

  it("counts as any signature: not when the key is revoked, and not without the store's file", async (t) => {
    const workspace = suite.installed.copy(t);
    const source = put(workspace, "theirs.tgz", packPackage(OTHER));
    const key = put(workspace, "operator.key", OPERATOR.privateKey);
    await done(["add", source, "--unsigned", "--yes"], workspace);
    await done(
      ["trust", "add", OPERATOR.publicKey.text, "--plugins", "*", "--name", "operator"],
      workspace,
    );
    await done(["endorse", "other", "--key", key, "--yes"], workspace);
    workspace.editConfiguration(PRODUCTION);
    await done(["verify"], workspace);
    const copy = workspace.copy(t);
    const id = OPERATOR.publicKey.digest.slice("sha256:".length);
    const stored = readdirSync(copy.path(".glovebox/store")).find((name) => name.includes(id));
    rmSync(copy.path(`.glovebox/store/${stored}`));
    await refused(["verify"], copy, ["ERR_SIGNATURE_MISSING"]);
    await done(["trust", "revoke", "operator", "--reason", "the operator has left"], workspace);
    await refused(["verify"], workspace, ["ERR_KEY_REVOKED"]);
  });

  it("beside a stranger's signature lets the plugin in, and a broken one keeps it out", async (t) => {
    const workspace = suite.installed.copy(t);
    const source = put(workspace, "theirs.tgz", packPackage(OTHER));
    put(workspace, "theirs.tgz.sigstore.json", signFiles(OTHER, FOREIGN));
    const key = put(workspace, "operator.key", OPERATOR.privateKey);
    await done(
      ["trust", "add", OPERATOR.publicKey.text, "--plugins", "*", "--name", "operator"],
      workspace,
    );
    await done(["add", source, "--endorse", key, "--yes"], workspace);
    assert.deepEqual(trustsOf(workspace, "other"), ["operator"]);
    await done(["verify"], workspace);
    put(workspace, "theirs.tgz.sigstore.json", "{}");
    await refused(["add", source, "--endorse", key, "--yes"], workspace, ["ERR_BUNDLE_MALFORMED"]);
  });

  it("is told how to be made", async (t) => {
    const workspace = suite.installed.copy(t);
    await refused(["endorse", "echo"], workspace, ["ERR_USAGE"]);
    const key = put(workspace, "operator.key", OPERATOR.privateKey);
    const ended = await refused(["endorse", workspace.path("echo.tgz"), "--key", key], workspace, [
      "ERR_USAGE",
    ]);
    assert.match(ended.stderr, /glovebox add .*--endorse/);
    const both = ["add", workspace.path("echo.tgz"), "--endorse", key, "--unsigned"];
    await refused(both, workspace, ["ERR_USAGE"]);
  });
});

describe("minisign", () => {
  it("vouches for a package, with what its own program writes or an older one", async (t) => {
    for (const isPrehashed of [true, false]) {
      const workspace = suite.installed.copy(t);
      const pair = makeMinisigKey();
      const file = put(workspace, "other.tgz", packPackage(OTHER));
      put(workspace, "other.tgz.minisig", minisigOf(packPackage(OTHER), pair, { isPrehashed }));
      await refused(["add", file, "--yes"], workspace, ["ERR_SIGNER_UNKNOWN"]);
      put(workspace, "hand.pub", `untrusted comment: minisign public key\n${pair.publicKey}\n`);
      await done(["trust", "add", workspace.path("hand.pub"), "--plugins", "other"], workspace);
      await done(["add", file, "--yes"], workspace);
      assert.deepEqual(lockOf(workspace, "other")?.signers, [
        { kind: "minisign", key: pair.digest, trust: "hand" },
      ]);
      workspace.editConfiguration(PRODUCTION);
      await done(["verify"], workspace);
      rmSync(file);
      await done(["verify"], workspace);
      await done(["trust", "revoke", "hand", "--reason", "the key was lost"], workspace);
      await refused(["verify"], workspace, ["ERR_KEY_REVOKED"]);
    }
  });
});

describe("an identity", () => {
  const ROOM = new SigstoreRoom();
  const CI = {
    issuer: "https://token.actions.example.com",
    subject: "https://github.com/acme/other/.github/workflows/release.yml@refs/heads/main",
    repository: "https://github.com/acme/other",
    workflow: "https://github.com/acme/other/.github/workflows/release.yml@refs/heads/main",
  };
  const PACKED = packPackage(OTHER);
  const { manifest, digests } = openPackage(PACKED, rulesOf(NO_TRUST));
  const STATEMENT = formatStatement({ name: manifest.name, version: manifest.version, digests });
  const provenance = (change: object = {}, workflow: object = {}) =>
    Buffer.from(
      JSON.stringify({
        _type: "https://in-toto.io/Statement/v1",
        subject: [{ name: "plugin.wasm", digest: { sha256: digests.component.slice(7) } }],
        predicateType: "https://slsa.dev/provenance/v1",
        predicate: {
          buildDefinition: {
            buildType: "https://actions.github.io/buildtypes/workflow/v1",
            externalParameters: {
              workflow: {
                ref: "refs/heads/main",
                repository: CI.repository,
                path: ".github/workflows/release.yml",
                ...workflow,
              },
            },
            resolvedDependencies: [{ uri: "git+x", digest: { gitCommit: "a".repeat(40) } }],
          },
          runDetails: { builder: { id: "x" } },
        },
        ...change,
      }),
    );
  const write = (
    workspace: TestWorkspace,
    name: string,
    payload: Uint8Array,
    identity: object = {},
  ) => put(workspace, name, JSON.stringify(ROOM.sign(payload, { ...CI, ...identity })));
  const trusted = ["trust", "add", "--issuer", CI.issuer, "--subject", CI.subject];
  const demanding = ["--repository", CI.repository, "--workflow", ".github/workflows/release.yml"];

  function prepare(workspace: TestWorkspace): string {
    put(workspace, "root.json", ROOM.rootBytes);
    workspace.editConfiguration((text) => `${text}sigstore:\n  trusted_root: ./root.json\n`);
    write(workspace, "other.tgz.sigstore.json", STATEMENT);
    return put(workspace, "other.tgz", PACKED);
  }

  it("vouches offline, by the trusted root that the operator named", async (t) => {
    const workspace = suite.installed.copy(t);
    const file = prepare(workspace);
    await refused(["add", file, "--yes"], workspace, ["ERR_SIGNER_UNKNOWN"]);
    await done([...trusted, "--plugins", "other", "--name", "ci"], workspace);
    const stdout = await done(["add", file, "--yes"], workspace);
    assert.ok(stdout.includes(`ci (${CI.subject}, says ${CI.issuer})`));
    workspace.editConfiguration(PRODUCTION);
    await done(["verify"], workspace);
    put(workspace, "root.json", new SigstoreRoom().rootBytes);
    await refused(["verify"], workspace, ["ERR_CERTIFICATE_INVALID"]);
    put(workspace, "root.json", "{}");
    await refused(["verify"], workspace, ["ERR_TRUSTED_ROOT_INVALID"]);
    rmSync(workspace.path("root.json"));
    await refused(["verify"], workspace, ["ERR_TRUSTED_ROOT_INVALID"]);
  });

  it("may have to say what built it; that is shown, pinned, and looked at every start", async (t) => {
    const workspace = suite.installed.copy(t);
    const file = prepare(workspace);
    await done([...trusted, "--plugins", "other", "--name", "ci", ...demanding], workspace);
    await refused(["add", file, "--yes"], workspace, ["ERR_PROVENANCE_MISSING"]);
    write(workspace, "other.tgz.build.sigstore.json", provenance());
    const stdout = await done(["add", file, "--yes"], workspace);
    assert.ok(
      stdout.includes(
        `built      ${CI.repository}/.github/workflows/release.yml at ${"a".repeat(40)}`,
      ),
    );
    assert.deepEqual(lockOf(workspace, "other")?.signers, [
      {
        kind: "identity",
        issuer: CI.issuer,
        subject: CI.subject,
        trust: "ci",
        provenance: {
          repository: CI.repository,
          workflow: ".github/workflows/release.yml",
          revision: "a".repeat(40),
        },
      },
    ]);
    await done(["verify"], workspace);
    rmSync(file);
    await done(["verify"], workspace);
    const stored = readdirSync(workspace.path(".glovebox/store")).find((name) =>
      name.includes(".build."),
    );
    rmSync(workspace.path(`.glovebox/store/${stored}`));
    await refused(["verify"], workspace, ["ERR_PROVENANCE_MISSING"]);
  });

  it("is refused when the attestation is of another component, build or identity, or is none", async (t) => {
    const elsewhere = "https://github.com/evil/other";
    const sha256 = "0".repeat(64);
    const cases: readonly (readonly [Uint8Array, object, string])[] = [
      [
        provenance({ subject: [{ name: "x", digest: { sha256 } }] }),
        {},
        "ERR_PROVENANCE_OTHER_COMPONENT",
      ],
      [provenance({}, { repository: elsewhere }), {}, "ERR_PROVENANCE_OTHER_BUILD"],
      [provenance({}, { path: ".github/workflows/evil.yml" }), {}, "ERR_PROVENANCE_OTHER_BUILD"],
      [
        provenance({}, { repository: elsewhere }),
        {
          repository: elsewhere,
          workflow: `${elsewhere}/.github/workflows/release.yml@refs/heads/main`,
        },
        "ERR_PROVENANCE_OTHER_BUILD",
      ],
      [provenance(), { repository: undefined }, "ERR_PROVENANCE_OTHER_BUILD"],
      [provenance({ subject: [] }), {}, "ERR_PROVENANCE_MALFORMED"],
      [provenance({ predicate: {} }), {}, "ERR_PROVENANCE_MALFORMED"],
      [provenance({ predicate: "x" }), {}, "ERR_PROVENANCE_MALFORMED"],
      [provenance({}, { repository: 1 }), {}, "ERR_PROVENANCE_MALFORMED"],
      [provenance({}, { path: undefined }), {}, "ERR_PROVENANCE_MALFORMED"],
      [provenance({ _type: "https://in-toto.io/Statement/v0.1" }), {}, "ERR_PROVENANCE_MALFORMED"],
    ];
    for (const [payload, identity, code] of cases) {
      const workspace = suite.installed.copy(t);
      const file = prepare(workspace);
      await done([...trusted, "--plugins", "other", "--name", "ci", ...demanding], workspace);
      write(workspace, "other.tgz.build.sigstore.json", payload, identity);
      await refused(["add", file, "--yes"], workspace, [code]);
    }
    const workspace = suite.installed.copy(t);
    const file = prepare(workspace);
    await done([...trusted, "--plugins", "other", "--name", "ci", ...demanding], workspace);
    const subject = CI.subject.replace("main", "evil");
    write(workspace, "other.tgz.build.sigstore.json", provenance(), { subject });
    await refused(["add", file, "--yes"], workspace, [
      "ERR_IDENTITY_OTHER_SUBJECT",
      "ERR_PROVENANCE_MISSING",
    ]);
    // An attestation says what built it, and is no signature over the plugin.
    write(workspace, "other.tgz.sigstore.json", provenance());
    rmSync(workspace.path("other.tgz.build.sigstore.json"));
    await refused(["add", file, "--yes"], workspace, ["ERR_SIGNATURE_MISSING"]);
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
