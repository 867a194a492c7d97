// The HTTP server over a real listener, in this process, with calls that a test answers by hand.
import { connect } from "node:net";
import type { TestContext } from "node:test";
import type { JsonObject } from "@glovebox/host-api/json";
import type { ToolAnswer } from "../../runtime/answer.ts";
import type { CallRequest, CallTool } from "../../runtime/call.ts";
import { DEFAULT_HTTP, type HttpLimits } from "../../runtime/policy/server/http-configuration.ts";
import { listenHttp, type TlsFiles } from "../../runtime/powers/http-listener.ts";
import { LOCAL_ONLY } from "../../runtime/server/auth/local-only.ts";
import { serveHttp, type HttpSetting } from "../../runtime/server/http/serve-http.ts";
import type { McpSetting } from "../../runtime/server/mcp/mcp-server.ts";

export const MODERN = "2026-07-28";
export const LEGACY = "2025-11-25";

export const ECHO = {
  name: "echo",
  description: "Says it again.",
  inputSchema: { type: "object", properties: { text: { type: "string" } } },
};

export interface TestServer {
  readonly port: number;
  readonly url: string;
  /** Every call that came as far as the tools. */
  readonly calls: CallRequest[];
  readonly errors: Error[];
  close(): Promise<void>;
  readonly closed: Promise<void>;
}

export interface TestSetting extends Partial<Omit<HttpSetting, "http" | "places">> {
  readonly callTool?: CallTool;
  readonly mcp?: Partial<McpSetting>;
  readonly limits?: Partial<HttpLimits>;
  readonly hosts?: readonly string[];
  readonly origins?: readonly string[];
  readonly tls?: TlsFiles;
}

/** Ends with the test. Without `callTool` every call is answered with its own text. */
export async function startHttp(t: TestContext, setting: TestSetting = {}): Promise<TestServer> {
  const { callTool = echo, mcp, limits, hosts = [], origins = [], tls, ...rest } = setting;
  const calls: CallRequest[] = [];
  const errors: Error[] = [];
  const http = {
    ...DEFAULT_HTTP,
    listen: { host: "127.0.0.1", port: 0 },
    hosts,
    origins,
    limits: { ...DEFAULT_HTTP.limits, ...limits },
  };
  const serving = await serveHttp(
    {
      authenticator: LOCAL_ONLY,
      onError: (error) => errors.push(error),
      ...rest,
      http,
      places: [
        {
          path: "/mcp",
          mcp: {
            version: "0.0.0",
            tools: [{ exposedName: "t__echo", alias: "t", tool: ECHO }],
            reportDebt: () => ({ report: { items: [] }, text: '{"items":[]}' }),
            ...mcp,
            callTool(request) {
              calls.push(request);
              return callTool(request);
            },
          },
        },
      ],
    },
    (handler) =>
      listenHttp(
        {
          ...http.listen,
          headerBytesMax: http.limits.headerBytes,
          connectionsMax: http.limits.connections,
          receiveMsMax: http.limits.receiveMs,
          ...(tls ? { tls } : {}),
        },
        handler,
      ),
  );
  const { port } = serving.address;
  const close = async (): Promise<void> => serving.close();
  t.after(async () => {
    void serving.close();
    await serving.close();
  });
  return {
    port,
    url: `${tls ? "https" : "http"}://127.0.0.1:${port}/mcp`,
    calls,
    errors,
    close,
    closed: serving.closed,
  };
}

export function echo({ arguments: args }: CallRequest): Promise<ToolAnswer> {
  const { text } = args as { readonly text: string };
  return Promise.resolve({ content: [{ type: "text", text }] });
}

/** Answers only when the call is given up. */
export function hang({ signal }: CallRequest): Promise<ToolAnswer> {
  return new Promise((resolve) =>
    signal.addEventListener("abort", () => resolve({ content: [{ type: "text", text: "late" }] })),
  );
}

export const JSON_REQUEST = {
  "content-type": "application/json",
  accept: "application/json, text/event-stream",
} as const;

/** What the era 2026 wants in every message. */
export function modernMeta(capabilities: JsonObject = {}, more: JsonObject = {}): JsonObject {
  return {
    "io.modelcontextprotocol/protocolVersion": MODERN,
    "io.modelcontextprotocol/clientCapabilities": capabilities,
    ...more,
  };
}

