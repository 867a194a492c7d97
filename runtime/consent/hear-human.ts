import { randomUUID } from "node:crypto";
import { isJsonObject, type JsonObject } from "@glovebox/host-api/json";
import { answerWithError, type ClientError, type ToolAnswer } from "../answer.ts";
import { makeEvent, type AuditSink } from "../audit/record.ts";
import type { Consent, ConsideredCall } from "../call.ts";
import type { GivenInputs, InputRequest, NeededInputs } from "../inputs.ts";
import type { FlowPolicy } from "../policy/flow/policy.ts";
import { approvalId, firstCallKey } from "./approval-id.ts";
import type { Asked, AskedStore, AskReason } from "./asked-store.ts";
import { whenKnown, type Awaitable } from "./awaitable.ts";
import type { Conversations } from "./conversations.ts";
import type { OperatorDesk } from "./desk.ts";
import { makeQuestion } from "./question.ts";
import * as refusals from "./refusals.ts";
import type { PlanOf, ToolPlan } from "./tool-plan.ts";

/** What considering the calls of one profile needs. */
export interface ConsentSetting {
  readonly profile: string | undefined;
  readonly planOf: PlanOf;
  readonly after: FlowPolicy["after"];
  readonly conversations: Conversations;
  readonly asked: AskedStore;
  readonly desk: OperatorDesk;
  readonly audit: AuditSink;
  readonly nowMs: () => number;
}

/** A question waits as long as a person may be away from the screen. */
const ANSWER_MS_MAX = 10 * 60 * 1000;
const FIRST_MS_MAX = 60 * 60 * 1000;
const PENDING_MS_MAX = 24 * 60 * 60 * 1000;
/** The key of our question among a plugin's own, none of which can have this form. */
export const CONSENT_KEY = "glovebox:consent";
/** The key of our part of the state. */
export const STATE_KEY = "consent";

const GO: Consent = { kind: "go" };

/**
 * What the audit trail says. `asked`: the client was given the question. `approved`, `declined`: its answer. `allowed`,
 * `denied`: an operator's word. `invalid`: an answer to no question, or to another one. `refused`: nobody could be asked.
 */
type Decision = "asked" | "approved" | "declined" | "allowed" | "denied" | "invalid" | "refused";

/** One reason to ask, and its words for the person. */
export interface Reason {
  readonly reason: AskReason;
  readonly why: string;
}

/** The answer that came with the call, an operator's word, a question, or a refusal: in this order. */
export function hearHuman(
  setting: ConsentSetting,
  call: ConsideredCall,
  plan: ToolPlan,
  reasons: readonly Reason[],
): Awaitable<Consent> {
  const state = call.given?.state[STATE_KEY];
  if (call.given && Object.keys({ ...call.given.responses, ...call.given.state }).length > 0)
    return hearAnswer(setting, call, state, reasons, plan);
  const id = approvalId(setting.profile, call);
  return whenKnown(setting.desk.take(id), (decision) => {
    const isAllowed = decision?.decision === "allow";
    // Whatever has come up since: a denial stands, and what was allowed was allowed for other reasons.
    if (!decision || (isAllowed && !covers(decision.reasons, reasons)))
      return ask(setting, call, plan, reasons);
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
    const bringsAnswers = hasAnswers(call.given);
    const told = bringsAnswers && asked.state !== "round" ? notFlow(asked.reasons) : asked.reasons;
    if (!covers(told, reasons)) {
      // Something has come up since, and the human who answered was not told of it. Answers for the plugin would be lost in
      // another round.
      if (!bringsAnswers) return ask(setting, call, plan, reasons);
      note(setting, call, reasons, "refused");
      return refuse(refusals.answersHeld());
    }
    if (asked.state === "approved") return GO;
    const isApproved = isYes(call.given?.responses[CONSENT_KEY]);
    note(setting, call, reasons, isApproved ? "approved" : "declined");
    return isApproved ? goAhead(setting, call, plan) : refuse(refusals.declined());
  });
}

/** Whether the call brings the answer to a question of ours. It counts, even where there is nothing left to ask. */
export function bringsAnswer({ given }: ConsideredCall): boolean {
  return given?.state[STATE_KEY] !== undefined;
}

/** What the plugin was answered, in this round or an earlier one. */
function hasAnswers(given: GivenInputs | undefined): boolean {
  const { responses = {}, state = {} } = given ?? {};
  return (
    Object.keys(responses).some((key) => key !== CONSENT_KEY) ||
    Object.keys(state).some((key) => key !== STATE_KEY)
  );
}

function notFlow(reasons: readonly AskReason[]): readonly AskReason[] {
  return reasons.filter((reason) => reason !== "flow");
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
  const question = questionAbout(setting, call, plan, reasons);
  if (!question || !call.caller.can.form) return wait(setting, call, plan, reasons, !question);
  note(setting, call, reasons, "asked");
  const named = reasons.map(({ reason }) => reason);
  return whenKnown(putAsked(setting, call, "question", named), (state) => ({
    kind: "ask",
    needs: { requests: { [CONSENT_KEY]: question }, state: { [STATE_KEY]: state } },
  }));
}

/** Puts the question beside the plugin's own: what they are answered goes to a plugin that can send it out. */
export function askRound(
  setting: ConsentSetting,
  call: ConsideredCall,
  plan: ToolPlan,
  needs: NeededInputs,
  flow: readonly Reason[],
  told: readonly AskReason[],
): Awaitable<ToolAnswer> {
  const question = questionAbout(setting, call, plan, flow, true);
  if (!question || !call.caller.can.form) {
    note(setting, call, flow, "refused");
    return answerWithError(refusals.answersHeld());
  }
  note(setting, call, flow, "asked");
  const reasons: readonly AskReason[] = [...notFlow(told), "flow"];
  return whenKnown(putAsked(setting, call, "round", reasons), (state) => ({
    content: [],
    needs: {
      requests: { ...needs.requests, [CONSENT_KEY]: question },
      state: { ...needs.state, [STATE_KEY]: state },
    },
  }));
}

function questionAbout(
  { profile }: ConsentSetting,
  { callable, arguments: args }: ConsideredCall,
  { signers, sends }: ToolPlan,
  reasons: readonly Reason[],
  goesOn = false,
): InputRequest | undefined {
  const { exposedName, plugin } = callable;
  return makeQuestion({
    tool: exposedName,
    plugin: plugin.name,
    version: plugin.version,
    signers,
    ...(profile === undefined ? {} : { profile }),
    why: reasons.map(({ why }) => why),
    arguments: args,
    sends,
    goesOn,
  });
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
  const { id: principal, tenant, subject, client } = caller.principal;
  const isFlow = reasons.some(({ reason }) => reason === "flow");
  const pending = {
    id,
    createdMs: now,
    untilMs: now + PENDING_MS_MAX,
    ...(setting.profile === undefined ? {} : { profile: setting.profile }),
    principal,
    tenant,
    ...(subject === undefined ? {} : { subject }),
    ...(client === undefined ? {} : { client }),
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

export function putAsked(
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
