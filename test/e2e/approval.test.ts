// The one way a plugin gets in: examined, shown, approved by a person or `--yes`, and then written as it was examined.
import assert from "node:assert/strict";
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { describe, it } from "node:test";
import { digestOfBytes } from "../../runtime/plugin/canonical.ts";
import { parseLockfile } from "../../runtime/plugin/lockfile.ts";
import { cannedPackage } from "../helpers/canned-plugin.ts";
import { snapshot } from "../helpers/scratch.ts";
import { installForSuite, type TestWorkspace } from "../helpers/installed-workspace.ts";
import { runAsking, type Ended } from "../helpers/run-glovebox.ts";
import {
  APPROVED,
  AUTHOR,
  change,
  ECHO,
  FOREIGN,
  packAndSign,
  signFiles,
} from "../helpers/signed-package.ts";

const rebuilt = await cannedPackage({ name: "echo", version: "1.1.0", tools: ["say", "sing"] });
const suite = installForSuite();
const { run } = suite;

function ask(
  words: readonly string[],
  answer: () => string | undefined,
  { configFile }: TestWorkspace,
): Promise<Ended> {
  return runAsking([...words, "--config", configFile], answer, suite.machine);
}

async function assertDone(ended: Promise<Ended>): Promise<void> {
  const { code, stderr } = await ended;
  assert.deepEqual({ code, stderr }, { code: 0, stderr: "" });
}

function lockOf(workspace: TestWorkspace) {
  return parseLockfile(readFileSync(workspace.lockFile), "lock").plugins;
}

describe("approval by a person", () => {
  const answers = ["n", "", "no", "yess", "y y", "ja", undefined];
  for (const answer of answers) {
    it(`is not given by ${answer === undefined ? "the end of the input" : JSON.stringify(answer)}, and nothing changes`, async (t) => {
      const workspace = suite.installed.copy(t);
      const found = snapshot(workspace.folder);
      const { code, codes } = await ask(
        ["add", workspace.path("echo.tgz"), "--as", "second"],
        () => answer,
        workspace,
      );
      assert.deepEqual({ code, codes }, { code: 3, codes: ["ERR_NOT_APPROVED"] });
      assert.deepEqual(snapshot(workspace.folder), found);
    });
  }

  it("is not given where nobody can be asked", async (t) => {
    const workspace = suite.installed.copy(t);
    const found = snapshot(workspace.folder);
    for (const flags of [[], ["--json"]]) {
      const { code, codes } = await run(
        ["add", workspace.path("echo.tgz"), "--as", "second", ...flags],
        workspace,
      );
      assert.deepEqual({ code, codes }, { code: 3, codes: ["ERR_NOT_APPROVED"] });
    }
    assert.deepEqual(snapshot(workspace.folder), found);
  });

  it("is asked for after everything was shown: the signer, what the model reads, what is wanted and what is granted", async (t) => {
    const workspace = suite.installed.copy(t);
    const { stdout } = await ask(
      ["add", workspace.path("echo.tgz"), "--as", "second", "--grant", "clock"],
      () => "y",
      workspace,
    );
    const [shown = "", rest = ""] = stdout.split("[y/N] ");
    for (const words of [
      "author",
      AUTHOR.publicKey.digest,
      "say",
      "Does say.",
      "To remember what was said.",
      "not granted",
      "--grant kv=1MiB",
      "clock",
    ])
      assert.ok(shown.includes(words), words);
    assert.match(rest, /Approved and pinned as second/);
  });
});

