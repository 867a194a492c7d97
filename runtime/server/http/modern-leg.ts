import { AsyncLocalStorage } from "node:async_hooks";
import {
  createMcpHandler,
  type AuthInfo,
  type McpHttpHandler,
  type ServerEventBus,
} from "@modelcontextprotocol/server";
import type { JsonObject } from "@glovebox/host-api/json";
import type { ToolAnswer } from "../../answer.ts";
import type { Origin } from "../mcp/connection.ts";
import { makeChangeBus, type ChangeBus } from "../mcp/change-bus.ts";
import type { makeMcpServers } from "../mcp/mcp-server.ts";
import type { Principal } from "../../policy/principal.ts";
import type { Tasks } from "../tasks/tasks.ts";
import { answerProblem, answerRpcError, SAFE_HEADERS, STREAM_HEADERS } from "./answers.ts";
import type { HttpExchange, RequestHeaders } from "./exchange.ts";
import { luggageOf, toAuthInfo } from "./origins.ts";
import { keepReadable } from "./readable-subscriptions.ts";
import { Reply } from "./reply.ts";
import type { BegunCall } from "./modern-calls.ts";
import { readTaskIds, TaskListening } from "./task-listening.ts";

export interface ModernLegSetting {
  readonly makeServer: ReturnType<typeof makeMcpServers>;
  readonly subscriptionsMax: number;
  readonly changes?: ChangeBus;
  /** In which who listens is sent away, to come again and show who it is. */
  readonly listeningMs: number;
  readonly tasks?: Tasks;
  readonly mayCall: (principal: Principal, tool: string) => boolean;
  readonly mayRead: (principal: Principal, uri: string) => boolean;
  /** A place among the open streams of a principal, to be given back; undefined when there is none left. */
  takeStream(principalId: string): (() => void) | undefined;
  onError(error: Error): void;
}

const KEEP_ALIVE_MS = 15_000;

/**
 * The era 2026-07-28: each request stands for itself, and has a server of its own for as long as it takes. This is the
 * SDK's handler between our exchanges; plain calls go around it.
 */
export class ModernLeg {
  readonly #setting: ModernLegSetting;
  readonly #handler: McpHttpHandler;
  /** Who listens to changes hears of them. */
  readonly changes: ChangeBus;
  /** For whom the SDK begins to listen. It knows one bus for all of its requests. */
  readonly #listener = new AsyncLocalStorage<Principal>();

  constructor(setting: ModernLegSetting) {
    this.#setting = setting;
    this.changes = setting.changes ?? makeChangeBus();
    this.#handler = createMcpHandler(
      ({ authInfo }) =>
        setting.makeServer({
          originOf: originIn,
          takeFirst: () => firstIn(authInfo),
          logs: {},
          subscribed: new Set(),
        }),
      {
        legacy: "reject",
        keepAliveMs: KEEP_ALIVE_MS,
        maxSubscriptions: setting.subscriptionsMax,
        onerror: (error) => setting.onError(error),
        bus: this.#busOfListener(),
      },
    );
  }

  /** Answers one request. `begun` is a call that was begun without the SDK, as far as it came. */
  async serve(
    exchange: HttpExchange,
    value: JsonObject,
    origin: Origin,
    begun?: BegunCall,
  ): Promise<void> {
    const taskIds = this.#setting.tasks ? readTaskIds(value) : undefined;
    if (taskIds && "code" in taskIds) return answerRpcError(exchange, 400, taskIds, idOf(value));
    if (value["method"] === "subscriptions/listen") {
      const release = this.#setting.takeStream(origin.principal.id);
      if (!release)
        return answerProblem(exchange, "TOO_MANY", "Too many streams of this client are open.");
      exchange.onClosed(release);
      value = keepReadable(value, (uri) => this.#setting.mayRead(origin.principal, uri));
    }
    const controller = new AbortController();
    const isListening = value["method"] === "subscriptions/listen";
    const timer = isListening
      ? setTimeout(() => controller.abort(), this.#setting.listeningMs).unref()
      : undefined;
    exchange.onClosed((isFinished) => {
      clearTimeout(timer);
      if (!isFinished) controller.abort();
    });
    const request = new Request("http://localhost/mcp", {
      method: "POST",
      headers: headersFor(exchange.request.headers),
      signal: controller.signal,
    });
    const listening = taskIds && (await this.#listen(origin, value, taskIds));
    if (listening) exchange.onClosed(() => listening.close());
    const response = await this.#listener.run(origin.principal, () =>
      this.#handler.fetch(request, {
        authInfo: toAuthInfo(origin, begun?.answer),
        parsedBody: listening?.message ?? value,
      }),
    );
    await send(exchange, response, begun?.reply ?? new Reply(exchange), listening);
  }

  /** To each listener what happened to its own tenant, and may be read by it. */
  #busOfListener(): ServerEventBus {
    return {
      publish() {
        throw new Error("changes are published where they happen");
      },
      subscribe: (listener) => {
        const principal = this.#listener.getStore();
        if (!principal) throw new Error("somebody listens without being known");
        return this.changes.subscribe(({ tenant, event }) => {
          const isOwn = tenant === principal.tenant;
          const { mayRead } = this.#setting;
          if (isOwn && (event.kind !== "resource_updated" || mayRead(principal, event.uri)))
            listener(event);
        });
      },
    };
  }

  async #listen(
    { principal }: Origin,
    value: JsonObject,
    taskIds: readonly string[],
  ): Promise<TaskListening | undefined> {
    const { tasks, mayCall } = this.#setting;
    if (!tasks) return undefined;
    const watch = { tasks, principal, mayCall: (tool: string) => mayCall(principal, tool) };
    const listening = new TaskListening(watch, value, taskIds);
    await listening.open();
    return listening;
  }

  /** Tells every subscription that it is over, and ends what still runs. */
  close(): Promise<void> {
    return this.#handler.close();
  }
}

function idOf({ id }: JsonObject): string | number | null {
  return typeof id === "string" || typeof id === "number" ? id : null;
}

function originIn(authInfo: AuthInfo | undefined): Origin {
  return luggageOf(authInfo).origin;
}

function firstIn(authInfo: AuthInfo | undefined): ToolAnswer | undefined {
  return luggageOf(authInfo).first;
}

/** What the SDK holds against the body. Nothing else of a request concerns it. */
function headersFor(headers: RequestHeaders): Record<string, string> {
  const kept = Object.entries(headers).filter(
    (entry): entry is [string, string] =>
      entry[1] !== undefined && (entry[0] === "content-type" || entry[0].startsWith("mcp-")),
  );
  return Object.fromEntries(kept);
}

async function send(
  exchange: HttpExchange,
  response: Response,
  reply: Reply,
  listening: TaskListening | undefined,
): Promise<void> {
  const { body, status, headers } = response;
  if (body === null) return exchange.answer(status, SAFE_HEADERS, "");
  if (headers.get("content-type") !== "text/event-stream")
    return reply.finish(await response.text(), status);
  const stream = exchange.stream(status, STREAM_HEADERS);
  const reader = body.getReader();
  const decoder = new TextDecoder();
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return stream.end();
    // A client that has gone closes the stream, and that cancels what makes it.
    const text = decoder.decode(value, { stream: true });
    const shown = listening?.rewrite(text, (more) => void stream.write(more)) ?? text;
    if (!stream.write(shown)) return reader.cancel();
  }
}
