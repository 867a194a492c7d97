import http from "node:http";
import type { JsonObject } from "@glovebox/host-api/json";

const VERSION = "2026-07-28";
const TASKS = {
  extensions: { "io.modelcontextprotocol/tasks": {} },
  elicitation: { form: {} },
} as const;

export interface AskOptions {
  readonly capabilities?: JsonObject;
  readonly headers?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
}

/** One request of the era 2026, and its answer. Every request has a connection of its own, as behind a load balancer. */
export async function askModern(
  url: string,
  method: string,
  params: JsonObject,
  options: AskOptions = {},
): Promise<JsonObject> {
  const { status, text } = await readAll(await sendModern(url, method, params, options));
  const message = JSON.parse(text.startsWith("{") ? text : (lastData(text) ?? "{}")) as {
    readonly result?: JsonObject;
    readonly error?: JsonObject;
  };
  if (message.result) return message.result;
  throw new RpcError(status, message.error ?? {});
}

/** What a server said instead of a result. */
export class RpcError extends Error {
  readonly status: number;
  readonly code: unknown;
  constructor(status: number, { code, message }: JsonObject) {
    super(`${status}: ${JSON.stringify(message)}`);
    this.status = status;
    this.code = code;
  }
}

/** Listens to a stream of events, and hands each message on. Resolves when the stream has begun. */
export async function listenModern(
  url: string,
  params: JsonObject,
  onMessage: (message: JsonObject) => void,
): Promise<() => void> {
  const response = await sendModern(url, "subscriptions/listen", params, {});
  let rest = "";
  response.setEncoding("utf8");
  response.on("data", (chunk: string) => {
    const frames = (rest + chunk).split("\n\n");
    rest = frames.pop() ?? "";
    for (const frame of frames) {
      const data = lastData(frame);
      if (data !== undefined) onMessage(JSON.parse(data) as JsonObject);
    }
  });
  response.on("error", () => undefined);
  return () => void response.destroy();
}

/** A text that an answer must have. */
export function textIn(answer: JsonObject, key: string): string {
  const text = answer[key];
  if (typeof text !== "string") throw new Error(`no ${key} in ${JSON.stringify(answer)}`);
  return text;
}

let lastId = 0;

function sendModern(
  url: string,
  method: string,
  params: JsonObject,
  { capabilities = TASKS, headers = {}, signal }: AskOptions,
): Promise<http.IncomingMessage> {
  lastId += 1;
  const name = params["taskId"] ?? params["name"];
  const _meta = {
    "io.modelcontextprotocol/protocolVersion": VERSION,
    "io.modelcontextprotocol/clientCapabilities": capabilities,
    "io.modelcontextprotocol/clientInfo": { name: "test", version: "1" },
  };
  const body = JSON.stringify({ jsonrpc: "2.0", id: lastId, method, params: { ...params, _meta } });
  return new Promise((resolve, reject) => {
    const request = http.request(url, {
      method: "POST",
      agent: false,
      ...(signal ? { signal } : {}),
      headers: {
        "content-type": "application/json",
        accept: "application/json, text/event-stream",
        "mcp-protocol-version": VERSION,
        "mcp-method": method,
        ...(typeof name === "string" ? { "mcp-name": name } : {}),
        ...headers,
      },
    });
    request.once("error", reject);
    request.once("response", resolve);
    request.end(body);
  });
}

async function readAll(
  response: http.IncomingMessage,
): Promise<{ readonly status: number; readonly text: string }> {
  const parts: Buffer[] = [];
  for await (const part of response) parts.push(part as Buffer);
  return { status: response.statusCode ?? 0, text: Buffer.concat(parts).toString("utf8") };
}

function lastData(text: string): string | undefined {
  return text
    .split("\n")
    .findLast((line) => line.startsWith("data: "))
    ?.slice("data: ".length);
}