describe("while a person reads", () => {
  it("a source that changes changes nothing: what is stored is what was examined, and the difference is refused", async (t) => {
    const workspace = suite.installed.copy(t);
    const swap = (): string => {
      workspace.replaceSource(packAndSign(rebuilt));
      return "y";
    };
    const { code } = await ask(
      ["add", workspace.path("echo.tgz"), "--as", "second"],
      swap,
      workspace,
    );
    assert.equal(code, 0);
    assert.equal(lockOf(workspace)["second"]?.package, digestOfBytes(APPROVED.package));
    assert.deepEqual(readFileSync(workspace.stored(".tgz")), Buffer.from(APPROVED.package));
    assert.deepEqual(
      readFileSync(workspace.stored(".sigstore.json")),
      Buffer.from(APPROVED.bundle),
    );
    assert.equal((await run(["verify"], workspace)).code, 3);
  });

  it("trust that is withdrawn stops the approval", async (t) => {
    const workspace = suite.installed.copy(t);
    const withdraw = (): string => {
      workspace.editConfiguration((text) =>
        text.replace(AUTHOR.publicKey.text, FOREIGN.publicKey.text),
      );
      return "y";
    };
    const { code, codes } = await ask(
      ["add", workspace.path("echo.tgz"), "--as", "second"],
      withdraw,
      workspace,
    );
    assert.deepEqual({ code, codes }, { code: 3, codes: ["ERR_SIGNER_UNKNOWN"] });
    assert.equal(lockOf(workspace)["second"], undefined);
  });

  it("grants that are changed are not approved by the answer to others", async (t) => {
    const workspace = suite.installed.copy(t);
    const widen = (): string => {
      workspace.editConfiguration((text) => text.replace("kv: 1MiB", "kv: 9MiB"));
      return "y";
    };
    const before = lockOf(workspace);
    const { code, codes } = await ask(["approve", "echo"], widen, workspace);
    assert.deepEqual({ code, codes }, { code: 3, codes: ["ERR_NOT_APPROVED"] });
    assert.deepEqual(lockOf(workspace), before);
  });

  it("another command may add another plugin, and both are kept", async (t) => {
    const workspace = suite.installed.copy(t);
    let other: Promise<Ended> | undefined;
    const { code } = await ask(
      ["add", workspace.path("echo.tgz"), "--as", "second"],
      () => {
        other = run(["add", workspace.path("echo.tgz"), "--as", "third", "--yes"], workspace);
        return "y";
      },
      workspace,
    );
    assert.deepEqual([code, (await other!).code], [0, 0]);
    assert.deepEqual(Object.keys(lockOf(workspace)), ["echo", "second", "third"]);
    await assertDone(run(["verify"], workspace));
  });
});

describe("approve", () => {
  const mends: readonly { what: string; tamper: (workspace: TestWorkspace) => void }[] = [
    {
      what: "grants that were widened by hand",
      tamper: (workspace) =>
        workspace.editConfiguration((text) => text.replace("kv: 1MiB", "kv: 2MiB")),
    },
    {
      what: "a new release at the source, signed by the trusted author",
      tamper: (workspace) => workspace.replaceSource(packAndSign(rebuilt)),
    },
    {
      what: "a store that is gone",
      tamper: (workspace) => rmSync(workspace.path(".glovebox"), { recursive: true }),
    },
    { what: "a lockfile that is gone", tamper: (workspace) => rmSync(workspace.lockFile) },
    {
      what: "a package in the store that was changed",
      tamper: (workspace) => workspace.replaceStored(packAndSign(rebuilt, FOREIGN)),
    },
    {
      what: "a signer that was changed, when the new one is trusted",
      tamper(workspace) {
        workspace.replaceSource(packAndSign(ECHO, FOREIGN));
        workspace.editConfiguration((text) =>
          text.replace(AUTHOR.publicKey.text, FOREIGN.publicKey.text),
        );
      },
    },
    {
      what: "grants, when the source is gone: then the approved package is looked at",
      tamper(workspace) {
        rmSync(workspace.path("echo.tgz"));
        workspace.editConfiguration((text) => text.replace("kv: 1MiB", "kv: 2MiB"));
      },
    },
  ];
  for (const { what, tamper } of mends) {
    it(`mends ${what}`, async (t) => {
      const workspace = suite.installed.copy(t);
      tamper(workspace);
      assert.equal((await run(["verify"], workspace)).code, 3);
      await assertDone(run(["approve", "echo", "--yes"], workspace));
      await assertDone(run(["verify"], workspace));
    });
  }

  const refuses: readonly {
    what: string;
    tamper: (workspace: TestWorkspace) => void;
    codes: readonly string[];
    code?: number;
  }[] = [
    {
      what: "a release signed by a foreign key",
      tamper: (workspace) => workspace.replaceSource(packAndSign(rebuilt, FOREIGN)),
      codes: ["ERR_SIGNER_UNKNOWN"],
    },
    {
      what: "a release without a signature",
      tamper: (workspace) => rmSync(workspace.path("echo.tgz.sigstore.json")),
      codes: ["ERR_SIGNATURE_MISSING"],
    },
    {
      what: "a release with the signature of another",
      tamper: (workspace) =>
        workspace.replaceSource({ ...packAndSign(rebuilt), bundle: APPROVED.bundle }),
      codes: ["ERR_SIGNATURE_OTHER_PLUGIN"],
    },
    {
      what: "an author whose trust was withdrawn",
      tamper: (workspace) =>
        workspace.editConfiguration((text) =>
          text.replace(AUTHOR.publicKey.text, FOREIGN.publicKey.text),
        ),
      codes: ["ERR_SIGNER_UNKNOWN"],
    },
    {
      what: "a lockfile that was edited",
      tamper: (workspace) => workspace.editLock((text) => text.replace('"1.0.0"', '"1.0.1"')),
      codes: ["ERR_LOCKFILE_EDITED"],
    },
    {
      what: "a store that was changed, when the source is gone",
      tamper(workspace) {
        rmSync(workspace.path("echo.tgz"));
        workspace.replaceStored(packAndSign(rebuilt));
      },
      codes: ["ERR_PACKAGE_CHANGED"],
    },
    {
      what: "what is neither at the source nor in the store",
      tamper(workspace) {
        rmSync(workspace.path("echo.tgz"));
        rmSync(workspace.path(".glovebox"), { recursive: true });
      },
      codes: ["ERR_PACKAGE_MISSING"],
    },
  ];
  for (const { what, tamper, codes } of refuses) {
    it(`does not mend ${what}, not even with --yes`, async (t) => {
      const workspace = suite.installed.copy(t);
      tamper(workspace);
      const found = snapshot(workspace.folder);
      const ended = await run(["approve", "echo", "--yes"], workspace);
      assert.deepEqual({ code: ended.code, codes: ended.codes }, { code: 3, codes });
      assert.deepEqual(snapshot(workspace.folder), found);
    });
  }
});

