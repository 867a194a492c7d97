import { randomUUID } from "node:crypto";
import { ASK_KINDS } from "@glovebox/host-api/ask/grant";
import type { JsonValue } from "@glovebox/host-api/json";
import {
  answerInvalidArguments,
  answerWithError,
  type ClientError,
  type ToolAnswer,
} from "./answer.ts";
import { Asking } from "./asking.ts";
import type { AuditSink, CallRecord } from "./audit/record.ts";
import { parseTraceParent, type TraceContext } from "./audit/trace-context.ts";
import { callableKey, type CallableTool, type CallKind } from "./callable.ts";
import { makeCallRecord } from "./call-record.ts";
import { ASKS_NOTHING, type AskableClient, type GivenInputs, type NeededInputs } from "./inputs.ts";
import { insufficientScope, unknownTool } from "./call-refusals.ts";
import { HEARD_CHARS_MAX, hearThrough } from "./hear-through.ts";
import { explainFailure } from "./explain-failure.ts";
import { makeVisible } from "./firewall/visible.ts";
import { digestOrNull } from "./plugin/canonical.ts";
import {
  LOCAL_PRINCIPAL,
  missingScopes,
  shownToPlugin,
  type Principal,
} from "./policy/principal.ts";
import type { ToolScopes } from "./policy/tool-scopes.ts";
import { answerAsked, callingOf, readAnswer } from "./read-answer.ts";
import type { Change, PluginAnswer, Spent } from "./sandbox/sandbox.ts";

export { callableKey, type CallableTool, type CallablePlugin, type CallKind } from "./callable.ts";

/** Who calls, in which conversation, and what the client can be asked. */
export interface Caller {
  readonly principal: Principal;
  /** What one model sees together: a session, or a principal and client where there are none. The key of taint. */
  readonly conversation: string;
  readonly can: AskableClient;
}

/** Whoever holds the pipes of this process. */
export const LOCAL_CALLER: Caller = {
  principal: LOCAL_PRINCIPAL,
  conversation: "local",
  can: ASKS_NOTHING,
};

export interface CallRequest {
  /** `tool` when it is left out. */
  readonly kind?: CallKind;
  /** The exposed name; of a resource its pinned address or template. */
  readonly name: string;
  readonly arguments: JsonValue;
  readonly caller: Caller;
  /** On the way back from having asked. */
  readonly given?: GivenInputs;
  /** Where the client's own trace goes on, W3C Trace Context. Its words: they are not checked. */
  readonly trace?: TraceContext;
  /** Left out, the call is answered while the client waits. */
  readonly task?: TaskStep;
  readonly signal: AbortSignal;
  readonly onProgress?: (
    progress: number,
    total: number | undefined,
    message: string | undefined,
  ) => void;
  /** What the plugin logs, safe to print, for a client that wants to hear it. As many lines as the audit keeps. */
  readonly onLog?: (level: string, message: string) => void;
}

/**
 * `begin`: the call is let in and its arguments are checked, but nothing runs: without an error it may become a task.
 * `run`: it runs as the task that it became, and was let in then.
 */
export type TaskStep =
  | { readonly kind: "begin" }
  | { readonly kind: "run"; readonly deadlineMs: number };

export type CallTool = (request: CallRequest) => Promise<ToolAnswer>;

/** Whether the limits let this call in. `end` is called once, when an admitted call has ended. */
export interface Admission {
  readonly refused?: ClientError;
  end(): void;
}

/** One call with arguments that are valid, before it runs. */
export interface ConsideredCall {
  readonly callId: string;
  readonly caller: Caller;
  readonly callable: CallableTool;
  readonly arguments: JsonValue;
  readonly argumentsDigest: string;
  readonly given?: GivenInputs;
}

export type Consent =
  | { readonly kind: "go" }
  | { readonly kind: "ask"; readonly needs: NeededInputs }
  | { readonly kind: "refuse"; readonly error: ClientError };

/** The steps around the seal that configuration decides on. Each answers at once where it can: a promise costs a turn. */
export interface CallSteps {
  /** Rate, concurrency and quota of the principal and the tool. */
  admit(caller: Caller, callable: CallableTool): Admission | Promise<Admission>;
  /** What the human or the flow policy has to say first. */
  consent(call: ConsideredCall): Consent | Promise<Consent>;
  /** What leaves, after the filter of outputs; nothing of a plugin's answer goes around it. Also notes what has tainted the conversation. */
  release(call: ConsideredCall, answer: ToolAnswer): ToolAnswer | Promise<ToolAnswer>;
  /** For one call, a filter of what it says while it runs: progress, and lines of the log that a client hears. Left out, it says what it says. */
  words?(callable: CallableTool): (text: string) => string;
  /** Hears of the end of each call that was considered, however it ended. */
  end?(call: ConsideredCall): void;
}

