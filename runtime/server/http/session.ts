import { randomUUID } from "node:crypto";
import {
  parseJSONRPCMessage,
  type JSONRPCMessage,
  type MessageExtraInfo,
  type RequestId,
  type Server,
  type Transport,
  type TransportSendOptions,
} from "@modelcontextprotocol/server";
import { isJsonObject, type JsonObject } from "@glovebox/host-api/json";
import type { ToolAnswer } from "../../answer.ts";
import type { CallTool } from "../../call.ts";
import type { Principal } from "../../policy/principal.ts";
import { askableOf, takeFrom, type McpConnection, type Origin } from "../mcp/connection.ts";
import type { ChangeBus, TenantEvent } from "../mcp/change-bus.ts";
import { tellChanges } from "../mcp/tell-changes.ts";
import { DirectCalls, type DirectOrigin } from "../mcp/direct-calls.ts";
import { answerProblem, answerRpcError, SAFE_HEADERS, toEvent } from "./answers.ts";
import type { HttpExchange } from "./exchange.ts";
import { EventLog, type EventBudget } from "./event-log.ts";
import { luggageOf, toAuthInfo } from "./origins.ts";
import { Reply } from "./reply.ts";

const INVALID_REQUEST = -32_600;
const SESSION_OVER = -32_001;
/** A request that takes longer is answered as a stream, so that nothing on the way takes it for dead. */
const SLOW_MS = 3000;
/** Requests of one session that are not answered yet. */
const PENDING_MAX = 128;
/** The stream of what belongs to no request. Those of requests are counted. */
const COMMON_STREAM = "s";
/** The first version whose clients know events without data. */
const PRIMED_SINCE = "2025-11-25";

export interface SessionSetting {
  readonly principal: Principal;
  /** Of the endpoint where it was begun. It is a session nowhere else. */
  readonly path: string;
  readonly changes: ChangeBus;
  /** In which its stream ends, so that its client comes again and shows who it is. */
  readonly listeningMs: number;
  mayRead(principal: Principal, uri: string): boolean;
  /** What it may keep beside the other sessions. */
  readonly budget: EventBudget;
  readonly callTool: CallTool;
  readonly known: ReadonlySet<string>;
  makeServer(connection: McpConnection): Server;
  /** A place among the open streams of the principal, to be given back; undefined when there is none left. */
  takeStream(): (() => void) | undefined;
  /** Called once, when the session is over. */
  onEnd(session: HttpSession): void;
}

interface Pending {
  readonly reply: Reply;
  readonly stream: string;
  readonly slow: NodeJS.Timeout;
}

/**
 * One session of a client of the era 2025, with a server of its own: requests come by POST, and each has its own
 * response; what belongs to no request goes over the stream of a GET. Like the SDK's transport, but over our own
 * exchanges: everything that waits is bounded, and plain calls go around the SDK.
 */
export class HttpSession implements Transport {
  readonly sessionId: string = randomUUID();
  readonly principalId: string;
  readonly path: string;
  lastUsedMs: number = performance.now();
  onmessage?: (message: JSONRPCMessage, extra?: MessageExtraInfo) => void;
  onclose?: () => void;
  onerror?: (error: Error) => void;
  /** For what the server itself has to say: changes of its lists. */
  readonly server: Server;
  readonly #setting: SessionSetting;
  readonly #direct: DirectCalls;
  readonly #first = new Map<RequestId, ToolAnswer>();
  readonly #pending = new Map<RequestId, Pending>();
  readonly #log: EventLog;
  readonly #headers = { "mcp-session-id": this.sessionId };
  readonly #stopChanges: () => void;
  #common: Reply | undefined;
  /** As its latest request showed it: one that may less now than at the beginning hears less. */
  #principal: Principal;
  #requests = 0;
  #version = "";
  #isClosed = false;

