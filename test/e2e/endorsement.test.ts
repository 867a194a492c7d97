// What nobody signed, and the operator vouches for.
import assert from "node:assert/strict";
import { readdirSync, rmSync } from "node:fs";
import { describe, it } from "node:test";
import { packPackage } from "../../runtime/supply/package.ts";
import { openPackage } from "../../runtime/supply/verify-installed.ts";
import { NO_TRUST } from "../../runtime/supply/signatures/trust.ts";
import { rulesOf } from "../../runtime/workspace.ts";
import { cannedPackage } from "../helpers/canned-plugin.ts";
import { FOREIGN, OTHER, signFiles } from "../helpers/signed-package.ts";
import {
  suite,
  PRODUCTION,
  OPERATOR,
  done,
  refused,
  lockOf,
  trustsOf,
  put,
} from "../helpers/trust-workspace.ts";

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