describe("adding", () => {
  it("an older release, validly signed, is an approval like any other", async (t) => {
    const workspace = suite.installed.copy(t);
    workspace.replaceSource(
      packAndSign(change(ECHO, { manifest: (manifest) => (manifest["version"] = "0.9.0") })),
    );
    assert.equal((await run(["verify"], workspace)).code, 3);
    await assertDone(run(["add", workspace.path("echo.tgz"), "--yes"], workspace));
    assert.equal(lockOf(workspace)["echo"]?.version, "0.9.0");
  });

  it("again keeps the grants, and forgets the package that nobody names any more", async (t) => {
    const workspace = suite.installed.copy(t);
    const grants = lockOf(workspace)["echo"]?.grants;
    workspace.replaceSource(packAndSign(rebuilt));
    await assertDone(run(["add", workspace.path("echo.tgz"), "--yes"], workspace));
    assert.deepEqual(lockOf(workspace)["echo"]?.grants, grants);
    assert.equal(Object.keys(snapshot(workspace.path(".glovebox/store"))).length, 2);
    await assertDone(run(["verify"], workspace));
  });

  it("one package under two names, signed and unsigned, leaves each as it was approved", async (t) => {
    const workspace = suite.installed.copy(t);
    writeFileSync(workspace.path("bare.tgz"), APPROVED.package);
    await assertDone(
      run(["add", workspace.path("bare.tgz"), "--as", "bare", "--unsigned", "--yes"], workspace),
    );
    await assertDone(run(["verify"], workspace));
    assert.deepEqual(
      [lockOf(workspace)["bare"]?.signers, lockOf(workspace)["echo"]?.signers],
      [[], [{ kind: "key", key: AUTHOR.publicKey.digest, trust: "author" }]],
    );
    await assertDone(run(["remove", "bare"], workspace));
    await assertDone(run(["verify"], workspace));
  });

  it("a signed release of what ran unsigned means it to be signed from then on", async (t) => {
    const workspace = suite.installed.copy(t);
    rmSync(workspace.path("echo.tgz.sigstore.json"));
    await assertDone(run(["add", workspace.path("echo.tgz"), "--unsigned", "--yes"], workspace));
    writeFileSync(workspace.path("echo.tgz.sigstore.json"), signFiles(ECHO));
    await assertDone(run(["add", workspace.path("echo.tgz"), "--yes"], workspace));
    workspace.editConfiguration((text) => text.replace("mode: development", "mode: production"));
    await assertDone(run(["verify"], workspace));
  });

  it("works in a fresh clone, which has no .glovebox, and keeps that out of version control", async (t) => {
    const workspace = suite.installed.copy(t);
    rmSync(workspace.path(".glovebox"), { recursive: true });
    await assertDone(run(["add", workspace.path("echo.tgz"), "--yes"], workspace));
    assert.match(readFileSync(workspace.path(".glovebox/.gitignore"), "utf8"), /^\*$/m);
    await assertDone(run(["verify"], workspace));
  });
});

it("removing forgets the plugin everywhere but its data", async (t) => {
  const workspace = suite.installed.copy(t);
  await assertDone(run(["remove", "echo"], workspace));
  assert.deepEqual(lockOf(workspace), Object.create(null));
  assert.deepEqual(snapshot(workspace.path(".glovebox/store")), {});
  assert.equal((await run(["inspect", "echo"], workspace)).codes[0], "ERR_NOT_INSTALLED");
  await assertDone(run(["verify"], workspace));
});

it("a name that nobody has is not installed, whichever command is given it", async (t) => {
  const workspace = suite.installed.copy(t);
  for (const command of ["inspect", "approve", "restore", "diff", "update", "outdated", "remove"]) {
    const { code, codes } = await run([command, "nope"], workspace);
    assert.deepEqual([command, code, codes], [command, 2, ["ERR_NOT_INSTALLED"]]);
  }
});
