import type { HttpConfiguration } from "../../policy/server/http-configuration.ts";
import type { RequestGuard } from "../limits/request-guard.ts";
import type { McpSetting } from "../mcp/mcp-server.ts";
import type { Authenticator } from "./authenticate.ts";
import type { HttpHandler, HttpListener } from "./exchange.ts";
import { HttpServer } from "./http-server.ts";

/** One set of tools at an address of its own: `/mcp`, `/mcp/PROFILE`. */
export interface HttpPlace {
  readonly path: string;
  readonly mcp: McpSetting;
}

export interface HttpSetting {
  readonly places: readonly HttpPlace[];
  readonly http: HttpConfiguration;
  readonly authenticator: Authenticator;
  /** Counts requests, whatever is in them. */
  readonly guard?: RequestGuard;
  /** What else is served, by path: `/metrics`. Held against the names of this server like everything. */
  readonly routes?: Readonly<Record<string, HttpHandler>>;
  /** Whether what this server depends on is there. */
  readonly isReady?: () => boolean;
  /** Hears what goes wrong, for the operator. */
  onError(error: Error): void;
}

export interface HttpServing {
  readonly address: HttpListener["address"];
  /** Resolves when nothing is served any more. */
  readonly closed: Promise<void>;
  /** Takes nothing new, waits for what runs as long as it may, and ends. The second time it does not wait. */
  close(): Promise<void>;
}

/**
 * Serves MCP over Streamable HTTP at `/mcp`. In this order: is the request meant for this server, is the path one, is
 * its sender let in, what does it say. `listen` is the power to listen.
 */
export async function serveHttp(
  setting: HttpSetting,
  listen: (handler: HttpHandler) => Promise<HttpListener>,
): Promise<HttpServing> {
  const server = new HttpServer(setting);
  const listener = await listen((exchange) => void server.handle(exchange));
  const { promise: closed, resolve } = Promise.withResolvers<void>();
  let isClosing = false;
  return {
    address: listener.address,
    closed,
    async close() {
      const isSecond = isClosing;
      isClosing = true;
      listener.stopAccepting();
      await server.drain(isSecond ? 0 : setting.http.limits.drainMs);
      await listener.close();
      resolve();
    },
  };
}
