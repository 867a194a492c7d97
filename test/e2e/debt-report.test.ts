// The report is about this machine and this configuration: whatever one thing changes, it changes exactly there. Each case is
// verified, gated and probed as a start is, in this process; over pipes and HTTP the clients' tests ask for it. About 4 s.
import assert from "node:assert/strict";
import { test } from "node:test";
import type { JsonObject } from "@glovebox/host-api/json";
import { makeReportDebt } from "../../runtime/debt/cached-report.ts";
import type { DebtItem } from "../../runtime/debt/items.ts";
import type { View } from "../../runtime/debt/report.ts";
import type { Machine } from "../../runtime/cli/machine.ts";
import { startRuntime } from "../../runtime/cli/serving/start-runtime.ts";
import { makeProcessPowers } from "../../runtime/powers/process.ts";
import { openSandbox } from "../../runtime/sandbox/open-sandbox.ts";
import { SEALED_FOLDER } from "../../runtime/sandbox/programs.ts";
import { readWorkspace } from "../../runtime/workspace.ts";
import { assertReport } from "../helpers/debt-schema.ts";
import { installForSuite, type TestWorkspace } from "../helpers/installed-workspace.ts";
import { AUTHOR } from "../helpers/signed-package.ts";

const suite = installForSuite();
const SECRET = "GLOVEBOX_TEST_TOKEN";
const OTHERS_KEY = `sha256:${"c".repeat(64)}`;
const NEVER_AGAIN = "2031-01-31";

interface Case {
  readonly what: string;
  readonly change: (workspace: TestWorkspace) => Promise<void> | void;
  /** The machine on which it starts, where it is another than this. */
  readonly machine?: (machine: Machine) => Machine;
  /** Ids that come, and that go. */
  readonly comes: readonly string[];
  readonly goes?: readonly string[];
  /** Fields of the posture that change. */
  readonly posture: readonly string[];
}

const unchanged = (machine: Machine): Machine => machine;

const CASES: readonly Case[] = [
  { what: "nothing", change: () => {}, comes: [], posture: [] },
  {
    what: "a machine without ring 5",
    change: () => {},
    // A platform for which there is no form of seal: nothing else is pretended.
    machine: (machine) => ({
      ...machine,
      openSandbox: () =>
        openSandbox(
          { ...makeProcessPowers(SEALED_FOLDER), platform: "freebsd" },
          { spareRunners: 0 },
        ),
    }),
    comes: ["GB-SEAL"],
    posture: ["rings_in_force", "seal", "seal_in_force"],
  },
  {
    what: "a waiver",
    change: (workspace) =>
      workspace.editConfiguration(
        (text) =>
          `${text}waivers: [{ gate: ring5, reason: until dave is back, until: ${NEVER_AGAIN} }]\n`,
      ),
    comes: ["GB-WAIVER-ring5"],
    posture: ["waivers"],
  },
  {
    what: "a granted secret",
    async change(workspace) {
      workspace.editConfiguration((text) =>
        text.replace(
          /^( +)kv: .*\n/m,
          (line, indent: string) =>
            `${line}${indent}http: { host: internal.example.com, secret: { header: authorization, reference: "env:${SECRET}", format: "Bearer {}" } }\n`,
        ),
      );
      const { code, stderr } = await suite.run(["approve", "echo", "--yes"], workspace);
      assert.equal(code, 0, stderr);
    },
    comes: ["GB-GRANT-echo.http", "GB-SECRET-echo"],
    posture: [],
  },
  {
    what: "a signer who was revoked",
    async change(workspace) {
      const words = ["trust", "revoke", OTHERS_KEY, "--key", "--reason", "dave lost it"];
      const { code, stderr } = await suite.run(words, workspace);
      assert.equal(code, 0, stderr);
    },
    comes: ["GB-REVOKED"],
    posture: [],
  },
  {
    what: "production mode",
    change: (workspace) =>
      workspace.editConfiguration((text) => text.replace("mode: development", "mode: production")),
    comes: [],
    goes: ["GB-DEVELOPMENT"],
    posture: ["mode"],
  },
];

for (const { what, change, machine = unchanged, comes, goes = [], posture } of CASES)
  test(`the report of ${what} differs from the usual one exactly there`, async (t) => {
    process.env[SECRET] = "not-a-secret-of-anybody";
    t.after(() => delete process.env[SECRET]);
    const workspace = suite.installed.copy(t);
    await change(workspace);
    for (const view of ["public", "operator"] as const) {
      const usual = await reportOf(suite.installed, suite.machine, view);
      const other = await reportOf(workspace, machine(suite.machine), view);
      assertReport(other);
      assert.deepEqual(difference(usual, other), { comes, goes, differs: [] }, view);
      assert.deepEqual(changedKeys(usual["posture"], other["posture"]), posture, view);
      assert.equal(usual["digest"] === other["digest"], comes.length + goes.length === 0);
      const text = JSON.stringify(other);
      for (const word of ["dave", "internal.example.com", SECRET, workspace.folder])
        assert.ok(view === "operator" || !text.includes(word), `${view}: ${word}`);
      assert.ok(!text.includes("not-a-secret-of-anybody"));
    }
  });

