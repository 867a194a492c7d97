// What whoever approves a plugin is told of the ways that it opens for private data, and what to do next.
import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { describe, it } from "node:test";
import { cannedPackage } from "../helpers/canned-plugin.ts";
import { installForSuite, type TestWorkspace } from "../helpers/installed-workspace.ts";
import { runAsking } from "../helpers/run-glovebox.ts";
import { packAndSign } from "../helpers/signed-package.ts";

const definition = (name: string, annotations: object) => ({
  name,
  description: `Does ${name}.`,
  inputSchema: { type: "object" },
  annotations,
});
/** It can bring in what strangers wrote and send something out, beside `echo`, which keeps something. */
const OTHER = packAndSign(
  await cannedPackage({
    name: "other",
    tools: ["drop", "look", "mark"],
    definitions: [
      definition("drop", { destructiveHint: true }),
      definition("mark", { destructiveHint: false }),
      definition("look", { readOnlyHint: true }),
    ],
    capabilities: {
      http: { allow: ["example.com:443"], reason: "To look things up." },
    },
  }),
);
const suite = installForSuite((workspace) => {
  writeFileSync(workspace.path("other.tgz"), OTHER.package);
  writeFileSync(workspace.path("other.tgz.sigstore.json"), OTHER.bundle);
});
const ADD = ["--grant", "http=https://example.com/"] as const;
const IN_PRODUCTION = "mode: production";

function add(workspace: TestWorkspace) {
  const words = ["add", workspace.path("other.tgz"), ...ADD, "--config", workspace.configFile];
  return runAsking(words, () => "y", suite.machine);
}

describe("add", () => {
  it("shows above its question which path the plugin opens, from where to where", async (t) => {
    const { code, stdout } = await add(suite.installed.copy(t));
    assert.equal(code, 0);
    const [shown = "", after = ""] = stdout.split("[y/N] ");
    assert.match(shown, /What it opens for private data\n\nPath `echo>other`: /);
    assert.match(shown, /reads +echo \(kv: .*\n.*\n +sends +other__.*https:\/\/example\.com:443/);
    assert.match(shown, /nobody has decided/);
    assert.match(after, /Next: `glovebox call other__look /);
  });

  it("says nothing of paths where the plugin opens none", async (t) => {
    const workspace = suite.installed.copy(t);
    const { stdout } = await suite.run(["add", workspace.path("other.tgz"), "--yes"], workspace);
    assert.match(stdout, /Approved and pinned as other/);
    assert.doesNotMatch(stdout, /private data/);
  });

  it("suggests no call in production while a path keeps every start from happening, and neither does approve", async (t) => {
    const workspace = suite.installed.copy(t);
    workspace.editConfiguration((text) => text.replace("mode: development", IN_PRODUCTION));
    const { stdout } = await add(workspace);
    assert.match(
      stdout,
      /Next: production does not start .*`glovebox flow`.*`profiles`.*`flow\.accept`/,
    );
    assert.doesNotMatch(stdout, /glovebox call/);
    const words = ["approve", "other", "--config", workspace.configFile];
    const approved = await runAsking(words, () => "y", suite.machine);
    assert.match(approved.stdout, /Next: production does not start /);
  });

  it("suggests a call in production where the path is decided on", async (t) => {
    const workspace = suite.installed.copy(t);
    workspace.editConfiguration((text) =>
      text.replace("mode: development", `${IN_PRODUCTION}\nflow: { hold: all }`),
    );
    const { stdout } = await add(workspace);
    assert.match(stdout, /decided +a person is asked\n/);
    assert.match(stdout, /Next: `glovebox call other__look /);
  });
});

describe("a call that nobody can be asked about", () => {
  it("names the command line's own word for it beside the operator's", async (t) => {
    const workspace = suite.installed.copy(t);
    assert.equal((await add(workspace)).code, 0);
    const { code, stdout, json } = await suite.run(["call", "other__drop", "--json"], workspace);
    assert.equal(code, 3, stdout);
    const { structuredContent } = json as { structuredContent: Record<string, string> };
    assert.equal(structuredContent["error_code"], "APPROVAL_REQUIRED");
    assert.match(structuredContent["suggestion"] ?? "", /approvals allow [0-9a-f]+.*`--approve`/);
  });
});
