import { classifyInboundRequest, SUPPORTED_PROTOCOL_VERSIONS } from "@modelcontextprotocol/server";
import { isJsonObject, type JsonObject } from "@glovebox/host-api/json";
import type { AuthRefusal } from "../../audit/auth-refusals.ts";
import { sessionlessConversation, type Principal } from "../../policy/principal.ts";
import type { HttpLimits } from "../../policy/server/http-configuration.ts";
import { makeMcpServers, serverInfoOf, type McpSetting } from "../mcp/mcp-server.ts";
import { findReadable } from "../mcp/serve-offers.ts";
import { isTaskOnly } from "../mcp/serve-tasks.ts";
import { answerChallenge, answerProblem, answerRpcError, SAFE_HEADERS } from "./answers.ts";
import type { Authenticator } from "./authenticate.ts";
import type { HttpExchange, HttpRequest, RequestHeaders } from "./exchange.ts";
import { answerFrontPage, wantsPage, type PageSetting } from "./front-page.ts";
import { answerModernCall, readModernCall } from "./modern-calls.ts";
import { ModernLeg } from "./modern-leg.ts";
import { originOf } from "./origins.ts";
import {
  decodeHeaderText,
  findHeaderMismatch,
  headerParametersOf,
  type HeaderParameter,
} from "./param-headers.ts";
import { readMessage } from "./read-message.ts";
import { RunningCalls } from "../mcp/running-calls.ts";
import { HttpSession } from "./session.ts";
import type { Sessions } from "./sessions.ts";

const HEADER_MISMATCH = -32_020;
const NO_SESSION = -32_001;
const NOT_READY = -32_000;
const TASK_METHODS: ReadonlySet<string> = new Set(["tasks/get", "tasks/update", "tasks/cancel"]);
const LEGACY_VERSIONS: ReadonlySet<string> = new Set(SUPPORTED_PROTOCOL_VERSIONS);

export interface EndpointSetting {
  readonly path: string;
  readonly mcp: McpSetting;
  readonly authenticator: Authenticator;
  readonly page: PageSetting;
  readonly limits: HttpLimits;
  /** Of all endpoints. */
  readonly sessions: Sessions;
  /** A place among the open streams of a principal, to be given back; undefined when there is none left. */
  takeStream(principalId: string): (() => void) | undefined;
  /** Whether new work is taken. */
  isOpen(): boolean;
  onError(error: Error): void;
  onRefused(request: HttpRequest, refusal: Omit<AuthRefusal, "address">): void;
}

/** `/mcp`, for a principal that is let in: both eras of the specification, told apart by what a request says. */
export class McpEndpoint {
  readonly #setting: EndpointSetting;
  readonly #known: ReadonlySet<string>;
  readonly #headerParameters: ReadonlyMap<string, readonly HeaderParameter[]>;
  readonly #calls: RunningCalls;
  readonly #serverInfo: JsonObject;
  readonly #makeServer: ReturnType<typeof makeMcpServers>;
  readonly #modern: ModernLeg;
  readonly #mayRead: (principal: Principal, uri: string) => boolean;

