// How a call is run: what needs no promise gets none.
import assert from "node:assert/strict";
import { test } from "node:test";
import { defineTool, fromJsonSchema, type Tool } from "@glovebox/sdk";
import { z } from "zod";
import { indexTools } from "../../../sdk-guest/tool/list.ts";
import { runTool } from "../../../sdk-guest/tool/run.ts";

const options = { name: "run", description: "d" };
const run = (tool: Tool, args = "{}") => runTool(indexTools([tool]), "run", args);
const checkLater = z.object({}).refine(async () => true);

test("answers at once where neither the schemas nor the handler wait", () => {
  for (const schema of [fromJsonSchema({ type: "object" }), z.object({ a: z.number() })]) {
    const tool = defineTool({ ...options, input: schema, output: schema, handler: (it) => it });
    assert.equal(
      run(tool, '{"a":1}'),
      '{"content":[{"type":"text","text":"{\\"a\\":1}"}],"structuredContent":{"a":1}}',
    );
  }
});

test("answers errors at once", () => {
  const tool = defineTool({ ...options, input: z.object({ a: z.number() }), handler: () => 1n });
  for (const [args, code] of [
    ["{}", "INVALID_INPUT"],
    ['{"a":1}', "FAILED"],
    ["{", "FAILED"],
  ] as const)
    // prettier-ignore
    assert.equal(JSON.parse(run(tool, args) as string).error.error_code, code);
});

test("waits for a schema, for a handler and for any thenable", async () => {
  const input = z.object({});
  // oxlint-disable-next-line unicorn/no-thenable -- it is what is tested
  const thenable = { then: (use: (value: unknown) => void) => use("text") };
  const tools = [
    defineTool({ ...options, input: checkLater, handler: () => "text" }),
    defineTool({ ...options, input, handler: async () => "text" }),
    defineTool({ ...options, input, handler: () => thenable }),
  ];
  for (const tool of tools) {
    const answer = run(tool);
    assert.ok(answer instanceof Promise);
    assert.equal(await answer, '{"content":[{"type":"text","text":"text"}]}');
  }
  const checked = defineTool({ ...options, input, output: checkLater, handler: () => ({}) });
  assert.deepEqual(JSON.parse(await run(checked)).structuredContent, {});
});

test("makes an error answer of what rejects", async () => {
  const input = z.object({});
  const refuse = z.object({}).refine(async () => false);
  const tools: [Tool, string][] = [
    [defineTool({ ...options, input: refuse, handler: () => 1 }), "INVALID_INPUT"],
    [defineTool({ ...options, input, output: refuse, handler: () => ({}) }), "FAILED"],
    [defineTool({ ...options, input, handler: async () => Promise.reject(new Error("x")) }), "FAILED"], // prettier-ignore
  ];
  for (const [tool, code] of tools)
    assert.equal(JSON.parse(await run(tool)).error.error_code, code);
});
