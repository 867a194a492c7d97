import { randomUUID } from "node:crypto";
import { isJsonObject, type JsonObject } from "@glovebox/host-api/json";
import type { ClientError, ToolAnswer } from "../answer.ts";
import { makeEvent, type AuditSink } from "../audit/record.ts";
import type { CallSteps, Consent, ConsideredCall } from "../call.ts";
import type { FlowPolicy } from "../policy/flow/policy.ts";
import { approvalId, firstCallKey } from "./approval-id.ts";
import type { Asked, AskedStore, AskReason } from "./asked-store.ts";
import { whenKnown, type Awaitable } from "./awaitable.ts";
import type { Conversations } from "./conversations.ts";
import type { OperatorDesk } from "./desk.ts";
import { makeQuestion } from "./question.ts";
import * as refusals from "./refusals.ts";
import type { Taint } from "./taint-store.ts";
import type { ToolPlan } from "./tool-plan.ts";
import type { TouchStore } from "./trace-stores.ts";

/** What considering the calls of one profile needs. */
export interface ConsentSetting {
  readonly profile: string | undefined;
  readonly plans: ReadonlyMap<string, ToolPlan>;
  readonly after: FlowPolicy["after"];
  readonly conversations: Conversations;
  readonly asked: AskedStore;
  readonly desk: OperatorDesk;
  readonly audit: AuditSink;
  readonly nowMs: () => number;
}

export interface ConsentSteps extends Pick<CallSteps, "consent" | "release"> {
  end(call: ConsideredCall): void;
  /** To be told of what calls do with what their plugins keep. */
  readonly touch: TouchStore;
}

/** A question waits as long as a person may be away from the screen. */
const ANSWER_MS_MAX = 10 * 60 * 1000;
const FIRST_MS_MAX = 60 * 60 * 1000;
const PENDING_MS_MAX = 24 * 60 * 60 * 1000;
/** The key of our question and of our state among those of others. */
const OURS = "consent";

const GO: Consent = { kind: "go" };

/**
 * What the audit trail says. `asked`: the client was given the question. `approved`, `declined`: its answer. `allowed`,
 * `denied`: an operator's word. `invalid`: an answer to no question, or to another one. `refused`: nobody could be asked.
 */
type Decision = "asked" | "approved" | "declined" | "allowed" | "denied" | "invalid" | "refused";

/** One reason to ask, and its words for the person. */
interface Reason {
  readonly reason: AskReason;
  readonly why: string;
}

/**
 * Decides before each call whether a human has to see it first: because of what the tool may do, or because the conversation
 * has read strangers' text and the tool can send. Where the client can ask, the call ends with the question and is made again
 * with the answer; where it cannot, the call is refused, and waits on an operator's desk.
 * From the moment a call is let go its conversation counts as having read whatever the plugin's grants let it bring in:
 * not its answer alone, but its errors and its progress too, and calls that are made while it runs.
 */
