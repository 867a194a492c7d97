import assert from "node:assert/strict";
import { test } from "node:test";
import type { JsonObject } from "@glovebox/host-api/json";
import { RUNTIME_ERROR_CODES } from "../../../../runtime/answer.ts";
import { TOOL_ERROR_CODES } from "../../../../runtime/firewall/outcome.ts";
import { compileValidator } from "../../../../runtime/plugin/schema/validator.ts";
import { toListedTool } from "../../../../runtime/server/mcp/listed-tool.ts";

const TOOL = {
  name: "divide",
  description: "Divides.",
  inputSchema: { type: "object" },
};
const OUTPUT: JsonObject = {
  $schema: "https://json-schema.org/draft/2020-12/schema",
  type: "object",
  properties: { quotient: { $ref: "#/$defs/number" } },
  required: ["quotient"],
  additionalProperties: false,
  $defs: { number: { type: "number" } },
};

test("lists a tool as it was pinned, under its exposed name", () => {
  assert.deepEqual(toListedTool({ exposedName: "math__divide", alias: "math", tool: TOOL }), {
    ...TOOL,
    name: "math__divide",
  });
});

test("the listed output schema takes what the pinned one takes, and the one error; nothing else", () => {
  const { outputSchema } = toListedTool({
    exposedName: "math__divide",
    alias: "math",
    tool: { ...TOOL, outputSchema: OUTPUT },
  });
  const issuesOf = compileValidator(JSON.parse(JSON.stringify(outputSchema)));
  assert.equal(outputSchema?.["type"], "object");
  assert.deepEqual(issuesOf({ quotient: 2 }), []);
  for (const error_code of [...RUNTIME_ERROR_CODES, ...TOOL_ERROR_CODES])
    assert.deepEqual(issuesOf({ error_code, message: "…", suggestion: "…", retry_after: 1 }), []);
  for (const wrong of [
    { quotient: "2" },
    {},
    { error_code: "OTHER", message: "…" },
    { error_code: "FAILED" },
    { error_code: "FAILED", message: "…", path: "/etc" },
  ])
    assert.notDeepEqual(issuesOf(wrong), [], JSON.stringify(wrong));
});
