import { HostError } from "../errors.ts";
import { parseTarget } from "../http/url.ts";
import { isJsonObject, type JsonObject, type JsonValue } from "../json.ts";
import { isPlainText } from "../text.ts";
import { allowsAddress, type AskGrant } from "./grant.ts";
import {
  MESSAGE_CHARS_MAX,
  REQUESTS_MAX,
  SAMPLING_MESSAGES_MAX,
  SAMPLING_TOKENS_MAX,
  URL_CHARS_MAX,
} from "./limits.ts";
import { parseFormSchema, type FormSchema } from "./schema.ts";

/** What a plugin asks for, after its shape was checked. Every text in it is a stranger's. */
export type AskRequest =
  | { readonly kind: "form"; readonly message: string; readonly schema: FormSchema }
  | { readonly kind: "url"; readonly message: string; readonly url: string }
  | { readonly kind: "sampling"; readonly params: JsonObject }
  | { readonly kind: "roots" };

export type AskRequests = Readonly<Record<string, AskRequest>>;

const KEY = /^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$/;
const KEYS_OF = {
  form: ["kind", "message", "schema"],
  url: ["kind", "message", "url"],
  sampling: ["kind", "params"],
  roots: ["kind"],
} as const;

/**
 * Reads what a plugin asks for, and holds it against what is granted.
 * Throws `HostError`: `invalid-argument` for what is no request, `not-permitted` for a kind that is not granted,
 * `refused-by-policy` for an address elsewhere or a form that asks for a secret.
 */
export function parseAskRequests(text: string, grant: AskGrant): AskRequests {
  const value = parseJson(text);
  if (!isJsonObject(value)) throw invalid("the requests are no object");
  const entries = Object.entries(value);
  if (entries.length === 0 || entries.length > REQUESTS_MAX)
    throw invalid(`${entries.length} requests; 1 to ${REQUESTS_MAX} are accepted`);
  return Object.fromEntries(
    entries.map(([key, request]) => {
      if (!KEY.test(key)) throw invalid("the key of a request is no plain name");
      return [key, parseRequest(request, grant)];
    }),
  );
}

function parseRequest(value: JsonValue, grant: AskGrant): AskRequest {
  if (!isJsonObject(value)) throw invalid("a request is no object");
  const { kind } = value;
  if (kind !== "form" && kind !== "url" && kind !== "sampling" && kind !== "roots")
    throw invalid("a request of unknown kind");
  const known: readonly string[] = KEYS_OF[kind];
  if (!Object.keys(value).every((key) => known.includes(key)))
    throw invalid("a request with an unknown key");
  if (kind === "url" ? grant.url.length === 0 : !grant[kind])
    throw new HostError("not-permitted", `\`ask\` does not grant ${kind}`);
  if (kind === "roots") return { kind };
  if (kind === "sampling") return { kind, params: parseSampling(value["params"]) };
  const message = parseMessage(value["message"]);
  if (kind === "form") return { kind, message, schema: parseFormSchema(value["schema"]) };
  return { kind, message, url: parseAddress(value["url"], grant) };
}

// debt("GB-043"): what it says is not judged.
function parseMessage(value: JsonValue | undefined): string {
  if (typeof value !== "string" || value.trim() === "" || value.length > MESSAGE_CHARS_MAX)
    throw invalid(`a message of 1 to ${MESSAGE_CHARS_MAX} characters is needed`);
  if (!isPlainText(value)) throw invalid("a message has a NUL or a lone surrogate");
  return value;
}

function parseAddress(value: JsonValue | undefined, grant: AskGrant): string {
  if (typeof value !== "string" || value.length > URL_CHARS_MAX)
    throw invalid("an address is no text, or too long");
  const target = parseTarget(value);
  if (!allowsAddress(grant, target))
    throw new HostError("refused-by-policy", "people may not be sent to this address");
  return target.href;
}

const SAMPLING_KEYS = [
  "messages",
  "maxTokens",
  "systemPrompt",
  "temperature",
  "stopSequences",
  "modelPreferences",
];
const STOPS_MAX = 8;

/** MCP's parameters of `sampling/createMessage`, without tools and without context of other servers: texts and media in, text out. */
function parseSampling(value: JsonValue | undefined): JsonObject {
  if (!isJsonObject(value)) throw invalid("sampling without parameters");
  if (!Object.keys(value).every((key) => SAMPLING_KEYS.includes(key)))
    throw invalid(`sampling takes ${SAMPLING_KEYS.join(", ")}`);
  const { messages, maxTokens, systemPrompt, temperature, stopSequences, modelPreferences } = value;
  if (
    !Array.isArray(messages) ||
    messages.length === 0 ||
    messages.length > SAMPLING_MESSAGES_MAX ||
    !messages.every(isSamplingMessage)
  )
    throw invalid("sampling needs messages of a role and a content");
  if (
    typeof maxTokens !== "number" ||
    !Number.isInteger(maxTokens) ||
    maxTokens < 1 ||
    maxTokens > SAMPLING_TOKENS_MAX
  )
    throw invalid(`maxTokens is a whole number up to ${SAMPLING_TOKENS_MAX}`);
  const isGood =
    (systemPrompt === undefined || isText(systemPrompt)) &&
    (temperature === undefined || typeof temperature === "number") &&
    (modelPreferences === undefined || isJsonObject(modelPreferences)) &&
    (stopSequences === undefined ||
      (Array.isArray(stopSequences) &&
        stopSequences.length <= STOPS_MAX &&
        stopSequences.every(isText)));
  if (!isGood) throw invalid("sampling has a parameter of the wrong type");
  return value;
}

function isSamplingMessage(value: JsonValue): boolean {
  if (!isJsonObject(value) || Object.keys(value).length !== 2) return false;
  const { role, content } = value;
  if ((role !== "user" && role !== "assistant") || !isJsonObject(content)) return false;
  const { type, text, data, mimeType, ...rest } = content;
  if (Object.keys(rest).length > 0) return false;
  if (type === "text") return isText(text) && data === undefined;
  return (type === "image" || type === "audio") && isText(data) && isText(mimeType);
}

function isText(value: JsonValue | undefined): value is string {
  return typeof value === "string" && isPlainText(value);
}

const DEPTH_MAX = 16;

function parseJson(text: string): JsonValue {
  let value: JsonValue;
  try {
    value = JSON.parse(text) as JsonValue;
  } catch {
    throw invalid("the requests are no JSON");
  }
  if (!isPlainData(value, DEPTH_MAX)) throw invalid("the requests nest too deep");
  return value;
}

/** Nothing in it has two readings: not deep, no `__proto__`, numbers that JSON has. Its size was bounded before. */
export function isPlainData(value: JsonValue, depthLeft: number): boolean {
  if (typeof value === "number") return Number.isFinite(value);
  if (typeof value !== "object" || value === null) return true;
  if (depthLeft === 0) return false;
  if (!Array.isArray(value) && Object.hasOwn(value, "__proto__")) return false;
  return (Object.values(value) as JsonValue[]).every((part) => isPlainData(part, depthLeft - 1));
}

function invalid(message: string): HostError {
  return new HostError("invalid-argument", message);
}
