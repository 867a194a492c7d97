/** The files of a new plugin, by path. `name` is a plugin name that was checked; `sdk` is the SDK's folder, seen from the plugin's. */
export function makeTemplate(
  name: string,
  sdk: string,
  dependencies: Readonly<Record<string, string>>,
): Readonly<Record<string, string>> {
  return {
    "package.json": json({
      name,
      version: "0.1.0",
      private: true,
      license: "Apache-2.0",
      type: "module",
      engines: { node: ">=26" },
      scripts: { test: "node --test 'test/*.test.ts'", build: "glovebox build" },
      dependencies,
    }),
    "plugin.json": json({
      $schema: `${sdk}/plugin.schema.json`,
      manifest_version: 1,
      name,
      version: "0.1.0",
      license: "Apache-2.0",
      description: "Counts the words, characters and lines of a text.",
      tools: ["count_words"],
      capabilities: {},
    }),
    "tsconfig.json": json({
      compilerOptions: {
        target: "es2024",
        lib: ["es2024", "webworker"],
        module: "nodenext",
        strict: true,
        noEmit: true,
        allowImportingTsExtensions: true,
        verbatimModuleSyntax: true,
        erasableSyntaxOnly: true,
        skipLibCheck: true,
      },
      include: ["src"],
    }),
    ".gitignore": "node_modules/\ndist/\n",
    "src/plugin.ts": PLUGIN,
    "test/plugin.test.ts": TEST,
    "README.md": readme(name, sdk),
  };
}

function json(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}

const PLUGIN = `import { defineTool } from "@glovebox/sdk";
import { z } from "zod";

const countWords = defineTool({
  name: "count_words",
  title: "Count words",
  description:
    "Counts the words, characters and lines of a text, and lists its most frequent words, as many as \`top\` says.",
  input: z.object({
    text: z.string().describe("The text to count"),
    top: z.int().min(0).max(100).default(3).describe("How many frequent words to list"),
  }),
  output: z.object({
    words: z.int(),
    characters: z.int(),
    lines: z.int(),
    frequent: z.array(z.object({ word: z.string(), count: z.int() })),
  }),
  annotations: { readOnlyHint: true, openWorldHint: false },
  handler({ text, top }) {
    const words = text.toLowerCase().match(/[\\p{L}\\p{N}']+/gu) ?? [];
    const counts = new Map<string, number>();
    for (const word of words) counts.set(word, (counts.get(word) ?? 0) + 1);
    const frequent = [...counts]
      .sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1))
      .slice(0, top)
      .map(([word, count]) => ({ word, count }));
    const lines = text === "" ? 0 : text.split("\\n").length;
    return { words: words.length, characters: [...text].length, lines, frequent };
  },
});

export const tools = [countWords];
`;

const TEST = `import assert from "node:assert/strict";
import { test } from "node:test";
import { testPlugin } from "@glovebox/sdk/testing";
import { tools } from "../src/plugin.ts";

const plugin = testPlugin(tools);

test("counts words and finds the most frequent", async () => {
  const answer = await plugin.call("count_words", { text: "To be, or not\\nto be", top: 2 });
  assert.deepEqual(answer.structuredContent, {
    words: 6,
    characters: 19,
    lines: 2,
    frequent: [
      { word: "be", count: 2 },
      { word: "to", count: 2 },
    ],
  });
});

test("refuses a count that is out of range", async () => {
  const answer = await plugin.call("count_words", { text: "x", top: 1000 });
  assert.equal(answer.error?.error_code, "INVALID_INPUT");
});
`;

function readme(name: string, sdk: string): string {
  return `# ${name}

A Glovebox plugin: tools for MCP clients that run as one sealed WebAssembly component.
[The SDK's README](${sdk}/README.md) describes tools, resources, prompts, capabilities, errors and tests.

\`\`\`sh
npm test            # runs the tools in Node, with capabilities in memory
tsc --noEmit        # checks the types, which a build does not
glovebox build      # makes dist/plugin.wasm
\`\`\`

| file | what it is |
|---|---|
| \`src/plugin.ts\` | the tools: \`export const tools = [...]\` |
| \`plugin.json\` | what operators read: name, version, tools, and the capabilities that the plugin asks for, each with a reason |
| \`test/plugin.test.ts\` | tests that need no server |

A plugin reaches only what it asks for in \`plugin.json\` and the operator grants.
To keep something between calls, for example, add \`"kv": { "quota": "1MiB", "reason": "Keeps counts between calls" }\` to \`capabilities\` and \`import { kv } from "@glovebox/sdk"\`.
`;
}
