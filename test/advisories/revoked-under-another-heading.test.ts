// A digest stands for one thing, and `revoked` has two lists of them. A key's digest that stood among the files' was accepted,
// reported as revoked, and revoked nothing: `trust revoke` itself put it there once the key's trust entry was gone.
import assert from "node:assert/strict";
import { test } from "node:test";
import { digestOfBytes } from "../../runtime/plugin/canonical.ts";
import { installForSuite } from "../helpers/installed-workspace.ts";
import { AUTHOR, ECHO } from "../helpers/signed-package.ts";

const suite = installForSuite();
const WHY = "reason: a laptop was lost, date: 2026-11-01";

test("a key that is revoked by its digest does not count when it is trusted again", async (t) => {
  const workspace = suite.installed.copy(t);
  const { digest, text } = AUTHOR.publicKey;
  for (const words of [
    ["trust", "remove", "author"],
    ["trust", "revoke", digest, "--reason", "a laptop was lost"],
    ["trust", "add", text, "--plugins", "echo", "--name", "author"],
  ])
    assert.equal((await suite.run(words, workspace)).code, 0);
  const { codes } = await suite.run(["verify"], workspace);
  assert.deepEqual([...new Set(codes)], ["ERR_KEY_REVOKED"]);
});

for (const [what, list, code] of [
  [
    "a key among the digests",
    `digests: [{ digest: "${AUTHOR.publicKey.digest}"`,
    "ERR_KEY_REVOKED",
  ],
  [
    "a component among the keys",
    `keys: [{ key: "${digestOfBytes(ECHO.component)}"`,
    "ERR_DIGEST_REVOKED",
  ],
] as const)
  test(`${what} is revoked as well`, async (t) => {
    const workspace = suite.installed.copy(t);
    workspace.editConfiguration((text) => `${text}revoked:\n  ${list}, ${WHY} }]\n`);
    for (const words of [["verify"], ["approve", "echo", "--yes"]]) {
      const { codes } = await suite.run(words, workspace);
      assert.deepEqual([...new Set(codes)], [code], words.join(" "));
    }
  });
