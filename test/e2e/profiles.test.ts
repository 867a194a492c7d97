// Two sets of plugins in one workspace: each has its own tools, data and taint.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { appendFileSync, existsSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { connectAsked } from "../helpers/asking-client.ts";
import {
  GLOVEBOX,
  makeServedWorkspace,
  type ServedWorkspace,
} from "../helpers/served-workspace.ts";

const PLUGINS = join(import.meta.dirname, "../../plugins");
const ADA = { entities: [{ name: "Ada", type: "person", observations: ["has an account"] }] };
let workspace: ServedWorkspace;

before(async () => {
  workspace = await makeServedWorkspace([
    { folder: join(PLUGINS, "memory"), grants: ["kv=1MiB"] },
    { folder: join(PLUGINS, "time"), grants: ["clock"] },
    { folder: join(PLUGINS, "web"), grants: ["http=example.com:443"] },
  ]);
  appendFileSync(
    workspace.configFile,
    "profiles:\n  bank: { plugins: [memory] }\n  experiment: { plugins: [memory, web] }\n",
  );
});
after(() => workspace?.remove());

function glovebox(...words: readonly string[]) {
  return spawnSync(process.execPath, [GLOVEBOX, ...words, "--config", workspace.configFile], {
    encoding: "utf8",
  });
}

test("what one profile keeps, no other finds, and what no profile names is served without one", async (t) => {
  const clients = await Promise.all(
    [[], ["--profile", "bank"], ["--profile", "experiment"]].map((words) =>
      connectAsked({ command: workspace.command, words }, "2025"),
    ),
  );
  t.after(() => Promise.all(clients.map((client) => client.close())));
  const [plain, bank, experiment] = clients;
  assert.ok(plain && bank && experiment);
  await bank.call("memory__create_entities", ADA);
  const found = await bank.call("memory__search", { query: "account" });
  assert.match(JSON.stringify(found.content), /Ada/);
  const elsewhere = await experiment.call("memory__search", { query: "account" });
  assert.doesNotMatch(JSON.stringify(elsewhere.content), /Ada/);
  for (const [client, tool] of [
    [plain, "memory__search"],
    [bank, "web__fetch_page"],
    [experiment, "time__now"],
  ] as const)
    await assert.rejects(client.call(tool, {}), /Unknown tool/);
  for (const name of ["bank", "experiment"])
    assert.ok(existsSync(join(workspace.folder, ".glovebox/profiles", name, "data/memory")));
  assert.equal(existsSync(join(workspace.folder, ".glovebox/data/memory")), false);
});

test("a path is one of its profile, and apart there is none", () => {
  const { paths, profiles } = JSON.parse(glovebox("flow", "--json").stdout);
  assert.deepEqual(
    paths.map(({ id }: { id: string }) => id),
    ["experiment/memory>web"],
  );
  assert.deepEqual(
    profiles.map(({ name, plugins }: { name: string | null; plugins: { name: string }[] }) => [
      name,
      plugins.map((plugin) => plugin.name),
    ]),
    [
      [null, ["time"]],
      ["bank", ["memory"]],
      ["experiment", ["memory", "web"]],
    ],
  );
});

test("a profile that is not there, and a plugin that no profile can have, refuse to start", () => {
  const unknown = glovebox("serve", "--profile", "bnak");
  assert.notEqual(unknown.status, 0);
  assert.match(unknown.stderr, /bank/);
  appendFileSync(workspace.configFile, "  third: { plugins: [memroy] }\n");
  const misspelled = glovebox("serve", "--profile", "bank");
  assert.notEqual(misspelled.status, 0);
  assert.match(misspelled.stderr, /memory/);
});
