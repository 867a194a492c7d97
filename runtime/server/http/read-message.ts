import { isJsonContentType } from "@modelcontextprotocol/server";
import { isJsonObject, type JsonObject } from "@glovebox/host-api/json";
import { isDeeperThan, MESSAGE_DEPTH_MAX } from "../mcp/depth.ts";
import { answerProblem, answerRpcError } from "./answers.ts";
import type { HttpExchange } from "./exchange.ts";

const PARSE_ERROR = -32_700;
const INVALID_REQUEST = -32_600;
const JSON_TYPE = "application/json";
const UTF8 = new TextDecoder("utf-8", { fatal: true });

/** The one JSON object of a request's body, bounded in size and depth. Undefined when the client has been told what is wrong. */
export async function readMessage(
  exchange: HttpExchange,
  bytesMax: number,
): Promise<JsonObject | undefined> {
  const type = exchange.request.headers["content-type"];
  if (type !== JSON_TYPE && !isJsonContentType(type)) {
    const suggestion = "Send one JSON-RPC message as application/json.";
    answerProblem(exchange, "UNSUPPORTED_MEDIA_TYPE", "The body is not JSON.", { suggestion });
    return undefined;
  }
  const body = await exchange.readBody(bytesMax);
  if (body === "gone") return undefined;
  if (body === "too large") {
    answerProblem(exchange, "TOO_LARGE", `The body is larger than ${bytesMax} bytes.`);
    return undefined;
  }
  return parseMessage(exchange, body);
}

function parseMessage(exchange: HttpExchange, body: Uint8Array): JsonObject | undefined {
  let value: unknown;
  try {
    value = JSON.parse(UTF8.decode(body));
  } catch {
    answerRpcError(exchange, 400, { code: PARSE_ERROR, message: "The body is not JSON in UTF-8." });
    return undefined;
  }
  const wrong = !isJsonObject(value)
    ? "The body is not one JSON-RPC 2.0 message. Batches are not accepted."
    : isDeeperThan(value, MESSAGE_DEPTH_MAX)
      ? `The message is nested deeper than ${MESSAGE_DEPTH_MAX} levels.`
      : undefined;
  if (wrong === undefined && isJsonObject(value)) return value;
  answerRpcError(exchange, 400, { code: INVALID_REQUEST, message: wrong ?? "" });
  return undefined;
}
