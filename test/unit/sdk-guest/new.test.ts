import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync, lstatSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { buildPlugin } from "@glovebox/sdk/build";
import { scaffoldPlugin } from "@glovebox/sdk/new";
import { ScaffoldError } from "@glovebox/sdk/new/errors";
import { scanTools } from "../../../runtime/firewall/scan/scan-tools.ts";
import { toScanned } from "../../../runtime/firewall/scan/scanned-tool.ts";
import { viewTools } from "../../../runtime/firewall/tool-view.ts";
import { parseSurface } from "../../../runtime/plugin/surface.ts";
import { makePluginFolder } from "../../helpers/plugin-folder.ts";

const NO_REMARKS = { hidden: [], findings: [] };

test("makes a plugin outside of any tree that builds and passes its own tests at once", async (t) => {
  const folder = join(await makePluginFolder(t, {}), "hello");
  const files = await scaffoldPlugin(folder, "hello");
  for (const file of files) assert.ok(existsSync(join(folder, file)), file);
  const { surface, manifest, component } = await buildPlugin(folder);
  assert.equal(manifest.name, "hello");
  assert.deepEqual(
    (JSON.parse(surface) as { name: string }[]).map(({ name }) => name),
    ["count_words"],
  );
  assert.ok(component.length > 0);
  const tools = parseSurface(new TextEncoder().encode(surface), "tools.json");
  const [view, ...others] = viewTools(tools, scanTools(toScanned(tools), { others: [] }));
  assert.deepEqual(others, []);
  // The first thing that somebody approves must show no remark.
  assert.deepEqual({ hidden: view?.hidden_parameters, findings: view?.findings }, NO_REMARKS);
  const said = readFileSync(join(folder, "README.md"), "utf8");
  for (const [, link = ""] of said.matchAll(/\]\(([^)]+)\)/g))
    assert.ok(existsSync(join(folder, link)), link);
  // A test runner that runs in a test runner reports to it instead of to us.
  const { NODE_TEST_CONTEXT: _, ...env } = process.env;
  const tests = spawnSync(process.execPath, ["--test", "test/plugin.test.ts"], {
    cwd: folder,
    env,
  });
  assert.equal(tests.status, 0, String(tests.stdout));
});

test("links nothing where the SDK is found already", async () => {
  const folder = join(import.meta.dirname, "../../../.cache", `new-${process.pid}`);
  const { rm } = await import("node:fs/promises");
  try {
    await scaffoldPlugin(folder, "hello");
    assert.equal(existsSync(join(folder, "node_modules")), false);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});

test("refuses a name that is none, and writes nothing", async (t) => {
  const parent = await makePluginFolder(t, {});
  for (const name of ["", "Hello", "a_b", "-a", "a--b", "../a", "a".repeat(41), "1a"]) {
    await assert.rejects(
      scaffoldPlugin(join(parent, "x"), name),
      (error) => error instanceof ScaffoldError && error.code === "ERR_NEW_NAME",
    );
  }
  assert.deepEqual(readdirSync(parent), []);
});

test("leaves a folder that is not empty as it was", async (t) => {
  const folder = await makePluginFolder(t, { "plugin.json": "mine" });
  await assert.rejects(
    scaffoldPlugin(folder, "hello"),
    (error) => error instanceof ScaffoldError && error.code === "ERR_NEW_EXISTS",
  );
  assert.deepEqual(readdirSync(folder), ["plugin.json"]);
  assert.ok(lstatSync(join(folder, "plugin.json")).isFile());
});
