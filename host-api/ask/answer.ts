import { isJsonObject, type JsonObject, type JsonValue } from "../json.ts";
import { isPlainText } from "../text.ts";
import { ANSWER_BYTES_MAX, LABEL_CHARS_MAX, ROOTS_MAX, URL_CHARS_MAX } from "./limits.ts";
import { isPlainData, type AskRequest } from "./request.ts";
import { readForm } from "./schema.ts";

const DEPTH_MAX = 8;
const BLOCKS_MAX = 16;
const ACTIONS: readonly JsonValue[] = ["accept", "decline", "cancel"];

/**
 * A client's answer to one request, as the plugin gets it: known members only, and what was accepted matches the form.
 * Undefined for what is no answer to it: then it has not been answered. The client wrote every byte.
 */
export function readAnswer(request: AskRequest, response: JsonValue): JsonObject | undefined {
  if (!isJsonObject(response) || !isPlainData(response, DEPTH_MAX)) return undefined;
  const answer = readByKind(request, response);
  return answer && JSON.stringify(answer).length <= ANSWER_BYTES_MAX ? answer : undefined;
}

function readByKind(request: AskRequest, response: JsonObject): JsonObject | undefined {
  if (request.kind === "sampling") return readSample(response);
  if (request.kind === "roots") return readRoots(response);
  const { action } = response;
  if (!ACTIONS.includes(action ?? null)) return undefined;
  if (action !== "accept" || request.kind === "url") return { action: action ?? null };
  const content = readForm(request.schema, response["content"]);
  return content && { action, content };
}

/** MCP: `{role, content, model, stopReason?}`; the content is one block or several. */
function readSample({ role, content, model, stopReason }: JsonObject): JsonObject | undefined {
  const blocks = Array.isArray(content) ? (content as readonly JsonValue[]) : [content ?? null];
  if (blocks.length > BLOCKS_MAX || !blocks.every(isBlock)) return undefined;
  if (role !== "assistant" && role !== "user") return undefined;
  return {
    role,
    content: content ?? null,
    model: isLabel(model) ? model : "",
    ...(isLabel(stopReason) && { stopReason }),
  };
}

function isBlock(value: JsonValue): boolean {
  if (!isJsonObject(value)) return false;
  const { type, text, data, mimeType } = value;
  if (type === "text") return typeof text === "string" && isPlainText(text);
  return (
    (type === "image" || type === "audio") &&
    typeof data === "string" &&
    typeof mimeType === "string"
  );
}

function isLabel(value: JsonValue | undefined): value is string {
  return typeof value === "string" && value.length <= LABEL_CHARS_MAX && isPlainText(value);
}

function readRoots({ roots }: JsonObject): JsonObject | undefined {
  if (!Array.isArray(roots) || roots.length > ROOTS_MAX) return undefined;
  const read = (roots as readonly JsonValue[]).map((root) => {
    if (!isJsonObject(root)) return undefined;
    const { uri, name } = root;
    if (typeof uri !== "string" || !uri.startsWith("file://") || uri.length > URL_CHARS_MAX)
      return undefined;
    return { uri, ...(isLabel(name) && { name }) };
  });
  return read.includes(undefined) ? undefined : { roots: read as JsonObject[] };
}
