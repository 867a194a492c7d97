import { callContext } from "../capabilities/context.ts";
import { log } from "../capabilities/log.ts";
import { progress } from "../capabilities/progress.ts";
import type { ContentBlock, Tool, ToolContext, ToolResult } from "./define.ts";
import { describeError, ToolError, type ToolErrorBody } from "./error.ts";
import { checkValue } from "./schema.ts";

/** What `call-tool` answers, before it becomes text. */
export type ToolAnswer = ToolResult | { readonly error: ToolErrorBody };

const context: ToolContext = {
  get call() {
    return callContext();
  },
  log,
  progress,
};

/** Runs one tool. Never rejects: whatever is thrown becomes an error answer. */
export async function runTool(
  tools: readonly Tool[],
  name: string,
  argumentsText: string,
): Promise<ToolAnswer> {
  try {
    const tool = tools.find((candidate) => candidate.name === name);
    if (!tool)
      throw new ToolError({ error_code: "NOT_FOUND", message: `No tool is named "${name}"` });
    const input = await checkValue(tool.input, JSON.parse(argumentsText));
    if ("problem" in input)
      throw new ToolError({ error_code: "INVALID_INPUT", message: input.problem });
    return await checkResult(tool, await tool.handler(input.value as never, context));
  } catch (thrown) {
    return { error: describeError(thrown) };
  }
}

/** Holds the answer against the output schema, and gives it MCP's shape. */
async function checkResult(tool: Tool, answer: unknown): Promise<ToolResult> {
  const result = isToolResult(answer) ? answer : undefined;
  if (!tool.output) return result ?? toResult(answer);
  const output = await checkValue(tool.output, result ? result.structuredContent : answer);
  if ("problem" in output) {
    throw new ToolError({
      error_code: "FAILED",
      message: `The tool's answer does not match its own output schema: ${output.problem}`,
    });
  }
  return result
    ? { content: result.content, structuredContent: output.value }
    : structured(output.value);
}

function toResult(answer: unknown): ToolResult {
  if (answer === undefined) return { content: [] };
  if (typeof answer === "string") return { content: [text(answer)] };
  return structured(answer);
}

/** Clients that know only text read the same value there. */
function structured(value: unknown): ToolResult {
  const json = JSON.stringify(value);
  if (json === undefined) throw new TypeError("The tool answered a value that JSON cannot carry");
  return { content: [text(typeof value === "string" ? value : json)], structuredContent: value };
}

function text(value: string): ContentBlock {
  return { type: "text", text: value };
}

/** A value is a whole result only when it has no other key: an answer may have a `content` of its own. */
function isToolResult(value: unknown): value is ToolResult {
  if (typeof value !== "object" || value === null) return false;
  const { content } = value as { readonly content?: unknown };
  return (
    Array.isArray(content) &&
    content.every(
      (block) =>
        typeof block === "object" &&
        block !== null &&
        ["text", "image", "audio"].includes((block as ContentBlock).type),
    ) &&
    Object.keys(value).every((key) => key === "content" || key === "structuredContent")
  );
}
