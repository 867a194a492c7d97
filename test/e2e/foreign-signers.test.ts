// Who vouches by other means than our keys: minisign, and identities that Sigstore has seen.
import assert from "node:assert/strict";
import { readdirSync, rmSync } from "node:fs";
import { describe, it } from "node:test";
import { packPackage } from "../../runtime/supply/package.ts";
import { formatStatement } from "../../runtime/supply/signatures/statement.ts";
import { openPackage } from "../../runtime/supply/verify-installed.ts";
import { NO_TRUST } from "../../runtime/supply/signatures/trust.ts";
import { rulesOf } from "../../runtime/workspace.ts";
import type { TestWorkspace } from "../helpers/installed-workspace.ts";
import { makeMinisigKey, minisigOf } from "../helpers/minisig.ts";
import { OTHER } from "../helpers/signed-package.ts";
import { SigstoreRoom } from "../helpers/sigstore-room.ts";
import { suite, PRODUCTION, done, refused, lockOf, put } from "../helpers/trust-workspace.ts";

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