  constructor(setting: EndpointSetting) {
    this.#setting = setting;
    const { authenticator, limits, path } = setting;
    this.#calls = new RunningCalls(setting.mcp.callTool);
    const mcp: McpSetting = {
      ...setting.mcp,
      place: path,
      callTool: this.#calls.callTool,
      mayCall: (principal, name) => authenticator.decideTool(principal, name) === undefined,
    };
    this.#known = new Set(
      mcp.tools.map((tool) => tool.exposedName).filter((name) => !isTaskOnly(mcp.tasks, name)),
    );
    this.#headerParameters = new Map(
      mcp.tools
        .map(
          ({ exposedName, tool }) => [exposedName, headerParametersOf(tool.inputSchema)] as const,
        )
        .filter(([, parameters]) => parameters.length > 0),
    );
    this.#serverInfo = serverInfoOf(mcp);
    this.#makeServer = makeMcpServers(mcp);
    this.#mayRead = (principal, uri) => findReadable(mcp, principal, uri) !== undefined;
    this.#modern = new ModernLeg({
      makeServer: this.#makeServer,
      subscriptionsMax: limits.connections,
      takeStream: (principalId) => setting.takeStream(principalId),
      onError: (error) => setting.onError(error),
      mayCall: (principal, name) => authenticator.decideTool(principal, name) === undefined,
      mayRead: this.#mayRead,
      listeningMs: limits.listeningMs,
      ...(mcp.changes ? { changes: mcp.changes } : {}),
      ...(mcp.tasks ? { tasks: mcp.tasks } : {}),
    });
  }

  /** Waits for what runs, and ends the rest with an answer of its own. */
  async drain(waitMsMax: number): Promise<void> {
    await this.#calls.drain(waitMsMax);
    await this.#modern.close();
  }

  async handle(exchange: HttpExchange, principal: Principal): Promise<void> {
    const { method } = exchange.request;
    if (method === "POST") return this.#post(exchange, principal);
    if (method === "GET" || method === "DELETE") return this.#manage(exchange, principal);
    refuseMethod(exchange);
  }

  async #post(exchange: HttpExchange, principal: Principal): Promise<void> {
    const { authenticator, limits, path } = this.#setting;
    const value = await readMessage(exchange, limits.bodyBytes);
    if (!value) return;
    if (!this.#setting.isOpen()) return refuseWork(exchange, value);
    const { headers } = exchange.request;
    const tool = toolNameOf(value);
    const challenge = tool === undefined ? undefined : authenticator.decideTool(principal, tool);
    if (challenge) {
      const { id, credential: key } = principal;
      const isKey = principal.via === "key" && key !== undefined;
      const { reason, status } = challenge;
      const refusal = { reason, status, principal: id, ...(isKey ? { key } : {}) };
      this.#setting.onRefused(exchange.request, refusal);
      return answerChallenge(exchange, challenge);
    }
    const sessionId = headers["mcp-session-id"];
    const call = sessionId === undefined ? readModernCall(value, headers) : undefined;
    if (call && this.#known.has(call.name)) {
      if (this.#refuseMismatch(exchange, value)) return;
      const origin = originOf(principal, headers, sessionlessConversation(path, principal));
      const begun = await answerModernCall(exchange, call, origin, {
        callTool: this.#calls.callTool,
        serverInfo: this.#serverInfo,
      });
      return begun && this.#modern.serve(exchange, value, origin, begun);
    }
    if (sessionId !== undefined && !namesModernEra(value))
      return this.#inSession(exchange, principal, sessionId, value);
    return this.#classify(exchange, principal, value);
  }

  /** Everything that is neither a plain call nor in a session, in the SDK's judgement. */
  async #classify(exchange: HttpExchange, principal: Principal, value: JsonObject): Promise<void> {
    const { headers } = exchange.request;
    const outcome = classifyInboundRequest({
      httpMethod: "POST",
      body: value,
      ...standardHeadersOf(headers),
    });
    if (outcome.kind === "legacy")
      return outcome.reason === "initialize"
        ? this.#openSession(exchange, principal, value)
        : answerRpcError(
            exchange,
            400,
            { code: NO_SESSION, message: "Begin a session with initialize, and send its id." },
            idOf(value),
          );
    if (this.#refuseMismatch(exchange, value)) return;
    const conversation = sessionlessConversation(this.#setting.path, principal);
    return this.#modern.serve(exchange, value, originOf(principal, headers, conversation));
  }

  async #openSession(
    exchange: HttpExchange,
    principal: Principal,
    value: JsonObject,
  ): Promise<void> {
    const { sessions, path } = this.#setting;
    if (!sessions.makeRoom(principal.id))
      return answerProblem(exchange, "TOO_MANY", "Too many sessions are in use.", {
        suggestion: "End sessions that are not needed, or come again later.",
        headers: { "retry-after": "30" },
      });
    const session = new HttpSession({
      principal,
      path,
      callTool: this.#calls.callTool,
      changes: this.#modern.changes,
      listeningMs: this.#setting.limits.listeningMs,
      mayRead: this.#mayRead,
      budget: sessions.budget,
      known: this.#known,
      makeServer: this.#makeServer,
      takeStream: () => this.#setting.takeStream(principal.id),
      onEnd: (ended) => sessions.remove(ended),
    });
    sessions.add(session);
    await session.server.connect(session);
    session.receive(
      exchange,
      value,
      originOf(principal, exchange.request.headers, session.sessionId),
    );
  }

  #inSession(exchange: HttpExchange, principal: Principal, id: string, value: JsonObject): void {
    const session = this.#findSession(exchange, principal, id, idOf(value));
    session?.receive(exchange, value, originOf(principal, exchange.request.headers, id));
  }

  /** GET and DELETE, which only sessions know. */
  #manage(exchange: HttpExchange, principal: Principal): void {
    const { headers, method } = exchange.request;
    const id = headers["mcp-session-id"];
    if (id === undefined)
      return wantsPage(exchange)
        ? answerFrontPage(exchange, 405, this.#setting.page)
        : refuseMethod(exchange);
    const session = this.#findSession(exchange, principal, id, null);
    if (!session) return;
    if (method === "DELETE") {
      exchange.answer(200, SAFE_HEADERS, "");
      session.server.close().catch(() => undefined);
    } else if (!(headers["accept"] ?? "").includes("text/event-stream"))
      answerProblem(exchange, "NOT_ACCEPTABLE", "A session's stream is text/event-stream.");
    else session.listen(exchange, principal);
  }

  #findSession(
    exchange: HttpExchange,
    principal: Principal,
    id: string,
    requestId: string | number | null,
  ): HttpSession | undefined {
    const version = exchange.request.headers["mcp-protocol-version"];
    if (version !== undefined && !LEGACY_VERSIONS.has(version)) {
      const message = "This protocol version is not one of sessions.";
      answerRpcError(exchange, 400, { code: NOT_READY, message }, requestId);
      return undefined;
    }
    const session = this.#setting.sessions.find(id, principal.id, this.#setting.path);
    if (!session) {
      const message = "There is no such session. Begin another.";
      answerRpcError(exchange, 404, { code: NO_SESSION, message }, requestId);
    }
    return session;
  }

  #refuseMismatch(exchange: HttpExchange, value: JsonObject): boolean {
    const { headers } = exchange.request;
    const mismatch = this.#findMismatch(value, headers) ?? findTaskMismatch(value, headers);
    if (mismatch === undefined) return false;
    const message = `The headers and the body disagree: ${mismatch}.`;
    answerRpcError(exchange, 400, { code: HEADER_MISMATCH, message }, idOf(value));
    return true;
  }

  #findMismatch(value: JsonObject, headers: RequestHeaders): string | undefined {
    const parameters = this.#headerParameters.get(toolNameOf(value) ?? "");
    if (!parameters) return undefined;
    const { params } = value;
    const args = isJsonObject(params) ? (params["arguments"] ?? {}) : {};
    return findHeaderMismatch(parameters, args, headers);
  }
}

