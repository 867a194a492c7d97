import type { ClientError } from "../answer.ts";

/** What clients hear of a call that no human let go. Nothing here was written by a plugin. */

const SHOWN_ID_CHARS = 16;

/** What the operator can decide once for all such calls. */
const FLOW_WAYS =
  " `glovebox flow` shows the path that is held, and `flow.accept` in the configuration ends the asking for it.";

/** The client cannot be asked, or not about so much. */
export function nobodyToAsk(facts: {
  readonly id: string;
  readonly isFlow: boolean;
  readonly isTooLarge: boolean;
  readonly isKept: boolean;
}): ClientError {
  const { isFlow, isTooLarge, isKept } = facts;
  const id = facts.id.slice(0, SHOWN_ID_CHARS);
  const why = isFlow
    ? "This conversation may have read text that strangers wrote, and the tool can send data out: a person has to see the call first"
    : "A person has to approve this call first";
  const how = isTooLarge
    ? "its arguments are too large to be shown in a question"
    : "this client offers no way to ask (MCP elicitation, form mode)";
  return {
    error_code: isFlow ? "FLOW_HELD" : "APPROVAL_REQUIRED",
    message: `${why}, and ${how}.`,
    suggestion: isKept
      ? `An operator can look at it with \`glovebox approvals show ${id}\` and let it run once with \`glovebox approvals allow ${id}\`. Then make the same call again, with exactly the same arguments.${isFlow ? FLOW_WAYS : ""}`
      : "Too many calls wait for an operator, or this one is too large to be kept for one. Make fewer or smaller calls, or use a client that can ask.",
  };
}

export function invalidAnswer(): ClientError {
  return {
    error_code: "APPROVAL_REQUIRED",
    message:
      "The answer does not belong to this call, was used before, or has come too late. Nothing ran.",
    suggestion: "Make the call again without it, to be asked anew.",
  };
}

export function declined(): ClientError {
  return {
    error_code: "APPROVAL_DECLINED",
    message: "The person who was asked did not approve this call. Nothing ran.",
    suggestion: "Do not try to reach the same by other means; ask the person what they want.",
  };
}

export function deniedByOperator(): ClientError {
  return {
    error_code: "APPROVAL_DECLINED",
    message: "An operator has denied this call. Nothing ran.",
    suggestion: "Do not try to reach the same by other means.",
  };
}

/** Strangers' text came in between a plugin's question and its answer. */
export function answersHeld(): ClientError {
  return {
    error_code: "FLOW_HELD",
    message:
      "This conversation may have read text that strangers wrote, and the tool could send out what it was answered. Nothing went on.",
    suggestion: "Make the call again without answers, with a client that can ask a person.",
  };
}
