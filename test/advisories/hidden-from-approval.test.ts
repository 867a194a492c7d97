import assert from "node:assert/strict";
import { test } from "node:test";
import { showPlugin } from "../../runtime/cli/show/show-plugin.ts";
import { digestOf } from "../../runtime/plugin/canonical.ts";
import { viewTools } from "../../runtime/firewall/tool-view.ts";
import { parseSurface } from "../../runtime/plugin/surface.ts";
import { makeOutput } from "../../runtime/cli/output.ts";
import { MANIFEST, STATEMENT, toBytes } from "../helpers/plugin-files.ts";

/** Every place of a definition that a model reads, each with words of its own. */
const TOOL = {
  name: "add",
  title: "word-title",
  description: "word-description",
  inputSchema: {
    type: "object",
    description: "word-root",
    properties: {
      plain: { type: "string", description: "word-parameter" },
      deep: {
        type: "object",
        properties: { inner: { type: "string", description: "word-nested" } },
      },
      choice: { enum: ["word-enum"] },
      given: { title: "word-schema-title", default: "word-default", examples: ["word-example"] },
      fixed: { const: "word-const" },
      "word-name": {},
    },
    patternProperties: { "^word-pattern": {} },
    $defs: { unused: { description: "word-definition" } },
  },
  outputSchema: { type: "object", description: "word-output" },
  annotations: { title: "word-annotation", idempotentHint: true },
};

function shownOf(tools: readonly unknown[]): string {
  const shown: string[] = [];
  const out = { ...makeOutput(process, false), line: (text = "") => void shown.push(text) };
  const opened = {
    package: digestOf("package"),
    manifest: { ...MANIFEST, manifest_version: 1 as const, capabilities: {} },
    surface: parseSurface(toBytes(tools)),
    component: new Uint8Array(),
    componentBytes: 0,
    digests: STATEMENT.digests,
    requested: digestOf({}),
  };
  showPlugin(opened, viewTools(opened.surface, []), [], {}, out);
  return shown.join("\n");
}

test("shows the operator every word that the model will read, wherever it stands in a definition", () => {
  const words = JSON.stringify(TOOL).match(/word-[a-z-]+|idempotentHint/g) ?? [];
  assert.equal(words.length, 16);
  const text = shownOf([TOOL]);
  assert.deepEqual(
    words.filter((word) => !text.includes(word)),
    [],
  );
});

test("lets no description push the rest out of sight by blank lines or blanks", () => {
  const blanks = ["\n".repeat(8000), " ".repeat(8000), "\t\n".repeat(4000), "\u3000".repeat(8000)];
  const tools = blanks.map((blank, index) => ({
    name: `t${index}`,
    description: `before${blank}after`,
    inputSchema: { type: "object", description: `before${blank}after` },
  }));
  const text = shownOf(tools);
  assert.equal(text.match(/after/g)?.length, 8);
  assert.ok(text.length < 4000, `${text.length} characters`);
});