/** Load balancers send what is about one task where its name says. */
function findTaskMismatch(
  { method, params }: JsonObject,
  headers: RequestHeaders,
): string | undefined {
  if (typeof method !== "string" || !TASK_METHODS.has(method) || !isJsonObject(params))
    return undefined;
  const sent = decodeHeaderText(headers["mcp-name"] ?? "");
  return sent === params["taskId"] ? undefined : "the header mcp-name and the task's id differ";
}

function refuseMethod(exchange: HttpExchange): void {
  answerProblem(exchange, "METHOD_NOT_ALLOWED", "MCP is spoken by POST.", {
    headers: { allow: "POST" },
  });
}

function refuseWork(exchange: HttpExchange, value: JsonObject): void {
  const message = "The server is stopping. Another one may answer.";
  answerRpcError(exchange, 503, { code: NOT_READY, message }, idOf(value));
}

/** Whether a message speaks of the era 2026 itself: then a session's id beside it changes nothing. */
function namesModernEra({ params }: JsonObject): boolean {
  const meta = isJsonObject(params) ? params["_meta"] : undefined;
  return isJsonObject(meta) && Object.hasOwn(meta, "io.modelcontextprotocol/protocolVersion");
}

function toolNameOf({ method, params }: JsonObject): string | undefined {
  const name = method === "tools/call" && isJsonObject(params) ? params["name"] : undefined;
  return typeof name === "string" ? name : undefined;
}

function idOf({ id, method }: JsonObject): string | number | null {
  return typeof method === "string" && (typeof id === "string" || typeof id === "number")
    ? id
    : null;
}

/** As the SDK names them, those that are there. */
function standardHeadersOf(headers: RequestHeaders): {
  readonly protocolVersionHeader?: string;
  readonly mcpMethodHeader?: string;
  readonly mcpNameHeader?: string;
} {
  const version = headers["mcp-protocol-version"];
  const method = headers["mcp-method"];
  const name = headers["mcp-name"];
  return {
    ...(version === undefined ? {} : { protocolVersionHeader: version }),
    ...(method === undefined ? {} : { mcpMethodHeader: method }),
    ...(name === undefined ? {} : { mcpNameHeader: name }),
  };
}