test("of a plugin whose own signer was revoked, `glovebox debt` says that it would not start", async (t) => {
  const workspace = suite.installed.copy(t);
  const key = AUTHOR.publicKey.digest;
  const revoked = await suite.run(
    ["trust", "revoke", key, "--key", "--reason", "it was lost on a train"],
    workspace,
  );
  assert.equal(revoked.code, 0, revoked.stderr);
  const ids = async (from: TestWorkspace): Promise<readonly string[]> => {
    const { json } = await suite.run(["debt", "--json"], from);
    return (json as { readonly items: readonly DebtItem[] }).items.map(({ id }) => id);
  };
  const [before, after] = [await ids(suite.installed), await ids(workspace)];
  assert.deepEqual(
    after.filter((id) => !before.includes(id)),
    ["GB-REFUSED-echo", "GB-REVOKED"],
  );
  assert.deepEqual(
    before.filter((id) => !after.includes(id)),
    ["GB-GRANT-echo.kv"],
  );
});

test("debt is listed by area, and one gap is shown whole", async () => {
  const all = await suite.run(["debt"], suite.installed);
  assert.match(all.stdout, /^sandbox: .*\n.*\n(.*\n)*?GB-004 +medium +open /m);
  assert.match(all.stdout, /GB-GRANT-echo\.kv +low +monitoring +Plugin `echo` can leave/);
  assert.doesNotMatch(all.stdout, /GB-008/);
  assert.match(all.stdout, /that are resolved/);
  const flow = await suite.run(["debt", "--area", "flow"], suite.installed);
  assert.match(flow.stdout, /^flow: /m);
  assert.doesNotMatch(flow.stdout, /^sandbox: /m);

  const one = await suite.run(["debt", "gb-grant-ECHO.kv"], suite.installed);
  for (const words of ["today", "ideal", "closed by", "plugins.echo.grants.kv"])
    assert.ok(one.stdout.includes(words), words);
  const { json } = await suite.run(["debt", "GB-004", "--json"], suite.installed);
  assert.equal((json as DebtItem).id, "GB-004");
  const seal = await suite.run(["debt", "GB-SEAL"], suite.installed);
  assert.deepEqual([seal.code, seal.stdout.split(":")[0]], [0, "GB-SEAL is not open here"]);
  for (const words of [
    ["debt", "GB-999"],
    ["debt", "--area", "nowhere"],
    ["debt", "--severity", "bad"],
  ]) {
    const { code, codes } = await suite.run([...words, "--json"], suite.installed);
    assert.deepEqual([code, codes], [2, ["ERR_USAGE"]]);
  }
});

/** As a client of the started runtime gets it. */
async function reportOf(
  { configFile }: TestWorkspace,
  machine: Machine,
  view: View,
): Promise<JsonObject> {
  const runtime = await startRuntime(readWorkspace(configFile, machine.files), machine);
  try {
    const plugins = new Set(runtime.tools.map(({ alias }) => alias));
    return makeReportDebt(() => runtime.posture, view)({}, { plugins }).report;
  } finally {
    await runtime.close();
  }
}

function difference(usual: JsonObject, other: JsonObject) {
  const [before, after] = [usual, other].map(
    (report) =>
      new Map(
        (report["items"] as unknown as readonly DebtItem[]).map((item) => [item.id, item] as const),
      ),
  );
  assert.ok(before && after);
  const [left, right] = [[...before.keys()], [...after.keys()]];
  return {
    comes: right.filter((id) => !before.has(id)),
    goes: left.filter((id) => !after.has(id)),
    differs: right.filter(
      (id) => before.has(id) && JSON.stringify(before.get(id)) !== JSON.stringify(after.get(id)),
    ),
  };
}

function changedKeys(usual: unknown, other: unknown): readonly string[] {
  const [before, after] = [usual as JsonObject, other as JsonObject];
  return [...new Set([...Object.keys(before), ...Object.keys(after)])]
    .filter((key) => JSON.stringify(before[key]) !== JSON.stringify(after[key]))
    .toSorted();
}

test("`glovebox call` answers the tool that every client lists, as a server does", async () => {
  const { json, code } = await suite.run(
    ["call", "report_pattern_debt", '{"area":"flow"}', "--json"],
    suite.installed,
  );
  assert.equal(code, 0);
  const { structuredContent: report } = json as { structuredContent: JsonObject };
  assertReport(report);
  assert.deepEqual(
    [report["view"], report["filter"]],
    ["public", { area: "flow", severity: null, status: null }],
  );
  const wrong = await suite.run(["call", "report_pattern_debt", '{"area":7}'], suite.installed);
  assert.deepEqual([wrong.code, /INVALID_ARGUMENTS/.test(wrong.stdout)], [2, true]);
});
