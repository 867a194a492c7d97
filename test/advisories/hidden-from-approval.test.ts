import assert from "node:assert/strict";
import { test } from "node:test";
import { showPlugin } from "../../runtime/cli/show-plugin.ts";
import { digestOf } from "../../runtime/plugin/canonical.ts";
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

test("shows the operator every word that the model will read, wherever it stands in a definition", () => {
  const shown: string[] = [];
  const out = {
    ...makeOutput(process, false),
    line: (text = "") => void shown.push(text),
  };
  const opened = {
    package: digestOf("package"),
    manifest: { ...MANIFEST, manifest_version: 1 as const, capabilities: {} },
    surface: parseSurface(toBytes([TOOL])),
    component: new Uint8Array(),
    digests: STATEMENT.digests,
    requested: digestOf({}),
  };
  showPlugin(opened, null, {}, out);
  const words = JSON.stringify(TOOL).match(/word-[a-z-]+|idempotentHint/g) ?? [];
  assert.equal(words.length, 16);
  const text = shown.join("\n");
  assert.deepEqual(
    words.filter((word) => !text.includes(word)),
    [],
  );
});
