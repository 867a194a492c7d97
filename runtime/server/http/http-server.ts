import type { AuthRefusal, RefusalReason } from "../../audit/auth-refusals.ts";
import type { RequestGuard } from "../limits/request-guard.ts";
import { makeAddressCheck, type AddressCheck } from "./address-check.ts";
import { answerChallenge, answerProblem, JSON_HEADERS } from "./answers.ts";
import type { Authentication } from "./authenticate.ts";
import { clientAddressOf, isAroundProxy } from "./client-address.ts";
import { answerPreflight, openToOrigin } from "./cross-origin.ts";
import type { HttpExchange, HttpRequest } from "./exchange.ts";
import { answerAtRoot, type PageSetting } from "./front-page.ts";
import { McpEndpoint } from "./mcp-endpoint.ts";
import type { HttpSetting } from "./serve-http.ts";
import { Sessions } from "./sessions.ts";
import { StreamPlaces } from "./stream-places.ts";

const METADATA_PATH = "/.well-known/oauth-protected-resource";

/** What is behind the listener: the routes, and everything that is shared between requests. */
export class HttpServer {
  readonly #setting: HttpSetting;
  readonly #check: AddressCheck;
  readonly #guard: RequestGuard | undefined;
  readonly #trusted: readonly string[];
  readonly #page: PageSetting;
  readonly #sessions: Sessions;
  readonly #endpoints: ReadonlyMap<string, McpEndpoint>;
  #isOpen = true;