export function makeConsent(setting: ConsentSetting): ConsentSteps {
  const { plans, conversations, asked } = setting;
  const running = new Map<string, ConsideredCall>();
  /** What a human let go, and is not over. */
  const approved = new WeakMap<ConsideredCall, readonly AskReason[]>();

  const letGo = (call: ConsideredCall, plan: ToolPlan): Awaitable<Consent> => {
    running.set(call.callId, call);
    const { alias } = call.callable.plugin;
    const taint: Taint = {
      ...(plan.brings ? { strangers: alias } : {}),
      ...(plan.reads ? { private: alias } : {}),
    };
    if (!plan.brings && !plan.reads) return GO;
    return whenKnown(conversations.mark(call.caller, taint), () => GO);
  };

  return {
    consent(call) {
      const plan = plans.get(call.callable.exposedName);
      if (!plan) throw new Error("a tool has no plan");
      return whenKnown(findReasons(setting, call, plan), (reasons) => {
        if (reasons.length === 0) return letGo(call, plan);
        return whenKnown(hearHuman(setting, call, plan, reasons), (consent) => {
          if (consent.kind !== "go") return consent;
          approved.set(
            call,
            reasons.map(({ reason }) => reason),
          );
          return letGo(call, plan);
        });
      });
    },
    release(call, answer) {
      const reasons = approved.get(call) ?? [];
      const plan = plans.get(call.callable.exposedName);
      if (!answer.needs || (reasons.length === 0 && !plan?.brings)) return answer;
      // The plugin has a question of its own: the same call is made once more. Nobody is asked twice about one call, nor
      // because of what the call itself has brought in: its arguments were there before.
      return whenKnown(
        putAsked(setting, call, "approved", [...new Set<AskReason>([...reasons, "flow"])]),
        (state) => withState(answer, state),
      );
    },
    end: (call) => void running.delete(call.callId),
    touch(callId, store, writes) {
      const call = running.get(callId);
      // A call that nobody knows has not been considered, and reads nothing.
      if (!call) throw new Error("a store was touched by no call");
      return conversations.touch(call.caller, store, writes);
    },
  };

  function withState(answer: ToolAnswer, state: JsonObject): ToolAnswer {
    if (!answer.needs) return answer;
    return {
      ...answer,
      needs: { ...answer.needs, state: { ...answer.needs.state, [OURS]: state } },
    };
  }

  function findReasons(
    { after }: ConsentSetting,
    call: ConsideredCall,
    { approval, held }: ToolPlan,
  ): Awaitable<readonly Reason[]> {
    const isAsked: Awaitable<boolean> =
      approval.approval === "first"
        ? whenKnown(
            asked.hasFirst(firstCallKey(conversations.nameOf(call.caller), call)),
            (has) => !has,
          )
        : approval.approval === "always";
    return whenKnown(isAsked, (isApproval) => {
      const reasons: Reason[] = isApproval ? [{ reason: "approval", why: approval.why }] : [];
      if (held.length === 0) return reasons;
      return whenKnown(conversations.read(call.caller), (taint) => {
        if (taint.strangers === undefined) return reasons;
        if (after === "both" && taint.private === undefined) return reasons;
        return [...reasons, { reason: "flow" as const, why: describeTaint(taint) }];
      });
    });
  }
}

function describeTaint({ strangers, private: own }: Taint): string {
  const read = own === undefined ? "" : `, and private data (through ${own})`;
  return `This conversation has read text that strangers wrote (through ${strangers})${read}. Such text can carry instructions, and this tool can send data out.`;
}

/** The answer that came with the call, an operator's word, a question, or a refusal: in this order. */
function hearHuman(
  setting: ConsentSetting,
  call: ConsideredCall,
  plan: ToolPlan,
  reasons: readonly Reason[],
): Awaitable<Consent> {
  const state = call.given?.state[OURS];
  if (call.given && (state !== undefined || Object.hasOwn(call.given.responses, OURS)))
    return hearAnswer(setting, call, state, reasons, plan);
  const id = approvalId(setting.profile, call);
  return whenKnown(setting.desk.take(id), (decision) => {
    if (!decision || !covers(decision.reasons, reasons)) return ask(setting, call, plan, reasons);
    const isAllowed = decision.decision === "allow";
    note(setting, call, reasons, isAllowed ? "allowed" : "denied");
    return isAllowed ? goAhead(setting, call, plan) : refuse(refusals.deniedByOperator());
  });
}

/** What the client brings was written by it: the token alone says what was asked, once. */
function hearAnswer(
  setting: ConsentSetting,
  call: ConsideredCall,
  state: unknown,
  reasons: readonly Reason[],
  plan: ToolPlan,
): Awaitable<Consent> {
  const token = isJsonObject(state) ? state["token"] : undefined;
  if (typeof token !== "string") {
    note(setting, call, reasons, "invalid");
    return refuse(refusals.invalidAnswer());
  }
  return whenKnown(setting.asked.take(token), (asked) => {
    if (!asked || asked.id !== approvalId(setting.profile, call)) {
      note(setting, call, reasons, "invalid");
      return refuse(refusals.invalidAnswer());
    }
    // Something has come up since: the human who answered was not told of it.
    if (!covers(asked.reasons, reasons)) return ask(setting, call, plan, reasons);
    if (asked.state === "approved") return GO;
    const isApproved = isYes(call.given?.responses[OURS]);
    note(setting, call, reasons, isApproved ? "approved" : "declined");
    return isApproved ? goAhead(setting, call, plan) : refuse(refusals.declined());
  });
}

