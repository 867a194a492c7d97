import type { JsonValue } from "@glovebox/host-api/json";
import { answerWithError, type ClientError, type ToolAnswer } from "./answer.ts";
import type { AskedOutcome } from "./asking.ts";
import type { CallableTool } from "./call.ts";
import { PLUGIN_CALLING, type Calling } from "./calling.ts";
import type { ToolOutcome } from "./firewall/outcome.ts";
import type { PluginAnswer } from "./sandbox/sandbox.ts";

export function callingOf({ calling, plugin }: CallableTool): Calling {
  return calling ?? plugin.calling ?? PLUGIN_CALLING;
}

/** The plugin's answer, checked: an outcome of the known shape whose result matches the pinned output schema. */
export function readAnswer(
  callable: CallableTool,
  answer: PluginAnswer,
  args: JsonValue,
): ToolAnswer {
  const outcome = callingOf(callable).readOutcome(callable.tool.name, answer, args);
  if (!outcome) return answerWithError(brokenPlugin("The plugin's answer is not a tool result."));
  if (outcome.error) return answerWithError(outcome.error);
  return checkResult(callable, outcome);
}

function checkResult(callable: CallableTool, outcome: ToolOutcome): ToolAnswer {
  const { content, structuredContent, description } = outcome;
  if (callable.validateResult) {
    if (structuredContent === undefined)
      return answerWithError(
        brokenPlugin("The plugin's answer lacks the structured result that its schema promises."),
      );
    if (callable.validateResult(structuredContent).length > 0)
      return answerWithError(
        brokenPlugin("The plugin's answer does not match its own output schema."),
      );
  }
  if (structuredContent === undefined)
    return description === undefined ? { content } : { content, description };
  const shown =
    content.length > 0
      ? content
      : [{ type: "text" as const, text: JSON.stringify(structuredContent) }];
  return { content: shown, structuredContent };
}

function brokenPlugin(message: string): ClientError {
  return {
    error_code: "PLUGIN_FAILED",
    message,
    suggestion: "This is a fault of the plugin: report it to its author.",
  };
}

/** The call is over: its plugin asked for what is not answered yet, or cannot be. */
export function answerAsked({ needs, lacks }: AskedOutcome): ToolAnswer {
  if (needs) return { content: [], needs };
  if (!lacks) return answerWithError(brokenPlugin("The tool asked for more, time and again."));
  const error: ClientError = {
    error_code: "INPUT_UNAVAILABLE",
    message: `The tool asks for what this client does not offer: ${lacks.join(", ")}.`,
    suggestion: "Use a client that can be asked, or another tool.",
  };
  return { ...answerWithError(error), lacks };
}
