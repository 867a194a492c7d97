import { randomUUID } from "node:crypto";
import {
  createRequestStateCodec,
  inputRequired,
  ProtocolError,
  ProtocolErrorCode,
  type CreateMessageRequest,
  type ElicitRequestFormParams,
  type InputRequest as McpInputRequest,
  type InputRequiredResult,
  type ServerContext,
} from "@modelcontextprotocol/server";
import { isJsonObject, type JsonObject, type JsonValue } from "@glovebox/host-api/json";
import type { GivenInputs, InputRequest, NeededInputs } from "../../inputs.ts";
import { digestOf } from "../../plugin/canonical.ts";

/** What a question is about. Its answers count for this, with these arguments, and for nothing else. */
export interface Subject {
  readonly kind: "tool" | "prompt" | "resource";
  readonly name: string;
  readonly arguments: JsonValue;
}

/** Remembers what was used, so that no answer counts twice. */
export interface SpentStates {
  /** Whether `id`, made at `issuedMs` and good for `lifetimeMs`, was not spent before; it is now. */
  spend(id: string, issuedMs: number, lifetimeMs: number): boolean | Promise<boolean>;
}

/** How a server asks its clients, in both eras. */
export interface Asking {
  /** For the SDK, which holds each state against it before a handler runs. Throws on what was not signed here. */
  verify(state: string, ctx: ServerContext): Promise<SignedState>;
  /** What the client brings back. Undefined where it brings nothing. Throws `ProtocolError` for answers to something else. */
  readGiven(subject: Subject, ctx: ServerContext): Promise<GivenInputs | undefined>;
  /** The questions as MCP says them, with a state that is signed, bound and dated. */
  ask(needs: NeededInputs, subject: Subject, ctx: ServerContext): Promise<InputRequiredResult>;
}

interface SignedState {
  readonly id: string;
  readonly issuedMs: number;
  /** How often this client was asked for this call, this time included. */
  readonly round: number;
  readonly kind: Subject["kind"];
  readonly name: string;
  readonly digest: string;
  readonly state: JsonObject;
}

const LIFETIME_MS = 10 * 60_000;
/** A person who is asked without end stops reading. */
const ROUNDS_MAX = 8;
const RESPONSES_MAX = 64;
export const STATE_KEY_BYTES_MIN = 32;

export interface AskingSetting {
  /** Of 32 bytes or more. Replicas share one. */
  readonly key: Uint8Array;
  readonly spent: SpentStates;
  readonly place: string;
  /** Who sent the message: the state counts for nobody else. */
  principalOf(ctx: ServerContext): string;
}

/**
 * The state that travels through the client is the SDK's signed form (HMAC-SHA256, dated), bound to place, principal and method,
 * and names the subject, a digest of its arguments and an id that is spent once. It is signed and not hidden: what asks
 * puts nothing into it that the client may not read.
 */
// debt("GB-045"): signed, and not encrypted.
export function makeAsking(setting: AskingSetting): Asking {
  const { key, spent } = setting;
  const codec = createRequestStateCodec<SignedState>({
    key,
    ttlSeconds: LIFETIME_MS / 1000,
    bind: (ctx) => JSON.stringify([setting.place, ctx.mcpReq.method, setting.principalOf(ctx)]),
  });
  return {
    verify: (state, ctx) => codec.verify(state, ctx),
    async readGiven(subject, ctx) {
      const signed = ctx.mcpReq.requestState<SignedState>();
      if (signed === undefined) return undefined;
      const isAbout = signed.kind === subject.kind && signed.name === subject.name;
      if (!isAbout || signed.digest !== digestOfSubject(subject)) throw invalidState();
      if (!(await spent.spend(signed.id, signed.issuedMs, LIFETIME_MS))) throw invalidState();
      return { responses: readResponses(ctx.mcpReq.inputResponses), state: signed.state };
    },
    async ask({ requests, state }, subject, ctx) {
      const round = (ctx.mcpReq.requestState<SignedState>()?.round ?? 0) + 1;
      if (round > ROUNDS_MAX)
        throw new ProtocolError(
          ProtocolErrorCode.InvalidRequest,
          `The client was asked ${ROUNDS_MAX} times, and something is still missing.`,
        );
      const { kind, name } = subject;
      const digest = digestOfSubject(subject);
      const issuedMs = Date.now();
      const signed = { id: randomUUID(), issuedMs, round, kind, name, digest, state };
      return inputRequired({
        inputRequests: Object.fromEntries(
          Object.entries(requests).map(([key, request]) => [key, toMcpRequest(request)]),
        ),
        requestState: await codec.mint(signed, ctx),
      });
    },
  };
}

/** What has no canonical form was never asked about. */
function digestOfSubject({ arguments: args }: Subject): string {
  try {
    return digestOf(args);
  } catch {
    throw invalidState();
  }
}

function invalidState(): ProtocolError {
  return new ProtocolError(ProtocolErrorCode.InvalidParams, "Invalid or expired requestState", {
    reason: "invalid_request_state",
  });
}

/** The client's answers. What they hold is the asker's to check. */
function readResponses(responses: unknown): Readonly<Record<string, JsonObject>> {
  if (!isJsonObject(responses)) return {};
  const entries = Object.entries(responses).slice(0, RESPONSES_MAX);
  return Object.fromEntries(
    entries.filter((entry): entry is [string, JsonObject] => isJsonObject(entry[1])),
  );
}

/** A question as MCP says it. */
export function toMcpRequest(request: InputRequest): McpInputRequest {
  if (request.kind === "roots") return inputRequired.listRoots();
  if (request.kind === "sampling")
    return inputRequired.createMessage(request.params as CreateMessageRequest["params"]);
  if (request.kind === "url")
    return inputRequired.elicitUrl({ message: request.message, url: request.url });
  const requestedSchema = request.schema as ElicitRequestFormParams["requestedSchema"];
  return {
    method: "elicitation/create",
    params: { mode: "form", message: request.message, requestedSchema },
  };
}

const SPENT_MAX = 10_000;

/**
 * The memory of one process. When it must forget what may still count, nothing of that age counts any more.
 */
export function makeSpentStates(spentMax = SPENT_MAX): SpentStates {
  const spent = new Map<string, { readonly issuedMs: number; readonly untilMs: number }>();
  let forgottenMs = 0;
  return {
    spend(id, issuedMs, lifetimeMs) {
      const nowMs = Date.now();
      for (const [oldest, { issuedMs, untilMs }] of spent) {
        const isOver = untilMs <= nowMs;
        if (!isOver && spent.size < spentMax) break;
        spent.delete(oldest);
        if (!isOver) forgottenMs = Math.max(forgottenMs, issuedMs);
      }
      if (spent.has(id) || issuedMs <= forgottenMs) return false;
      spent.set(id, { issuedMs, untilMs: issuedMs + lifetimeMs });
      return true;
    },
  };
}