  constructor(setting: HttpSetting) {
    this.#setting = setting;
    const { http, authenticator, places, guard } = setting;
    const { limits } = http;
    this.#guard = guard;
    this.#trusted = http.proxy?.trusted ?? [];
    this.#page = { trusted: this.#trusted, bearer: authenticator.bearer };
    this.#check = makeAddressCheck(http);
    this.#sessions = new Sessions(limits);
    const streams = new StreamPlaces(limits.streamsPerPrincipal);
    const shared = {
      authenticator,
      page: this.#page,
      limits,
      sessions: this.#sessions,
      takeStream: (principalId: string) => streams.take(principalId),
      isOpen: () => this.#isOpen,
      onError: (error: Error) => setting.onError(error),
      onRefused: (request: HttpRequest, refusal: Omit<AuthRefusal, "address">) =>
        this.#noteRefused(clientAddressOf(request, this.#trusted), refusal),
    };
    this.#endpoints = new Map(
      places.map(({ path, mcp }) => [path, new McpEndpoint({ ...shared, path, mcp })]),
    );
  }

  /** Never throws. */
  async handle(exchange: HttpExchange): Promise<void> {
    try {
      await this.#route(exchange);
    } catch (error) {
      this.#setting.onError(error instanceof Error ? error : new Error(String(error)));
      const message = "Something went wrong in the server.";
      exchange.answer(500, JSON_HEADERS, JSON.stringify({ error_code: "INTERNAL", message }));
    }
  }

  /** Waits for what runs, and ends the rest with an answer of its own. */
  async drain(waitMsMax: number): Promise<void> {
    this.#isOpen = false;
    await Promise.all([...this.#endpoints.values()].map((endpoint) => endpoint.drain(waitMsMax)));
    await this.#sessions.close();
  }

  async #route(exchange: HttpExchange): Promise<void> {
    const { headers, target } = exchange.request;
    const path = pathOf(target);
    // Whoever watches over this server asks by address, and learns nothing but this.
    if (path === "/healthz") return answerStatus(exchange, true);
    if (path === "/readyz") return answerStatus(exchange, this.#isReady());
    if (isAroundProxy(exchange.request, this.#trusted))
      return this.#refuse(
        exchange,
        "around-proxy",
        "This server takes plain HTTP from its proxy alone (`server.http.proxy.trusted`); call it by https, through the proxy.",
      );
    if (!this.#check.isForUs(headers))
      return this.#refuse(
        exchange,
        "wrong-host",
        "The request names a host that is not this server.",
      );
    if (!this.#check.mayComeFrom(headers))
      return this.#refuse(
        exchange,
        "wrong-origin",
        "Pages of this origin may not call this server.",
      );
    return this.#serve(openToOrigin(exchange), path);
  }

  async #serve(exchange: HttpExchange, path: string): Promise<void> {
    const endpoint = this.#endpoints.get(path);
    if (endpoint) return this.#serveMcp(exchange, endpoint);
    if (path === "/") return answerAtRoot(exchange, this.#page);
    const { metadata } = this.#setting.authenticator;
    if (metadata && (path === METADATA_PATH || path === `${METADATA_PATH}/mcp`))
      return exchange.answer(200, JSON_HEADERS, JSON.stringify(metadata));
    const { routes = {} } = this.#setting;
    if (Object.hasOwn(routes, path)) return routes[path]?.(exchange);
    answerProblem(exchange, "NOT_FOUND", "There is nothing at this address.", {
      suggestion: "MCP is served at /mcp.",
    });
  }

  async #serveMcp(exchange: HttpExchange, endpoint: McpEndpoint): Promise<void> {
    const { request } = exchange;
    if (request.method === "OPTIONS") return answerPreflight(exchange);
    const address = clientAddressOf(request, this.#trusted);
    const wait = this.#guard?.admitAddress(address);
    if (wait !== undefined) {
      this.#noteRefused(address, { reason: "too-many", status: 429 });
      return answerTooMany(exchange, wait);
    }
    const authentication = await this.#authenticate(request);
    if (authentication.kind === "challenge") {
      const { challenge, key } = authentication;
      const { reason, status } = challenge;
      this.#guard?.noteRefused(address);
      this.#noteRefused(address, { reason, status, ...(key === undefined ? {} : { key }) });
      return answerChallenge(exchange, challenge);
    }
    const { principal } = authentication;
    const waitOwn = this.#guard?.admitPrincipal(principal);
    if (waitOwn !== undefined) {
      this.#noteRefused(address, { reason: "too-many", status: 429, principal: principal.id });
      return answerTooMany(exchange, waitOwn);
    }
    return endpoint.handle(exchange, principal);
  }

  #refuse(exchange: HttpExchange, reason: RefusalReason, message: string): void {
    const address = clientAddressOf(exchange.request, this.#trusted);
    this.#guard?.noteRefused(address);
    this.#noteRefused(address, { reason, status: 403 });
    answerProblem(exchange, "FORBIDDEN", message);
  }

  #noteRefused(address: string, refusal: Omit<AuthRefusal, "address">): void {
    this.#setting.onRefused?.({ ...refusal, address });
  }

  #isReady(): boolean {
    return this.#isOpen && (this.#setting.isReady?.() ?? true);
  }

  /** Whoever cannot be judged is not let in. */
  async #authenticate(request: HttpRequest): Promise<Authentication> {
    try {
      return await this.#setting.authenticator.authenticate(request);
    } catch (error) {
      this.#setting.onError(error instanceof Error ? error : new Error(String(error)));
      const message = "Whether this request may come in could not be found out.";
      return {
        kind: "challenge",
        challenge: { status: 401, reason: "not-checked", challenges: [], message },
      };
    }
  }
}

/** The path of a request's target, without its query. A target of another form is no path of ours. */
function pathOf(target: string): string {
  const end = target.indexOf("?");
  return end < 0 ? target : target.slice(0, end);
}

function answerStatus(exchange: HttpExchange, isWell: boolean): void {
  const { method } = exchange.request;
  if (method !== "GET" && method !== "HEAD")
    return answerProblem(exchange, "METHOD_NOT_ALLOWED", "This is read by GET.", {
      headers: { allow: "GET, HEAD" },
    });
  exchange.answer(isWell ? 200 : 503, JSON_HEADERS, JSON.stringify({ ok: isWell }));
}

function answerTooMany(exchange: HttpExchange, waitSeconds: number): void {
  answerProblem(exchange, "TOO_MANY", "Too many requests.", {
    suggestion: `Come again in ${Math.ceil(waitSeconds)} s.`,
    headers: { "retry-after": String(Math.ceil(waitSeconds)) },
  });
}
