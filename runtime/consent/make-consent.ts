import type { CallSteps, Consent, ConsideredCall } from "../call.ts";
import { firstCallKey } from "./approval-id.ts";
import type { AskReason } from "./asked-store.ts";
import { whenKnown, type Awaitable } from "./awaitable.ts";
import {
  askRound,
  bringsAnswer,
  hearHuman,
  putAsked,
  STATE_KEY,
  type ConsentSetting,
  type Reason,
} from "./hear-human.ts";
import type { Taint } from "./taint-store.ts";
import type { ToolPlan } from "./tool-plan.ts";
import type { TouchStore } from "./trace-stores.ts";

export interface ConsentSteps extends Pick<CallSteps, "consent" | "release"> {
  end(call: ConsideredCall): void;
  /** To be told of what calls do with what their plugins keep. */
  readonly touch: TouchStore;
}

const GO: Consent = { kind: "go" };

/**
 * Decides before each call whether a human has to see it first: because of what the tool may do, or because the conversation
 * has read strangers' text and the tool can send. Where the client can ask, the call ends with the question and is made again
 * with the answer; where it cannot, the call is refused, and waits on an operator's desk.
 * From the moment a call is let go its conversation counts as having read whatever the plugin's grants let it bring in:
 * not its answer alone, but its errors and its progress too, and calls that are made while it runs.
 */
// debt("GB-060"): what came in elsewhere is not seen.
export function makeConsent(setting: ConsentSetting): ConsentSteps {
  const { planOf, conversations, asked } = setting;
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
      const plan = planOf(call.callable);
      return whenKnown(findReasons(setting, call, plan), (reasons) => {
        if (reasons.length === 0 && !bringsAnswer(call)) return letGo(call, plan);
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
      const { needs } = answer;
      if (!needs) return answer;
      const plan = planOf(call.callable);
      // The plugin asks something: the same call is made once more, with answers. They are new to the plugin, and can leave.
      return whenKnown(findReasons(setting, call, plan), (found) => {
        const told = approved.get(call) ?? [];
        const flow = found.filter(({ reason }) => reason === "flow");
        if (flow.length > 0) return askRound(setting, call, plan, needs, flow, told);
        if (told.length === 0) return answer;
        return whenKnown(putAsked(setting, call, "approved", told), (state) => ({
          ...answer,
          needs: { ...needs, state: { ...needs.state, [STATE_KEY]: state } },
        }));
      });
    },
    end: (call) => void running.delete(call.callId),
    touch(callId, store, writes) {
      const call = running.get(callId);
      // A call that nobody knows has not been considered, and reads nothing.
      if (!call) throw new Error("a store was touched by no call");
      return conversations.touch(call.caller, store, writes);
    },
  };

  function findReasons(
    { after }: ConsentSetting,
    call: ConsideredCall,
    { approval, isHeld }: ToolPlan,
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
      if (!isHeld()) return reasons;
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
  return `This conversation may have read text that strangers wrote (through ${strangers})${read}. Such text can carry instructions, and this tool can send data out.`;
}