function goAhead(
  { asked, conversations, nowMs }: ConsentSetting,
  call: ConsideredCall,
  { approval }: ToolPlan,
): Awaitable<Consent> {
  if (approval.approval !== "first") return GO;
  const key = firstCallKey(conversations.nameOf(call.caller), call);
  return whenKnown(asked.noteFirst(key, nowMs() + FIRST_MS_MAX), () => GO);
}

function ask(
  setting: ConsentSetting,
  call: ConsideredCall,
  plan: ToolPlan,
  reasons: readonly Reason[],
): Awaitable<Consent> {
  const { exposedName, plugin } = call.callable;
  const question = makeQuestion({
    tool: exposedName,
    plugin: plugin.name,
    version: plugin.version,
    signers: plan.signers,
    ...(setting.profile === undefined ? {} : { profile: setting.profile }),
    why: reasons.map(({ why }) => why),
    arguments: call.arguments,
    sends: plan.sends,
  });
  if (!question || !call.caller.can.form) return wait(setting, call, plan, reasons, !question);
  note(setting, call, reasons, "asked");
  const named = reasons.map(({ reason }) => reason);
  return whenKnown(putAsked(setting, call, "question", named), (state) => ({
    kind: "ask",
    needs: { requests: { [OURS]: question }, state: { [OURS]: state } },
  }));
}

/** Nobody can be asked now: an operator can, and the call is refused until then. */
function wait(
  setting: ConsentSetting,
  call: ConsideredCall,
  plan: ToolPlan,
  reasons: readonly Reason[],
  isTooLarge: boolean,
): Awaitable<Consent> {
  const { caller, callable } = call;
  const now = setting.nowMs();
  note(setting, call, reasons, "refused");
  const id = approvalId(setting.profile, call);
  const isFlow = reasons.some(({ reason }) => reason === "flow");
  const pending = {
    id,
    createdMs: now,
    untilMs: now + PENDING_MS_MAX,
    ...(setting.profile === undefined ? {} : { profile: setting.profile }),
    principal: caller.principal.id,
    tenant: caller.principal.tenant,
    tool: callable.exposedName,
    plugin: `${callable.plugin.name} ${callable.plugin.version}`,
    signers: plan.signers,
    reasons: reasons.map(({ reason }) => reason),
    why: reasons.map(({ why }) => why),
    sends: plan.sends,
    arguments: call.arguments,
  };
  return whenKnown(setting.desk.put(pending), (isKept) =>
    refuse(refusals.nobodyToAsk({ id, isFlow, isTooLarge, isKept })),
  );
}

function putAsked(
  { asked, profile, nowMs }: ConsentSetting,
  call: ConsideredCall,
  state: Asked["state"],
  reasons: readonly AskReason[],
): Awaitable<JsonObject> {
  const token = randomUUID();
  const untilMs = nowMs() + ANSWER_MS_MAX;
  const put = asked.put(token, { id: approvalId(profile, call), state, reasons, untilMs });
  return whenKnown(put, () => ({ token }));
}

/** Accepting the form is not enough: some clients accept with whatever stands in it. */
function isYes(response: JsonObject | undefined): boolean {
  const content = response?.["content"];
  return response?.["action"] === "accept" && isJsonObject(content) && content["approve"] === true;
}

function covers(told: readonly AskReason[], reasons: readonly Reason[]): boolean {
  return reasons.every(({ reason }) => told.includes(reason));
}

function refuse(error: ClientError): Consent {
  return { kind: "refuse", error };
}

function note(
  { audit, profile }: ConsentSetting,
  call: ConsideredCall,
  reasons: readonly Reason[],
  decision: Decision,
): void {
  const { caller, callable, callId, argumentsDigest } = call;
  audit.write(
    makeEvent("approval", {
      principal: caller.principal.id,
      tenant: caller.principal.tenant,
      alias: callable.plugin.alias,
      tool_name: callable.exposedName,
      call_id: callId,
      detail: {
        decision,
        reasons: reasons.map(({ reason }) => reason),
        approval_id: approvalId(profile, call),
        arguments_digest: argumentsDigest,
        ...(profile === undefined ? {} : { profile }),
      },
    }),
  );
}
