import { randomUUID } from "node:crypto";
import { isJsonObject, type JsonValue } from "@glovebox/host-api/json";
import {
  answerInvalidArguments,
  answerWithError,
  type ClientError,
  type ToolAnswer,
} from "./answer.ts";
import type { BrokerWatch } from "./audit/watch-brokers.ts";
import type { AuditSink, CallRecord } from "./audit/record.ts";
import { explainFailure } from "./explain-failure.ts";
import { PLUGIN_CALLING, type Calling } from "./calling.ts";
import type { ToolOutcome } from "./firewall/outcome.ts";
import { makeVisible } from "./firewall/visible.ts";
import { digestOf } from "./plugin/canonical.ts";
import type { ToolDefinition } from "./plugin/formats.ts";
import type { Validator } from "./plugin/schema/validator.ts";
import type { PluginAnswer, SealedPlugin, Spent } from "./sandbox/sandbox.ts";

/** One tool, ready to be called: everything a call needs was verified and made before the first call. */
export interface CallableTool {
  readonly exposedName: string;
  readonly tool: ToolDefinition;
  readonly validateArguments: Validator;
  readonly validateResult: Validator | undefined;
  readonly plugin: CallablePlugin;
}

export interface CallablePlugin {
  readonly alias: string;
  readonly name: string;
  readonly version: string;
  readonly component: string;
  readonly sealed: SealedPlugin;
  /** What its shape makes of arguments and answers; `glovebox:plugin/tools` where it is left out. */
  readonly calling?: Calling;
  readonly watch: BrokerWatch;
  readonly deadlineMs: number;
}

export interface CallRequest {
  readonly name: string;
  readonly arguments: JsonValue;
  readonly signal: AbortSignal;
  readonly onProgress?: (
    progress: number,
    total: number | undefined,
    message: string | undefined,
  ) => void;
}

export type CallTool = (request: CallRequest) => Promise<ToolAnswer>;

export interface CallSetting {
  readonly tools: ReadonlyMap<string, CallableTool>;
  readonly audit: AuditSink;
  readonly seal: string;
}

const LOG_LINE_CHARS_MAX = 2000;
const NAME_CHARS_MAX = 80;
/** What has no canonical form could not be found again in the audit trail, so it is not run. */
const NOT_CANONICAL = { path: "", message: "must not hold half of a character (a lone surrogate)" };

/**
 * One call, from the client's words to the client's answer, as the steps it takes:
 * find the pinned tool → validate the arguments → run it behind the seal → read its outcome → audit → answer.
 * Never throws: every end is an answer in the one error schema. What cannot be audited is not answered.
 */
export function makeCallTool(setting: CallSetting): CallTool {
  return async (request) => {
    const callable = setting.tools.get(request.name);
    if (!callable) return answerWithError(unknownTool(request.name));
    const run: Run = {
      callId: randomUUID(),
      callable,
      request,
      startedMs: performance.now(),
      setting,
      spent: { hostCalls: 0, logBytesDropped: 0 },
    };
    const ending = await perform(run);
    try {
      setting.audit.write(recordOf(run, ending));
      return ending.answer;
    } catch (error) {
      return answerWithError(explainFailure(error));
    }
  };
}

interface Run {
  readonly callId: string;
  readonly callable: CallableTool;
  readonly request: CallRequest;
  readonly startedMs: number;
  readonly setting: CallSetting;
  spent: Spent;
}

/** How a call ended: what the client hears, and what only the audit does. */
interface Ending {
  readonly answer: ToolAnswer;
  readonly outcome: CallRecord["outcome"];
  /** Null for refused arguments. */
  readonly argumentsDigest: string | null;
  readonly error?: unknown;
}