/** Nothing is limited, asked or filtered. */
export const PLAIN_STEPS: CallSteps = {
  admit: () => ({ end: () => undefined }),
  consent: () => ({ kind: "go" }),
  release: (_call, answer) => answer,
};

/** Hears how calls go. It decides nothing, and must not throw. */
export interface CallObserver {
  begin(callId: string, callable: CallableTool, request: CallRequest): ObservedCall;
}

export interface ObservedCall {
  /** The trace that the observer has the call in. */
  readonly traceId?: string;
  /** The call has come to this step. */
  step(name: "admit" | "validate" | "consent" | "run" | "release"): void;
  /** The call has ended and is recorded. */
  end(record: CallRecord): void;
}

export interface CallSetting {
  /** By `callableKey`. */
  readonly tools: ReadonlyMap<string, CallableTool>;
  readonly audit: AuditSink;
  readonly seal: string;
  /** The highest ring in force; 4 where nobody says that the system's seal holds. */
  readonly ring?: number;
  readonly steps: CallSteps;
  /** What a principal must hold for each call; nothing where it is left out. */
  readonly scopes?: Pick<ToolScopes, "of">;
  readonly observer?: CallObserver;
  /** What the audit keeps of arguments beside their digest; nothing where it is left out. */
  readonly keepArguments?: (args: JsonValue) => JsonValue | undefined;
  /** Hears that something a client may have read has changed. */
  readonly onChange?: (plugin: string, tenant: string, change: Change) => void;
}

/** What has no canonical form could not be found again in the audit trail, so it is not run. */
const NOT_CANONICAL = { path: "", message: "must not hold half of a character (a lone surrogate)" };

/**
 * One call, from the client's words to the client's answer, as the steps it takes:
 * find the pinned tool → see that the principal holds its scopes → admit → validate the arguments → ask whom it must →
 * run it behind the seal → read its outcome → filter → audit → answer.
 * Never throws: every end is an answer in the one error schema. What cannot be audited is not answered.
 */
