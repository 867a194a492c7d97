import assert from "node:assert/strict";
import { test } from "node:test";
import { BuildError, type BuildErrorCode, buildPlugin } from "../../../sdk-guest/build.ts";
import { bundlePlugin } from "../../../sdk-guest/build/bundle.ts";
import { interfacesOf, makeWorld } from "../../../sdk-guest/build/world.ts";
import { makePluginFolder } from "../../helpers/plugin-folder.ts";

const MANIFEST = {
  manifest_version: 1,
  name: "fixture",
  version: "1.0.0",
  tools: ["echo"],
  capabilities: {},
};
const ECHO = `
import { defineTool } from "@glovebox/sdk";
import { z } from "zod";
export const tools = [defineTool({
  name: "echo", description: "Echoes", input: z.object({ text: z.string() }), handler: ({ text }) => text,
})];
`;

async function refusal(t: test.TestContext, files: Record<string, unknown>): Promise<BuildError> {
  const folder = await makePluginFolder(t, {
    "plugin.json": MANIFEST,
    "src/plugin.ts": ECHO,
    ...files,
  });
  const error: unknown = await buildPlugin(folder).catch((thrown: unknown) => thrown);
  assert.ok(error instanceof BuildError, String((error as { stack?: string }).stack));
  return error;
}

const REFUSED: Record<
  string,
  { files: Record<string, unknown>; code: BuildErrorCode; file?: string; line?: number }
> = {
  "refuses a manifest that is not JSON": {
    files: { "plugin.json": "{" },
    code: "ERR_BUILD_MANIFEST",
    file: "plugin.json",
  },
  "refuses a manifest that requests what does not exist": {
    files: { "plugin.json": { ...MANIFEST, capabilities: { shell: {} } } },
    code: "ERR_BUILD_MANIFEST",
    file: "plugin.json",
  },
  "refuses a manifest without tools": {
    files: { "plugin.json": { ...MANIFEST, tools: undefined } },
    code: "ERR_BUILD_MANIFEST",
    file: "plugin.json",
  },
  "refuses a tool that the manifest does not list": {
    files: { "plugin.json": { ...MANIFEST, tools: ["other"] } },
    code: "ERR_BUILD_TOOLS",
    file: "plugin.json",
  },
  "refuses a syntax error at its place": {
    files: { "src/plugin.ts": "export const tools = [];\nconst = 1;\n" },
    code: "ERR_BUILD_SOURCE",
    file: "src/plugin.ts",
    line: 2,
  },
  "refuses a source without tools": {
    files: { "src/plugin.ts": "export const other = 1;" },
    code: "ERR_BUILD_SOURCE",
    file: "src/plugin.ts",
  },
  "refuses an empty list of tools": {
    files: { "src/plugin.ts": "export const tools = [];" },
    code: "ERR_BUILD_LOAD",
  },
  "refuses an import of Node's": {
    files: { "src/plugin.ts": `import "./deep.ts";${ECHO}`, "src/deep.ts": 'import "node:fs";' },
    code: "ERR_BUILD_SOURCE",
  },
  "refuses an import that cannot be found": {
    files: { "src/plugin.ts": `import "nowhere-to-be-found";${ECHO}` },
    code: "ERR_BUILD_SOURCE",
    file: "src/plugin.ts",
    line: 1,
  },
  "refuses an import of a capability's interface past the SDK": {
    files: {
      "src/plugin.ts": `import * as kv from "glovebox:plugin/kv@0.1.0";\nconsole.log(kv);${ECHO}`,
    },
    code: "ERR_BUILD_SOURCE",
  },
  "refuses to read the clock while modules load": {
    files: { "src/plugin.ts": `${ECHO}\nconsole.log(Date.now());` },
    code: "ERR_BUILD_LOAD",
    file: "src/plugin.ts",
    line: 8,
  },
  "refuses randomness while modules load": {
    files: { "src/plugin.ts": `${ECHO}\nconsole.log(Math.random());` },
    code: "ERR_BUILD_LOAD",
    file: "src/plugin.ts",
    line: 8,
  },
  "refuses what only a browser or Node has": {
    files: { "src/plugin.ts": `${ECHO}\nconsole.log(new Intl.DateTimeFormat());` },
    code: "ERR_BUILD_LOAD",
    file: "src/plugin.ts",
    line: 8,
  },
  "refuses an await at module level": {
    files: { "src/plugin.ts": `${ECHO}\nawait 1;` },
    code: "ERR_BUILD_SOURCE",
    file: "src/plugin.ts",
  },
  "refuses a tool whose input is no object": {
    files: {
      "src/plugin.ts": ECHO.replace("z.object({ text: z.string() })", "z.string() as never"),
    },
    code: "ERR_BUILD_LOAD",
  },
};

for (const [title, { files, code, file, line }] of Object.entries(REFUSED)) {
  test(title, async (t) => {
    const error = await refusal(t, files);
    assert.equal(error.code, code, error.message);
    if (file !== undefined) assert.equal(error.place?.file, file, error.message);
    if (line !== undefined) assert.equal(error.place?.line, line, error.message);
    assert.ok(!error.message.includes("glovebox-test-"), error.message);
  });
}

test("refuses a folder without plugin.json, and one without src/plugin.ts", async (t) => {
  const empty = await makePluginFolder(t, {});
  await assert.rejects(buildPlugin(empty), { code: "ERR_BUILD_MANIFEST" });
  const half = await makePluginFolder(t, { "plugin.json": MANIFEST });
  await assert.rejects(buildPlugin(half), { code: "ERR_BUILD_SOURCE" });
});

test("imports only what the manifest requests, and always context, log, notify and progress", () => {
  assert.deepEqual(interfacesOf([]), ["context", "log", "notify", "progress"]);
  assert.deepEqual(interfacesOf(["filesystem"]), ["context", "files", "log", "notify", "progress"]);
  const world = makeWorld("package a:b@1.0.0;\n/// Words.\nworld plugin {\n  import x;\n}\n", [
    "log",
  ]);
  assert.equal(world, "package a:b@1.0.0;\nworld plugin {\n  import log;\n  export tools;\n}\n");
});

const COUNTER = "class Counter { #count = 0; next() { return ++this.#count; } }";
const TOOLS = `import { defineTool, fromJsonSchema } from "@glovebox/sdk";
export const tools = [defineTool({ name: "next", description: "Counts", input: fromJsonSchema({ type: "object" }),
  handler: () => new Counter().next() })];`;

test("lowers modules that wait, and no module for the words", async (t) => {
  const isLowered = async (source: string): Promise<boolean> => {
    const folder = await makePluginFolder(t, {
      "plugin.json": MANIFEST,
      "src/plugin.ts": TOOLS.replace("export", 'import { Counter } from "./counter.ts";\nexport'),
      "src/counter.ts": `export ${COUNTER}\n${source}`,
    });
    return (await bundlePlugin(folder, {})).script.includes("_classPrivateField");
  };
  assert.equal(await isLowered("/* await */ export const async = 1;"), false);
  assert.equal(await isLowered("export async function f() {}"), true);
  assert.equal(await isLowered("export const f = async () => {};"), true);
  assert.equal(await isLowered("export const o = { async *f() {} };"), true);
});
