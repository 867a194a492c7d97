import { callContext } from "../capabilities/context.ts";
import { log } from "../capabilities/log.ts";
import { progress } from "../capabilities/progress.ts";
import type { ContentBlock, Tool, ToolContext, ToolResult } from "./define.ts";
import { describeError, ToolError, type ToolErrorBody } from "./error.ts";
import { checkValue, type CheckedValue } from "./schema.ts";
import { whenReady } from "./when-ready.ts";

const BLOCK_TYPES: readonly ContentBlock["type"][] = [
  "text",
  "image",
  "audio",
  "resource",
  "resource_link",
];

/** What `call-tool` answers, as JSON: a `ToolResult`, or an `error`. */
export type AnswerText = string;

export const context: ToolContext = {
  get call() {
    return callContext();
  },
  log,
  progress,
};

/**
 * Runs one tool. Never throws or rejects: whatever is thrown becomes an error answer.
 * Answers at once where neither the schemas nor the handler need a promise: in a component that is most of the time
 * of a short call, and no instance stays to warm up.
 */
export function runTool(
  tools: ReadonlyMap<string, Tool>,
  name: string,
  argumentsText: string,
): AnswerText | Promise<AnswerText> {
  try {
    const tool = tools.get(name);
    if (!tool)
      throw new ToolError({ error_code: "NOT_FOUND", message: `No tool is named "${name}"` });
    const input = checkValue(tool.input, JSON.parse(argumentsText));
    const answer = whenReady(input, (checked) => handle(tool, checked));
    return typeof answer === "string" ? answer : answer.then(undefined, errorText);
  } catch (thrown) {
    return errorText(thrown);
  }
}

export function errorText(thrown: unknown): AnswerText {
  return JSON.stringify({ error: describeError(thrown) } satisfies { error: ToolErrorBody });
}

function handle(tool: Tool, input: CheckedValue): AnswerText | Promise<AnswerText> {
  if ("problem" in input)
    throw new ToolError({ error_code: "INVALID_INPUT", message: input.problem });
  return whenReady(tool.handler(input.value as never, context), (answer) =>
    checkAnswer(tool, answer),
  );
}

/** Holds the answer against the output schema, and gives it MCP's shape. */
function checkAnswer(tool: Tool, answer: unknown): AnswerText | Promise<AnswerText> {
  const result = isToolResult(answer) ? answer : undefined;
  if (!tool.output) return result ? JSON.stringify(result) : resultText(answer);
  const output = checkValue(tool.output, result ? result.structuredContent : answer);
  return whenReady(output, (checked) => {
    if ("problem" in checked) {
      throw new ToolError({
        error_code: "FAILED",
        message: `The tool's answer does not match its own output schema: ${checked.problem}`,
      });
    }
    return result
      ? JSON.stringify({ content: result.content, structuredContent: checked.value })
      : structuredText(checked.value);
  });
}

function resultText(answer: unknown): AnswerText {
  if (answer === undefined) return '{"content":[]}';
  if (typeof answer === "string") return `{"content":[${textBlock(answer)}]}`;
  return structuredText(answer);
}

/** Clients that know only text read the same value there. It is made into JSON once. */
function structuredText(value: unknown): AnswerText {
  const json = JSON.stringify(value) as string | undefined;
  if (json === undefined) throw new TypeError("The tool answered a value that JSON cannot carry");
  const block = textBlock(typeof value === "string" ? value : json);
  return `{"content":[${block}],"structuredContent":${json}}`;
}

function textBlock(text: string): string {
  return `{"type":"text","text":${JSON.stringify(text)}}`;
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
        BLOCK_TYPES.includes((block as ContentBlock).type),
    ) &&
    Object.keys(value).every((key) => key === "content" || key === "structuredContent")
  );
}
