import type { AuthInfo } from "@modelcontextprotocol/server";
import type { ToolAnswer } from "../../answer.ts";
import { readTrace, type Origin } from "../mcp/connection.ts";
import type { Principal } from "../../policy/principal.ts";
import type { RequestHeaders } from "./exchange.ts";

/** What one message brings along through the SDK, which hands `AuthInfo` on as it is. */
interface Luggage {
  readonly origin: Origin;
  readonly first?: ToolAnswer;
}

const LUGGAGE = new WeakMap<AuthInfo, Luggage>();

/** The SDK's word for who calls. Nothing of a token is in it; what it stands for is found by its identity alone. */
export function toAuthInfo(origin: Origin, first?: ToolAnswer): AuthInfo {
  const authInfo: AuthInfo = { token: "", clientId: origin.principal.id, scopes: [] };
  LUGGAGE.set(authInfo, { origin, ...(first ? { first } : {}) });
  return authInfo;
}

/** Throws for what did not come in by HTTP: no call has a principal by default. */
export function luggageOf(authInfo: AuthInfo | undefined): Luggage {
  const luggage = authInfo && LUGGAGE.get(authInfo);
  if (!luggage) throw new Error("a message came in without its origin");
  return luggage;
}

/** Where a request comes from. */
export function originOf(
  principal: Principal,
  headers: RequestHeaders,
  conversation: string,
): Origin {
  const { traceparent, tracestate, baggage } = headers;
  const trace = traceparent === undefined ? undefined : readTrace(traceparent, tracestate, baggage);
  return { principal, conversation, ...(trace ? { trace } : {}) };
}