export function post(
  server: Pick<TestServer, "url">,
  message: unknown,
  headers: Readonly<Record<string, string>> = {},
  init: RequestInit = {},
): Promise<Response> {
  return fetch(server.url, {
    method: "POST",
    headers: { ...JSON_REQUEST, ...headers },
    body: typeof message === "string" ? message : JSON.stringify(message),
    ...init,
  });
}

/** One request of the era 2026, with the headers that belong to it. */
export function postModern(
  server: Pick<TestServer, "url">,
  method: string,
  params: JsonObject = {},
  headers: Readonly<Record<string, string>> = {},
  init: RequestInit = {},
): Promise<Response> {
  const name = params["name"] ?? params["uri"];
  return post(
    server,
    { jsonrpc: "2.0", id: 1, method, params: { _meta: modernMeta(), ...params } },
    {
      "mcp-protocol-version": MODERN,
      "mcp-method": method,
      ...(typeof name === "string" ? { "mcp-name": name } : {}),
      ...headers,
    },
    init,
  );
}

/** Begins a session and answers its id. */
export async function openSession(
  server: Pick<TestServer, "url">,
  capabilities: JsonObject = {},
  headers: Readonly<Record<string, string>> = {},
): Promise<string> {
  const response = await post(
    server,
    {
      jsonrpc: "2.0",
      id: 0,
      method: "initialize",
      params: { protocolVersion: LEGACY, capabilities, clientInfo: { name: "t", version: "1" } },
    },
    headers,
  );
  await response.text();
  const id = response.headers.get("mcp-session-id");
  if (id === null) throw new Error(`no session: ${response.status}`);
  await post(
    server,
    { jsonrpc: "2.0", method: "notifications/initialized" },
    { "mcp-session-id": id, ...headers },
  );
  return id;
}

/** The stream of a session: what belongs to no request. */
export function listen(
  server: { url: string },
  headers: Record<string, string>,
): Promise<Response> {
  return fetch(server.url, { headers: { accept: "text/event-stream", ...headers } });
}

/** Messages of a stream as they come, with the ids of their events. */
export async function* readEvents(
  response: Response,
): AsyncGenerator<{ readonly id?: string; readonly message: JsonObject | undefined }> {
  const decoder = new TextDecoder();
  let text = "";
  for await (const chunk of response.body ?? []) {
    text += decoder.decode(chunk, { stream: true });
    for (let end = text.indexOf("\n\n"); end >= 0; end = text.indexOf("\n\n")) {
      const lines = text.slice(0, end).split("\n");
      text = text.slice(end + 2);
      const id = lines.find((line) => line.startsWith("id: "))?.slice(4);
      const data = lines.find((line) => line.startsWith("data: "))?.slice(6);
      if (data === undefined) continue;
      yield {
        ...(id === undefined ? {} : { id }),
        message: data === "" ? undefined : JSON.parse(data),
      };
    }
  }
}

/** Sends bytes as they are and answers everything that comes back until the connection ends, or for so long. */
export function sendRaw(port: number, bytes: string | Uint8Array, waitMs = 3000): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1", () => socket.write(bytes));
    let text = "";
    socket.on("data", (chunk) => (text += chunk.toString("latin1")));
    socket.on("error", () => undefined);
    socket.on("close", () => resolve(text));
    setTimeout(() => socket.destroy(), waitMs).unref();
  });
}

/** What JSON-RPC answers, as far as tests look at it. */
export interface RpcAnswer {
  readonly id?: string | number | null;
  readonly result?: JsonObject;
  readonly error?: { readonly code: number; readonly message: string; readonly data?: JsonObject };
}

export async function rpc(response: Response | Promise<Response>): Promise<RpcAnswer> {
  return (await (await response).json()) as RpcAnswer;
}

/** The messages of a stream that ends. */
export async function messagesOf(response: Response): Promise<readonly JsonObject[]> {
  const messages: JsonObject[] = [];
  for await (const { message } of readEvents(response)) if (message) messages.push(message);
  return messages;
}

/** Waits until it holds, and fails when it never does. */
export async function until(holds: () => boolean, what = "what was waited for"): Promise<void> {
  for (let turn = 0; turn < 3000 && !holds(); turn++)
    await new Promise((resolve) => setTimeout(resolve, 5));
  if (!holds()) throw new Error(`${what} never came`);
}
