// Whose certificates are clients' was read from a file that production never looked at: where every user of the machine could
// write to it, anyone could have had an authority of their own believed. The same for keys in a place of one's own.
import assert from "node:assert/strict";
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test, type TestContext } from "node:test";
import { gatherHttpFacts } from "../../runtime/cli/gates/http-facts.ts";
import { LOCAL_GATES } from "../../runtime/policy/gates/local-gates.ts";
import { workspacePaths } from "../../runtime/workspace-paths.ts";
import type { Workspace } from "../../runtime/workspace.ts";
import { parseData } from "../helpers/policy-files.ts";

/** What the gate `writable` says, with the server's files in a folder of their own. */
function refusalsOf(t: TestContext, spoil: (folder: string) => void): readonly string[] {
  const root = mkdtempSync(join(tmpdir(), "glovebox-authority-"));
  t.after(() => rmSync(root, { recursive: true, force: true }));
  const folder = join(root, "etc");
  mkdirSync(folder, { mode: 0o700 });
  for (const name of ["cert.pem", "key.pem", "ca.pem", "keys.json"])
    writeFileSync(join(folder, name), "", { mode: 0o600 });
  spoil(folder);
  const at = (name: string): string => `file:${join(folder, name)}`;
  const tls = { cert: at("cert.pem"), key: at("key.pem"), client_ca: at("ca.pem") };
  const auth = { mode: "keys", file: join(folder, "keys.json") };
  const configuration = parseData({ version: 1, server: { auth, http: { tls } } });
  const paths = workspacePaths(join(root, "glovebox.yaml"));
  const facts = gatherHttpFacts({ configuration, paths } as unknown as Workspace);
  const gate = LOCAL_GATES.find(({ id }) => id === "writable");
  return (gate?.refuse(facts) ?? []).map(({ message }) => message.replace(root, ""));
}

test("with files that are the operator's alone nothing is said", (t) => {
  assert.deepEqual(
    refusalsOf(t, () => undefined),
    [],
  );
});

for (const name of ["ca.pem", "cert.pem", "keys.json"])
  test(`production refuses ${name} that everybody may change`, (t) => {
    const said = refusalsOf(t, (folder) => chmodSync(join(folder, name), 0o666));
    assert.deepEqual(said, [`/etc/${name} may be changed by every user of this machine.`]);
  });

test("production refuses them in a folder that everybody may change", (t) => {
  const said = refusalsOf(t, (folder) => chmodSync(folder, 0o777));
  assert.deepEqual(said, ["/etc may be changed by every user of this machine."]);
});
