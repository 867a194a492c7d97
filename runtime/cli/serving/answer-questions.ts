import type { JsonObject } from "@glovebox/host-api/json";
import { answerWithError, type ToolAnswer } from "../../answer.ts";
import { LOCAL_CALLER, type Caller, type CallRequest, type CallTool } from "../../call.ts";
import { ASKS_NOTHING } from "../../inputs.ts";
import { CONSENT_KEY } from "../../consent/hear-human.ts";
import type { Output } from "../output.ts";

/** A person at a terminal, or one who has said so in the command. */
export function callerHere(out: Output, isApproved: boolean): Caller {
  const isSomebodyHere = isApproved || (process.stdin.isTTY === true && !out.json);
  return { ...LOCAL_CALLER, can: { ...ASKS_NOTHING, form: isSomebodyHere } };
}

/**
 * Makes a call, and makes it again with the answers of whoever sits at the terminal. Only whether it may run is asked here:
 * what a plugin itself asks is declined.
 */
export async function callWithAnswers(
  callTool: CallTool,
  request: CallRequest,
  out: Output,
  isApproved: boolean,
): Promise<ToolAnswer> {
  let answer = await callTool(request);
  while (answer.needs && !request.signal.aborted) {
    const { requests, state } = answer.needs;
    const responses: Record<string, JsonObject> = {};
    for (const [key, question] of Object.entries(requests)) {
      responses[key] = { action: "decline" };
      if (key !== CONSENT_KEY || question.kind !== "form") continue;
      if (!isApproved) out.line(question.message);
      if (isApproved || (await out.ask("Let it run?")))
        responses[key] = { action: "accept", content: { approve: true } };
    }
    answer = await callTool({ ...request, given: { responses, state } });
  }
  return isApproved ? answer : withWayHere(answer);
}

/** Codes of a call that waits for a person. */
const WAITING: readonly string[] = ["APPROVAL_REQUIRED", "FLOW_HELD"];

/** Whoever runs the command is somebody who may approve, and a script has a word for it. */
function withWayHere(answer: ToolAnswer): ToolAnswer {
  const { error } = answer;
  if (!error || !WAITING.includes(error.error_code)) return answer;
  const way =
    "On this command line, a terminal is asked, and a script that may approve says `--approve`.";
  return answerWithError({
    ...error,
    suggestion: [error.suggestion, way].filter(Boolean).join(" "),
  });
}