  constructor(setting: SessionSetting) {
    this.#setting = setting;
    this.#principal = setting.principal;
    this.principalId = setting.principal.id;
    this.path = setting.path;
    this.#log = new EventLog({ budget: setting.budget });
    const connection: McpConnection = {
      originOf: (authInfo) => luggageOf(authInfo).origin,
      takeFirst: (id) => takeFrom(this.#first, id),
      logs: {},
      subscribed: new Set(),
    };
    this.#direct = new DirectCalls({
      callTool: setting.callTool,
      logs: connection.logs,
      known: setting.known,
      send: (message, relatedId) =>
        this.send(message, relatedId === undefined ? {} : { relatedRequestId: relatedId }),
      handOver: (message, id, answer, { caller, trace }) => {
        this.#first.set(id, answer);
        const { principal, conversation } = caller;
        this.#deliver(message, { principal, conversation, ...(trace ? { trace } : {}) });
      },
    });
    this.server = setting.makeServer(connection);
    const isFor = ({ tenant, event }: TenantEvent): boolean =>
      tenant === this.#principal.tenant &&
      (event.kind !== "resource_updated" || setting.mayRead(this.#principal, event.uri));
    this.#stopChanges = tellChanges(this.server, setting.changes, connection.subscribed, isFor);
  }

  /** Whether a client waits for something here. */
  get isBusy(): boolean {
    return this.#pending.size > 0 || this.#common !== undefined;
  }

  start(): Promise<void> {
    return Promise.resolve();
  }

  setProtocolVersion(version: string): void {
    this.#version = version;
  }

  /** One message of the client's, from the body of a POST. */
  receive(exchange: HttpExchange, value: JsonObject, origin: Origin): void {
    this.lastUsedMs = performance.now();
    this.#principal = origin.principal;
    const from: DirectOrigin = {
      caller: { ...origin, can: askableOf(this.server.getClientCapabilities()) },
      ...(origin.trace ? { trace: origin.trace } : {}),
    };
    const id = requestIdOf(value);
    if (id === undefined) {
      // A cancellation, which the SDK hears too, may be that of a direct call.
      this.#direct.accept(value, from);
      if (!this.#deliver(value, origin)) return refuse(exchange, "not a JSON-RPC 2.0 message");
      this.#dropCancelled(value);
      return exchange.answer(202, { ...SAFE_HEADERS, ...this.#headers }, "");
    }
    if (this.#pending.has(id)) return refuse(exchange, "a running request has this id", id);
    if (this.#pending.size >= PENDING_MAX)
      return answerProblem(exchange, "TOO_MANY", "Too many requests of this session are running.");
    this.#expect(id, exchange);
    if (this.#direct.accept(value, from) || this.#deliver(value, origin)) return;
    this.#forget(id);
    refuse(exchange, "not a JSON-RPC 2.0 message", id);
  }

  /** A GET: the stream of what belongs to no request, or the rest of a stream whose connection broke. */
  listen(exchange: HttpExchange, principal: Principal): void {
    this.lastUsedMs = performance.now();
    this.#principal = principal;
    const lastId = exchange.request.headers["last-event-id"];
    const found = lastId === undefined ? undefined : this.#log.after(lastId);
    if (lastId !== undefined && !found)
      return refuse(exchange, "what followed this event is not kept any more");
    const release = this.#setting.takeStream();
    if (!release)
      return answerProblem(exchange, "TOO_MANY", "Too many streams of this client are open.");
    exchange.onClosed(release);
    const { stream, missed } = found ?? { stream: COMMON_STREAM, missed: [] };
    const text = missed
      .filter((event) => event.text !== "")
      .map((event) => toEvent(event.text, event.id))
      .join("");
    if (stream === COMMON_STREAM) return this.#openCommon(exchange, text);
    const running = [...this.#pending.values()].find((pending) => pending.stream === stream);
    const reply = running?.reply ?? new Reply(exchange, { headers: this.#headers });
    reply.resume(exchange, text);
    if (!running) reply.detach();
  }

  send(message: JSONRPCMessage, options: TransportSendOptions = {}): Promise<void> {
    if (this.#isClosed) return Promise.reject(new Error("The session is over."));
    this.#direct.noteSent(message);
    const json = JSON.stringify(message);
    const isAnswer = "result" in message || "error" in message;
    const id = isAnswer ? message.id : options.relatedRequestId;
    const pending = id === undefined ? undefined : this.#pending.get(id);
    if (pending && isAnswer) {
      this.#forget(id);
      pending.reply.finish(json);
    } else if (pending) pending.reply.notify(json);
    else if (!isAnswer && id === undefined) {
      if (this.#common) this.#common.notify(json);
      else this.#log.add(COMMON_STREAM, json);
    }
    return Promise.resolve();
  }

  close(): Promise<void> {
    if (this.#isClosed) return Promise.resolve();
    this.#isClosed = true;
    this.#stopChanges();
    this.#direct.close();
    for (const [id, { reply }] of this.#pending) {
      this.#forget(id);
      const error = { code: SESSION_OVER, message: "The session is over." };
      reply.finish(JSON.stringify({ jsonrpc: "2.0", id, error }));
    }
    this.#common?.detach();
    this.#common = undefined;
    this.#log.clear();
    this.onclose?.();
    this.#setting.onEnd(this);
    return Promise.resolve();
  }

  #openCommon(exchange: HttpExchange, missed: string): void {
    if (this.#common) {
      const message = "This session has its stream already.";
      return answerRpcError(exchange, 409, { code: INVALID_REQUEST, message });
    }
    const reply = new Reply(exchange, {
      headers: this.#headers,
      keep: (json) => this.#log.add(COMMON_STREAM, json),
    });
    this.#common = reply;
    const end = (): void => {
      clearTimeout(timer);
      reply.detach();
      if (this.#common === reply) this.#common = undefined;
    };
    const timer = setTimeout(end, this.#setting.listeningMs).unref();
    exchange.onClosed(end);
    reply.resume(exchange, missed);
  }

  #expect(id: RequestId, exchange: HttpExchange): void {
    this.#requests += 1;
    const stream = `r${this.#requests}`;
    const reply = new Reply(exchange, {
      headers: this.#headers,
      keep: (json) => this.#log.add(stream, json),
      isPrimed: this.#version >= PRIMED_SINCE,
    });
    const slow = setTimeout(() => reply.open(), SLOW_MS).unref();
    this.#pending.set(id, { reply, stream, slow });
  }

  /** What is cancelled is never answered: it must not keep its connection and its session for good. */
  #dropCancelled({ method, params }: JsonObject): void {
    if (method !== "notifications/cancelled" || !isJsonObject(params)) return;
    const id = params["requestId"] as RequestId;
    const pending = this.#pending.get(id);
    this.#forget(id);
    pending?.reply.drop();
  }

  #forget(id: RequestId | undefined): void {
    if (id === undefined) return;
    clearTimeout(this.#pending.get(id)?.slow);
    this.#pending.delete(id);
  }

  /** Gives the SDK what it takes for a message. */
  #deliver(value: JsonObject, origin: Origin): boolean {
    const message = readMessage(value);
    if (message) this.onmessage?.(message, { authInfo: toAuthInfo(origin) });
    return message !== undefined;
  }
}

function requestIdOf({ id, method }: JsonObject): RequestId | undefined {
  return typeof method === "string" && (typeof id === "string" || typeof id === "number")
    ? id
    : undefined;
}

function readMessage(value: JsonObject): JSONRPCMessage | undefined {
  try {
    return parseJSONRPCMessage(value);
  } catch {
    return undefined;
  }
}

function refuse(exchange: HttpExchange, what: string, id: RequestId | null = null): void {
  answerRpcError(exchange, 400, { code: INVALID_REQUEST, message: `Bad request: ${what}.` }, id);
}