async function perform(run: Run): Promise<Ending> {
  const { callable, request } = run;
  let argumentsDigest: string | null = null;
  try {
    const issues = callable.validateArguments(request.arguments);
    // In this order: the validator bounds what it looks at, and a digest of megabytes takes seconds.
    if (issues.length === 0) argumentsDigest = digestOrNull(request.arguments);
    if (argumentsDigest === null) {
      const answer = answerInvalidArguments(issues.length > 0 ? issues : [NOT_CANONICAL]);
      return { answer, outcome: "refused", argumentsDigest };
    }
    const sealed = await runSealed(run);
    const answer = readAnswer(callable, sealed);
    return { answer, outcome: answer.isError ? "tool-error" : "ok", argumentsDigest };
  } catch (error) {
    return {
      answer: answerWithError(explainFailure(error)),
      outcome: "failed",
      argumentsDigest,
      error,
    };
  }
}

function unknownTool(name: string): ClientError {
  return {
    error_code: "UNKNOWN_TOOL",
    message: `There is no tool named ${makeVisible(JSON.stringify(name.slice(0, NAME_CHARS_MAX)))}.`,
    suggestion: "List the tools and use a name from the list.",
  };
}

function runSealed(run: Run): Promise<PluginAnswer> {
  const { callable, request, callId, setting } = run;
  const { plugin, tool } = callable;
  return plugin.sealed.call({
    scope: { callId, plugin: plugin.alias, tool: tool.name, signal: request.signal },
    ...callingOf(callable).begin(tool.name, request.arguments),
    context: {
      call_id: callId,
      tool: tool.name,
      plugin: { name: plugin.name, version: plugin.version },
      deadline_ms: plugin.deadlineMs,
    },
    onLog: (level, message) =>
      setting.audit.write({
        kind: "guest-log",
        time: new Date().toISOString(),
        call_id: callId,
        plugin: plugin.alias,
        level,
        message: makeVisible(message.slice(0, LOG_LINE_CHARS_MAX)),
      }),
    onSpent: (spent) => void (run.spent = spent),
    ...(request.onProgress ? { onProgress: request.onProgress } : {}),
  });
}

function callingOf({ plugin }: CallableTool): Calling {
  return plugin.calling ?? PLUGIN_CALLING;
}

/** The plugin's answer, checked: an outcome of the known shape whose result matches the pinned output schema. */
function readAnswer(callable: CallableTool, answer: PluginAnswer): ToolAnswer {
  const outcome = callingOf(callable).readOutcome(callable.tool.name, answer);
  if (!outcome) return answerWithError(brokenPlugin("The plugin's answer is not a tool result."));
  if (outcome.error) return answerWithError(outcome.error);
  return checkResult(callable, outcome);
}

function checkResult(callable: CallableTool, outcome: ToolOutcome): ToolAnswer {
  const { content, structuredContent } = outcome;
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
  if (structuredContent === undefined) return { content };
  const shown =
    content.length > 0
      ? content
      : [{ type: "text" as const, text: JSON.stringify(structuredContent) }];
  return isJsonObject(structuredContent)
    ? { content: shown, structuredContent }
    : { content: shown };
}

function brokenPlugin(message: string): ClientError {
  return {
    error_code: "PLUGIN_FAILED",
    message,
    suggestion: "This is a fault of the plugin: report it to its author.",
  };
}

function recordOf(
  { callable, callId, setting, startedMs, spent }: Run,
  ending: Ending,
): CallRecord {
  const { plugin } = callable;
  const { answer, error } = ending;
  return {
    kind: "call",
    time: new Date().toISOString(),
    call_id: callId,
    tool: callable.exposedName,
    plugin: plugin.name,
    plugin_version: plugin.version,
    component: plugin.component,
    seal: setting.seal,
    outcome: ending.outcome,
    ...(answer.error ? { error_code: answer.error.error_code } : {}),
    ...(error === undefined ? {} : { reason: reasonOf(error) }),
    arguments_digest: ending.argumentsDigest,
    duration_ms: Math.round((performance.now() - startedMs) * 1000) / 1000,
    host_calls: spent.hostCalls,
    denied: plugin.watch.take(callId),
    log_bytes_dropped: spent.logBytesDropped,
  };
}

function digestOrNull(value: JsonValue): string | null {
  try {
    return digestOf(value);
  } catch {
    return null;
  }
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return `a ${typeof error} was thrown`;
  const text = `${"code" in error ? String(error.code) : error.name}: ${error.message}`;
  return makeVisible(text.slice(0, LOG_LINE_CHARS_MAX));
}