export function makeCallTool(setting: CallSetting): CallTool {
  return async (request) => {
    const callable = setting.tools.get(callableKey(request.kind ?? "tool", request.name));
    if (!callable) return answerWithError(unknownTool(request.name));
    const callId = randomUUID();
    const run: Run = {
      callId,
      callable,
      request,
      observed: setting.observer?.begin(callId, callable, request),
      startedMs: performance.now(),
      setting,
      spent: { hostCalls: 0, logBytesDropped: 0 },
    };
    const ending = await perform(run);
    try {
      const record = recordOf(run, ending);
      setting.audit.write(record);
      run.observed?.end(record);
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
  readonly observed: ObservedCall | undefined;
  spent: Spent;
  /** Why the audit refused something of this call while it ran. */
  unrecorded?: { readonly error: unknown };
}

/** How a call ended: what the client hears, and what only the audit does. */
interface Ending {
  readonly answer: ToolAnswer;
  readonly status: CallRecord["status"];
  /** Null for refused arguments. */
  readonly argumentsDigest: string | null;
  readonly error?: unknown;
}

async function perform(run: Run): Promise<Ending> {
  const { callable, request, setting } = run;
  const needed = setting.scopes?.of(callable.exposedName) ?? [];
  const missing = missingScopes(request.caller.principal, needed);
  if (missing.length > 0) {
    const answer = answerWithError(insufficientScope(needed));
    return { answer, status: "refused", argumentsDigest: null };
  }
  if (request.task?.kind === "run") return performAdmitted(run);
  let admission: Admission;
  run.observed?.step("admit");
  try {
    const decided = setting.steps.admit(request.caller, callable);
    admission = decided instanceof Promise ? await decided : decided;
  } catch (error) {
    return failed(error, null);
  }
  const { refused } = admission;
  if (refused)
    return { answer: answerWithError(refused), status: "refused", argumentsDigest: null };
  try {
    return await performAdmitted(run);
  } finally {
    admission.end();
  }
}

async function performAdmitted(run: Run): Promise<Ending> {
  const { callable, request, setting } = run;
  const { steps } = setting;
  let argumentsDigest: string | null = null;
  let call: ConsideredCall | undefined;
  run.observed?.step("validate");
  try {
    const issues = callable.validateArguments(request.arguments);
    // In this order: the validator bounds what it looks at, and a digest of megabytes takes seconds.
    if (issues.length === 0) argumentsDigest = digestOrNull(request.arguments);
    if (argumentsDigest === null) {
      const answer = answerInvalidArguments(issues.length > 0 ? issues : [NOT_CANONICAL]);
      return { answer, status: "refused", argumentsDigest };
    }
    if (request.task?.kind === "begin")
      return { answer: { content: [] }, status: "task", argumentsDigest };
    const { caller, given, arguments: args } = request;
    call = {
      callId: run.callId,
      caller,
      callable,
      arguments: args,
      argumentsDigest,
      ...(given ? { given } : {}),
    };
    run.observed?.step("consent");
    const considered = steps.consent(call);
    const consent = considered instanceof Promise ? await considered : considered;
    if (consent.kind === "refuse")
      return { answer: answerWithError(consent.error), status: "refused", argumentsDigest };
    if (consent.kind === "ask")
      return { answer: { content: [], needs: consent.needs }, status: "asked", argumentsDigest };
    run.observed?.step("run");
    const answered = await answerOf(run);
    if (run.unrecorded) throw run.unrecorded.error;
    run.observed?.step("release");
    const released = steps.release(call, answered);
    const answer = released instanceof Promise ? await released : released;
    return { answer, status: statusOf(answer), argumentsDigest };
  } catch (error) {
    return failed(error, argumentsDigest);
  } finally {
    if (call) steps.end?.(call);
  }
}

function statusOf(answer: ToolAnswer): CallRecord["status"] {
  if (answer.needs) return "asked";
  return answer.isError ? "tool-error" : "success";
}

function failed(error: unknown, argumentsDigest: string | null): Ending {
  const answer = answerWithError(explainFailure(error));
  return { answer, status: "failed", argumentsDigest, error };
}

/**
 * Runs the call behind the seal. Where its plugin asked for what is not answered yet, that is how it ended, whatever else
 * its runner says: it may be run again.
 */
async function answerOf(run: Run): Promise<ToolAnswer> {
  const { callable, request } = run;
  const asking = callable.plugin.asks ? new Asking(request.caller.can, request.given) : undefined;
  try {
    const sealed = await runSealed(run, asking);
    return asking?.outcome
      ? answerAsked(asking.outcome)
      : readAnswer(callable, sealed, request.arguments);
  } catch (error) {
    if (asking?.outcome && !request.signal.aborted) return answerAsked(asking.outcome);
    throw error;
  }
}

function runSealed(run: Run, asking: Asking | undefined): Promise<PluginAnswer> {
  const { callable, request, callId, setting } = run;
  const { plugin, tool } = callable;
  const { onLog, onProgress } = hearThrough(request, () => setting.steps.words?.(callable));
  const task = request.task?.kind === "run" ? request.task : undefined;
  const { tenant } = request.caller.principal;
  return plugin.sealed.call({
    tenant,
    scope: {
      callId,
      plugin: plugin.alias,
      tool: tool.name,
      signal: request.signal,
      ...(asking ? { ask: asking.ask } : {}),
    },
    context: {
      call_id: callId,
      tool: tool.name,
      plugin: { name: plugin.name, version: plugin.version },
      deadline_ms: task?.deadlineMs ?? plugin.deadlineMs,
      principal: shownToPlugin(request.caller.principal),
      ...(asking ? { can_ask: ASK_KINDS.filter((kind) => request.caller.can[kind]) } : {}),
    },
    onLog: (level, message) => {
      if (run.unrecorded) return;
      try {
        setting.audit.write({
          kind: "guest-log",
          timestamp: new Date().toISOString(),
          call_id: callId,
          plugin: plugin.alias,
          level,
          message: makeVisible(message.slice(0, HEARD_CHARS_MAX.log)),
        });
      } catch (error) {
        // Its runner has done nothing wrong.
        run.unrecorded ??= { error };
        return;
      }
      onLog?.(level, message);
    },
    onSpent: (spent) => void (run.spent = spent),
    ...callingOf(callable).begin(tool.name, request.arguments),
    ...(setting.onChange
      ? { onChange: (change: Change) => setting.onChange?.(plugin.alias, tenant, change) }
      : {}),
    ...(task ? { deadlineMs: task.deadlineMs } : {}),
    ...(onProgress ? { onProgress } : {}),
  });
}

function recordOf(run: Run, ending: Ending): CallRecord {
  const { callId, callable, request, setting, startedMs, spent, observed } = run;
  const isKept = setting.keepArguments && ending.argumentsDigest !== null;
  return makeCallRecord({
    callId,
    callable,
    request,
    spent,
    seal: setting.seal,
    ring: setting.ring ?? 4,
    durationMs: performance.now() - startedMs,
    traceId: observed?.traceId ?? parseTraceParent(request.trace)?.traceId,
    keptArguments: isKept ? setting.keepArguments(request.arguments) : undefined,
    ...ending,
  });
}
