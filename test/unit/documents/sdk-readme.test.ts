// What the SDK's README shows is a plugin and its test: they run as they stand.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { test } from "node:test";
import { TOOL_ERROR_CODES } from "@glovebox/sdk";
import * as sdk from "@glovebox/sdk";
import { CAPABILITY_NAMES } from "@glovebox/host-api/capability";
import { makeScratch } from "../../helpers/scratch.ts";

const ROOT = join(import.meta.dirname, "../../..");
const readme = readFileSync(join(ROOT, "sdk-guest/README.md"), "utf8");

test("the plugin that the SDK's README shows passes the test that it shows", (t) => {
  const folder = makeScratch(t);
  symlinkSync(join(ROOT, "node_modules"), join(folder, "node_modules"));
  const files = [...readme.matchAll(/```ts\n\/\/ (\S+)\n(.*?)```/gs)];
  assert.deepEqual(
    files.map(([, name]) => name),
    ["src/plugin.ts", "test/plugin.test.ts"],
  );
  for (const [, name = "", text = ""] of files) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
  const env = { ...process.env };
  delete env["NODE_TEST_CONTEXT"];
  const { status, stdout } = spawnSync(process.execPath, ["--test", "test/plugin.test.ts"], {
    cwd: folder,
    env,
    encoding: "utf8",
  });
  assert.equal(status, 0, stdout);
  assert.match(stdout, /pass 2/);
});

test("the SDK's README names every error code, every capability, and what is imported for it", () => {
  for (const code of TOOL_ERROR_CODES) assert.ok(readme.includes(`\`${code}\``), code);
  const section = readme.slice(readme.indexOf("## Capabilities"), readme.indexOf("## Tests"));
  const rows = [...section.matchAll(/^\| `(\w+)` \| (?:`(\w+)`)? ?\| (.*) \|$/gm)];
  const asked = rows.flatMap(([, , capability]) => capability ?? []);
  assert.deepEqual(asked.toSorted(), CAPABILITY_NAMES.toSorted());
  for (const [, name = "", , functions = ""] of rows) {
    const imported = (sdk as Record<string, unknown>)[name];
    assert.notEqual(imported, undefined, name);
    if (typeof imported !== "object" || imported === null) continue;
    for (const member of Object.keys(imported))
      assert.match(functions, new RegExp(`\\b${member}\\b`));
  }
});
