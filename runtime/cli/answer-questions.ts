import type { JsonObject } from "@glovebox/host-api/json";
import type { ToolAnswer } from "../answer.ts";
import { LOCAL_CALLER, type Caller, type CallRequest, type CallTool } from "../call.ts";
import { ASKS_NOTHING } from "../inputs.ts";
import { CONSENT_KEY } from "../consent/make-consent.ts";
import type { Output } from "./output.ts";

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
  return answer;
}
